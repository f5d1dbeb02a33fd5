"""`python -m dealix.sandbox`: the sandbox as a process of its own."""

import asyncio
import logging
import sys

from dealix.sandbox import options, providers, server
from dealix.sandbox.journal import JournalError


def main() -> int:
    """Run the sandbox; 0 after a signal, 1 with a sentence when it cannot start."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    chosen = options.read(sys.argv[1:], providers.signings)
    try:
        asyncio.run(server.run(chosen))
    except (JournalError, OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
