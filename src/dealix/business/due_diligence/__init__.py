"""Looking closely at a company before it is bought, and what the committee is told."""
