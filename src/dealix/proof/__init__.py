"""The crash harness: kills real processes at named points and lets the providers' own list judge."""
