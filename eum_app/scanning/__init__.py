"""Reading marks: camera, photo, hand scanner and typed text."""
