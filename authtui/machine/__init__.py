"""What is seen on this machine: the values of an observation, and the looks that need no store.

`observation` holds the values; `files` looks at a file without following what it should not, `home`
finds the Codex home, `host` tells what kind of place this is, `installed` which clients are there,
`ports` what listens here, and `certificates` where those lie that the machine trusts.
"""
