"""The schema's history; `python -m dealix.store.migrate` brings a database to its head."""
