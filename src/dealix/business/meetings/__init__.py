"""Meetings with those outside: agreeing on a time, and handing over to who holds it."""
