"""What we offer, at which price, in both languages."""
