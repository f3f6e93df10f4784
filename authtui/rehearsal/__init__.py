"""A rehearsal: the client itself on a copy with stand-ins, in a network that leads nowhere.

`network` makes the network, `hosts` answers in it; `stand_in` makes the copy, `worker` starts the
client there, `rehearse` sets what was predicted beside what was seen.
"""
