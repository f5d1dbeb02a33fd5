"""Temporal, PostgreSQL and Valkey: embedded and kept alive by a supervisor, or an address."""
