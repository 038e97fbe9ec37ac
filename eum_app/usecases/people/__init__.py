"""Accounts, recovery codes, scopes and the notice."""
