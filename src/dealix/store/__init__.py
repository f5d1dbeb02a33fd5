"""Where it is kept: one PostgreSQL, tenants kept apart by row-level security."""
