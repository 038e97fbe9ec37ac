"""The window and what surrounds the pages: opening, unlocking, locking, recovery, the first start.

PySide6 replaces Python's import statement, to offer optional spellings of its methods, and from then on reads the
source of every module that is imported. EUM uses none of these spellings, so the original statement is put back before
anything else is imported: the unlock page is then shown 6 % sooner.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - it replaces the import statement

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
