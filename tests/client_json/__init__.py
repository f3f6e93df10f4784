"""Tokens: decoding, judging, verifying, showing."""
