"""Partners: identified, scored, approved, told the terms once, activated or taken back whole."""
