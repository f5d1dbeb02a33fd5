"""The crash harness: kills real processes at named points; the providers' own list judges."""
