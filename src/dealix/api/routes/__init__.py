"""Routes by resource: each parses, calls one service function, answers."""
