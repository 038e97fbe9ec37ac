"""Read marks from a camera, a photo, a hand scanner or typed text."""
