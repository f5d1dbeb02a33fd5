"""What comes in from people: what a message wants, in which dialect it is, what follows from it."""
