"""Traces: a session's events as a file that may leave the machine, and the way back from it.

`stand_ins` replaces what must not be named; `declarations` says record by record what is written,
by the ways of `fields` and, where the content decides, of `redactions`; `line_format` is the form
of a line and its limits; `target` opens the file to append to, `writer` appends, `reader` reads and
refuses, `replay` folds what was read, and `compare` sets two traces side by side.
"""
