"""The authority: its offline part, and HQ's."""
