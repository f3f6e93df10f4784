"""A recording proxy on loopback, and the program whose requests are led through it."""
