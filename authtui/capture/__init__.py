"""A recording proxy on loopback, and the program whose requests are sent through it.

`capture` runs both. `overrides` points the program at the proxy; `proxy` passes its requests on,
by the `routes` and over the `upstream_pool`, or through a `tunnel`; `recorder` publishes them, and
`child` what the program says. `comparison` sets what was predicted beside what was observed, in
`rows` about the first request, the outcome and the `rotations` of a refresh token.
"""
