"""Traces: a session's events as a file that may leave the machine, and the way back from it.

`stand_ins` names what must not be named; `parts` and `tables` say field by field what is written;
`lines` is the file's form and its limits; `writer` appends, `reader` reads and refuses, `replay`
folds what was read, `compare` sets two traces side by side.
"""
