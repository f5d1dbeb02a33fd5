"""Runs a program of ours on a file that a stranger made: it may die of it, nothing else does."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer


def said_of(
    program: Path, given: bytes, *arguments: str, most: int, patience: float = 20.0
) -> bytes:
    """What `program` writes when it is handed `given`, `most` bytes of it.

    It starts without our environment and is ended when it takes longer than `patience` seconds or
    says more. The program itself sets bounds on its processor time and memory.
    """
    command = [sys.executable, "-I", str(program), *arguments]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, env={}) as running:
        end, feeding = Timer(patience, running.kill), Thread(target=_feed, args=(running, given))
        end.start()
        feeding.start()
        try:
            return running.stdout.read(most) if running.stdout else b""
        finally:
            running.kill()
            end.cancel()
            feeding.join()


def _feed(running: subprocess.Popen[bytes], given: bytes) -> None:
    """Hand the file in; a program that ends before it has read it all has no need of the rest."""
    if running.stdin:
        with suppress(OSError), running.stdin as pipe:
            pipe.write(given)
