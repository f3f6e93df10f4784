"""The whole answer, composed: an observation goes in at `assess`, an `Assessment` comes out.

`options` say what to judge for, `generations` chooses the generation of the client to model,
`changed` is an observation with something else on paper, `experiment` assesses one again, and
`proof` tries the fixes of a verdict that way.
"""
