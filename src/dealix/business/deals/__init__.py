"""What is being sold to whom, for how much, and how it ended."""
