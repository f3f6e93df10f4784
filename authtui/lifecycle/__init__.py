"""The lifecycle of a login, performed: load, register, assert, refresh, logout, restore.

`transitions.Lifecycle` is the way in: each transition first makes a plan (`preview`, `plans`) and,
if live, performs it: `load`, `bootstrap` (an agent identity and its task, by the requests of
`registration` and the rules of `policies`), `probe` (the request of assert), `refresh`, `logout`,
`restore`. `context` is what they all get, `stores` where they write, `addresses` where they send.
"""
