"""JSON Web Tokens: decoding that never raises, claims with explanations, verification."""
