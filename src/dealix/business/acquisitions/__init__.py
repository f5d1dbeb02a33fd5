"""Buying a company: who it is, what it is worth to us, and what the board is asked."""
