"""`python -m eum_app` is `eum`. Child processes of a frozen app start here too."""

from __future__ import annotations

import sys

from eum_app.cli import main

if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support

        freeze_support()
    main()
