"""The whole answer, composed: an observation goes in at `assess`, an `Assessment` comes out.

`options` say what to judge for, `generations` chooses the generation of the client to model, and
`experiment` changes an observation on paper and assesses it again.
"""
