"""The terminal user interface: renders a state, asks the session to act, holds no truth."""
