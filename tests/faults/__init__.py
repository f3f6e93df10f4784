"""Each test says what was broken from outside while authtui ran, and what came of it."""
