"""Checks against registries and rules: here, what the company registry says of a company."""
