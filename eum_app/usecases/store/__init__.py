"""Make, open, check, back up, re-key and erase a store."""
