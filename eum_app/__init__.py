"""EUM: end-use monitoring, offline first.

This package holds the lowest floor (`domain`: values and rules without I/O) and the highest (`cli`, `__main__`:
commands and exit codes). ARCHITECTURE.md names the floors between them; import-linter keeps them apart.
"""

__version__ = "0.1.0"
"""The only place that states the version: pyproject.toml and every package read it from here."""
APP_ID = "net.example.eum"
"""Name of the desktop file, icon and AppStream component: a domain reserved for examples, reversed."""
