"""Whom we might sell to: companies, the people there, what they did, and how promising they are."""
