"""The window and what surrounds the pages: opening, unlocking, locking, recovery, the first start."""
