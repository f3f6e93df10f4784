"""The terminal user interface: renders a state, asks the session to act, holds no truth.

`app` is the app on this machine's login, `replay` that on a trace, `story` that of the
demonstration; each has a `Desk` as its main screen (`capture` has the one for a watched program)
and puts `sheets` on it. `views` turn a state into `lines`, and a `pane` paints those.
"""
