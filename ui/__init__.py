"""People: the only place that knows Qt."""
