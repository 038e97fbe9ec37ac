"""Table models: ids and a page cache."""
