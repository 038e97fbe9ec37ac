"""Use cases about items of the book."""
