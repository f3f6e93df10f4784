"""Restrictions, predictions, checks and the verdict: pure functions of an observation."""
