"""The rehearsal: stand-ins, the copy, and a pretended client in its network."""
