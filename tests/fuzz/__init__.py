"""Coverage-guided fuzzing of everything that reads outside text; see `__main__`."""
