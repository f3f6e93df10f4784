"""The vocabulary of an answer: plain immutable values, and nothing that works them out.

`findings` holds what the app, `check --json` and a report are made of, `token_view` how a token is
shown, `differences` what sets two answers apart, and `glossary` what the words mean.
"""
