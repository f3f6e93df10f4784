"""Agent identities: keys, records in all their shapes, and what they are bound to."""
