"""Identity: keys, assertions, registration."""
