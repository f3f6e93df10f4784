"""A recording proxy on loopback, and the program whose requests are sent through it.

`capture` runs both. `overrides` points the program at the proxy; `proxy` passes its requests on,
for the `peers` it knows, by the `routes` and over the `upstream_pool`, or through a `tunnel`;
`recorder` publishes them, and `rotations` tell who used up a refresh token. `child` publishes what
the program says; `guard` starts it behind a `warden`, so that it cannot outlive authtui. What came
of it is judged in the room of the verdict.
"""
