"""Figures to which a machine is held while it does nothing else: `make measure`.

Anywhere else a figure is printed and held to a limit that only a fault breaks.
"""

import os
import sys

ALONE = "DEALIX_MEASURE" in os.environ


def hold(what: str, value: float, limit: float, unit: str, otherwise: float | None = None) -> None:
    """Say a figure and fail above its limit; beside other work above `otherwise`, if at all."""
    sys.stdout.write(f"{what}: {value:.2f} {unit} (target {limit:g})\n")
    if ALONE:
        assert value <= limit, what
    elif otherwise is not None:
        assert value <= otherwise, what
