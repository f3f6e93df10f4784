"""Sheets: screens that stand on the desk, show one thing, and hand back a choice."""
