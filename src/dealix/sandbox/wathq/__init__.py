"""Wathq, the Saudi company registry, played: a small set of companies, and any other number."""
