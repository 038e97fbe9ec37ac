"""How a report is written, one module a format: each writes into a folder, and counts again what it wrote."""
