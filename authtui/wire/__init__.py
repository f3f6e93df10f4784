"""Requests on the wire: records of them and what an answer means.

`client` sends: to the addresses of `endpoints`, by way of `transport` and `hosts`, with `answers`
read by `body` and `connection` telling how far it got. `record_builder` makes the `records`, in
which `exchange_redaction` keeps names and classes only; `meaning` says what each was for and what
came of it. `request_log` holds them, `request_filter` searches, and `export` hands them on.
`serving` is the other side: a server on loopback, for whoever needs one.
"""
