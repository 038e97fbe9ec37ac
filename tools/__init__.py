"""Scripts for people who build and release the app; none of them is part of it."""
