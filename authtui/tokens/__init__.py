"""JSON Web Tokens: decoding that never raises, claims with explanations, verification.

`jwt` takes a token apart, `keyset` verifies it, and `claims` and `times` explain
what it says. `id_token` reads one as the client does, `agent` judges an agent identity as the
client does but names every cause, and `view` makes what is shown of any of them.
"""
