"""Single findings: one small pure function a check.

Each `*_checks` module is a group of checks that register themselves in `registry`; `all_checks`
runs them. `subject` is what they have in common, `phrases` the words. Evidence for the panes:
`sources` (explained by `ladder_rules`), `token_views` and `matrix`. `failure_modes` lists which
known failures they recognise.
"""
