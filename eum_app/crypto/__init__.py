"""Trust: the only place that knows ciphers."""
