"""The door for people: server-rendered pages in Arabic and English."""
