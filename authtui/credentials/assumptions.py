"""What a prediction made offline has to take for granted of the network, each by name.

The defaults are the friendly ones: servers answer, keys are listed, tasks are registered. A
variant with one of them false gives what the client does then (`check --assume task=403`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

OK: Final = "ok"


class Assumptions(NamedTuple):
    """`ok`, an HTTP status (`403`), or the name of a fault; texts are the client's concern.

    key_set: `ok`, a status, `unreachable`, `not-json`.
    task: `ok`, a status, `omitted`, `not-json`, `not-base64`, `sealed-to-another-key`, `timeout`.
    whoami: `ok`, a status, `not-json`. whoami_account: the account a personal access token
    belongs to; None assumes the one that is asked for.
    register: agent registration: `ok` or a status. biscuit: `ok`, `missing` or a status.
    refresh: `ok`, an error code such as `refresh_token_reused`. accepts_expired: the model
    endpoint takes an expired token all the same.
    accounts_check: `ok`, a status, `not-json`, `no-origin`, `other-workspace`, `unreachable`.
    policies: the workspace's managed policies: `ok` or a status.
    responses: the model endpoint: `ok`, or the status it answers.
    """

    key_set: str = OK
    task: str = OK
    whoami: str = OK
    whoami_account: str | None = None
    register: str = OK
    biscuit: str = OK
    refresh: str = OK
    accepts_expired: str = "no"
    accounts_check: str = OK
    policies: str = OK
    responses: str = OK


HTTP_REASONS: Final = {
    "400": "400 Bad Request",
    "401": "401 Unauthorized",
    "403": "403 Forbidden",
    "404": "404 Not Found",
    "429": "429 Too Many Requests",
    "500": "500 Internal Server Error",
    "502": "502 Bad Gateway",
    "503": "503 Service Unavailable",
}
