"""The terminal user interface: renders a state, asks the session to act, holds no truth.

`launch` opens `app`, the app on this machine's login; `replay` is that on a trace, `story` that of
the demonstration. Each has a `desk` as its main screen (`capture` has the one for a watched
program) and puts `sheets` on it, all placed by `geometry` on a `screen`. `views` turn a state into
`lines`, a `pane` paints those in the tones of `theme`.

`keys` is the one table of them; `desk_actions` and `palette` do what they say. Parts of the app:
`acts` (the lifecycle, shown before it is done), `keyring`, `traffic`, `changes`, `clipboard`,
`recording`, `revealing`.
"""
