"""The demo: an embedded backend with real cryptography, on loopback only.

A `story` is data (`stories/*.toml`, read by `story_file`, checked by `story_rules`). `stage` sets
up its machine: a throw-away home, the backend, the programs on it; `changes` and `login` are what a
user or an administrator does there. `play` plays it through the real core, `runner` does so in a
thread for the app, and `walk` keeps the page that the viewer is on.
"""
