"""Agent identities: their Ed25519 keys, and what is signed with them."""
