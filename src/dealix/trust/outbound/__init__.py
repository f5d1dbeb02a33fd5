"""The only way to the outside: policy, key, ledger, call, and what became of it."""
