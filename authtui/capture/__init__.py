"""A recording proxy on loopback, and the program whose requests are sent through it."""
