"""Use cases about deficiencies of sites."""
