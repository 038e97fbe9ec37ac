"""The demonstration: synthetic data of our own making, and a walk through the real windows."""
