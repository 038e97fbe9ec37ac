"""Reading the tables, for the pages."""
