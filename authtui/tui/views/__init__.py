"""Views: pure functions from a state to lines. No widget, no clock, no input or output."""
