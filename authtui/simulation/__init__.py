"""The simulated client: what a program start does with an observation. Pure.

In the order of a start: `stored_record` is what the configured store leads to, `ladder` every
source in the client's order, with `online_credentials` for those that need a server, which
`assumptions` stand for; `selection` holds the source that wins. `program_start` composes that into
a `Case`; `restrictions` are the policies of the configuration, `prerequisites` what has to succeed
before the first model call, `refreshing` the refresh, `first_request` the request itself and
`first_answer` what the client makes of the answer. `predictions` tells it for `codex exec`,
`codex login status` and the interactive client; `doctor`, `app_server` and `logout` for others.

`api_keys` judge a key by its looks, `proxies` say which proxy a request takes. `call_sites` is the
table of who attaches which header, `forms` the accepted forms of a record, and
`urls` the client's way with addresses.
"""
