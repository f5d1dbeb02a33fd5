"""Runs a company's growth workflows, each on the engine that fits, and proves what happened."""

__version__ = "0.1.0"
