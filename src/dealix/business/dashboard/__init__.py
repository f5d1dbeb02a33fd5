"""What everybody looks at: each figure of the company by its one definition."""
