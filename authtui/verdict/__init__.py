"""The one judge: what was observed, what the client does with it, what was seen on the wire.

`judge` puts the machine's state in one sentence, with the rules of `failures` and `troubles`, which
are functions of one `judged_case`, and never against a failing check (`beside_checks`); `lamps`
light stored, selected and sent. What was seen comes on
top: `observed_lamps` and `observed_trouble` change that answer by requests and refreshes, and
`observed_request` judges one request. A program under `authtui capture` is weighed by `comparison`
(`request_rows` and `outcome_rows` are its `comparison_rows`; `command_line` and `program_messages`
read its command and its last words), and `captured_program` says what came of it.
"""
