"""Keeping: the only place that knows SQL."""
