"""The embedded backend: what the real services answer, for one process, on loopback.

`backend` is the whole of it, and `server` starts and stops it. `app` is its table of endpoints,
answered by `accounts` (OAuth, access tokens, workspaces), `agents` and `model_calls`;
`authentication` says who is calling. `state` is what it knows and has seen, `minting` makes
credentials it accepts, `faults` what goes wrong on request (set over HTTP by `control`).
`client_setup` says how a real client with one of the `logins` is pointed at it.
"""
