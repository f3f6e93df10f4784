"""The terminal user interface: renders a state, asks the session to act, holds no truth.

`launch` opens `app`, the app on this machine's login; `replay` is that on a trace, `story` that of
the demonstration. Each has a desk as its main screen (`desk`; `capture` has the one for a watched
program) and puts `dialogs` on it, all placed by `geometry` on a `screen`. `views` turn a state into
`lines`, a `pane` paints those in the tones of `theme`.

`keys` is the one table of them, `keymap` lists those of every face and holds a user's own against
them; `palette` lists their actions. Parts of the app, which tell it what happens by `messages`:
`lifecycle_actions`
(shown before they are done), `keyring_look`, `traffic`, `changes`, `clipboard`, `recording`,
`revealing`. What a screen may ask of the app stands in `owner`: no file imports one above it.
"""
