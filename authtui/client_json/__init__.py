"""JSON read as the client's library (serde_json) reads it, with its errors and their places."""
