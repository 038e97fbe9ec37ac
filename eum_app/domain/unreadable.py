"""The exceptions of bytes that cannot be decoded; apart from the errors, so that those load without msgspec."""

from __future__ import annotations

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Exceptions that msgspec raises for bytes that it cannot read.

UnicodeDecodeError comes from a key that is not UTF-8, RecursionError from deep nesting.
"""
