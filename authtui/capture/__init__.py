"""A recording proxy on loopback, and the program whose requests are sent through it.

`capture` runs both. `overrides` points the program at the proxy; `proxy` passes its requests on,
by the `routes` and over the `upstream_pool`, or through a `tunnel`; `recorder` publishes them, and
`child` what the program says, and `rotations` tell who used up a refresh token. What came of it is
judged in the room of the verdict.
"""
