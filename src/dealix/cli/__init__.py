"""The door for operators: `dealix`, a client of the API with no way to the database."""
