"""The demo: an embedded backend with real cryptography, on loopback only."""
