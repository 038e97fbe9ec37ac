"""Tokens, style sheet, icons, fonts."""
