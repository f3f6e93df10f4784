"""The commands that print and leave: each takes parsed options and returns an exit code."""
