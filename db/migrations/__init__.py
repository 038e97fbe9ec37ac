"""Schema migrations of journals and key material (Alembic)."""
