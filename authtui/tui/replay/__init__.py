"""The app on a trace: any moment of it in the panes of the desk, and two traces side by side."""
