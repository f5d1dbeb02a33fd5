"""A mail server, played: it takes every message, keeps it as it came, and never deduplicates."""
