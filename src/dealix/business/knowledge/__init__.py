"""What the company knows from its documents: brought in, found again by meaning and by word."""
