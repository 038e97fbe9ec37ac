"""Findings and decisions, the overview, withheld content."""
