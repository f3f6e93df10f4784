"""Restrictions, predictions, checks and the verdict: pure functions of an observation.

`assess.assess` is the entrance: an observation goes in, the whole answer comes out. In its order:

- `findings` is the vocabulary of the answer; `program_start` that of the way there.
- `generations` chooses the generation of the client to model.
- `predictions` says what `codex exec`, `codex login status` and the interactive client do, by way
  of `restrictions`, `first_request`, `prerequisites`, `refreshing` and `first_answer`;
  `app_server`, `doctor` and `logout` do so for other programs of the client.
- `verdict` puts it in one sentence (`verdict_failures`, `verdict_troubles`; `phrases`).
- `lamps`, `sources`, `token_views` and `matrix` are the evidence, pane by pane.
- `all_checks` runs the checks that register themselves in `registry`: each `*_checks` module is a
  group of them, `subject` what they have in common, `call_sites` a table for one group.

Beside it: `experiment` changes an observation on paper and `differences` says what that changes;
`forms` and `ladder_rules` explain; `observed_request` judges a request that was really seen.
"""
