"""`python -m eum_app` is `eum`."""

from __future__ import annotations

from eum_app.cli import main

if __name__ == "__main__":
    main()
