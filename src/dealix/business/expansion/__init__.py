"""Opening a market: the plan, its small first cohort, and when to stop."""
