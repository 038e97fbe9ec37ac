"""Compliance: rules and clocks as pure functions."""
