"""Papers that leave the company and come back: clauses, templates, term sheets, uploads."""
