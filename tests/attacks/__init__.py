"""What an intruder would try, and that it gains nothing."""
