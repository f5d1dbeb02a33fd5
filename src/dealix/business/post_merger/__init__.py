"""Joining a company that was bought: the programme, its gates, and its weekly report."""
