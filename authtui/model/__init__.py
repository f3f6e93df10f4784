"""The observable core: state, events, session.

`session` is the only thing that changes a `state`, and says so in `events`; a state is the fold
over them. `checkpoints` make a past one quick to reach, `changes` say what differs between two
readings, and `file_watch` notices that there is something to read. What is seen on the wire is
kept as `frozen_requests` and `programs` (those under `authtui capture`).
"""
