"""States for the checks of the client's own past: real rollouts and logs of client 0.171.0."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.checks.build import State, chatgpt, host

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.machine.observation import Observation

_FILE = Path(__file__).parent.parent / "credentials" / "rollouts-0.171.0.jsonl"
ROLLOUTS: dict[str, list[dict[str, Any]]] = {
    row["case"]: row["lines"] for row in map(json.loads, _FILE.read_text("utf-8").splitlines())
}
"""What the client wrote of a turn that a server on loopback answered in some way."""
LOGIN_LOGS = {
    "state": "2026-12-01T12:57:36.694964Z  WARN codex_login::server: login callback state mismatch "
    "path=/auth/callback has_code=true has_state=true has_error=false",
    "exchange": "2026-12-01T12:57:43.029699Z ERROR codex_login::server: login callback token "
    "exchange failed",
    "port": "2026-12-01T12:54:23.740563Z  WARN codex_login::server: default login callback port is "
    "unavailable; falling back to the registered fallback port "
    "preferred_bind_address=127.0.0.1:1455 fallback_bind_address=127.0.0.1:1457",
    "back": "2026-12-01T12:57:36.694911Z  INFO codex_login::server: received login callback "
    "path=/auth/callback has_code=true has_state=true has_error=false state_valid=true",
    "device": "2026-12-01T12:54:19.681720Z  INFO codex_cli::login: starting device code login flow",
    "fine": "2026-12-01T12:54:19.738143Z  INFO codex_cli::login: starting browser login flow",
}
"""Lines of log/codex-login.log."""
_BEFORE, _AFTER = 1_796_000_000, 1_796_900_000


def wrote(case: str, changed: int = _BEFORE, edit: Callable[[str], str] = str) -> State:
    """A login, last changed at a moment, whose client wrote the rollout of a case."""

    def prepare(home: Path) -> None:
        folder = home / "sessions" / "2026" / "12" / "01"
        folder.mkdir(parents=True)
        text = "".join(f"{json.dumps(line)}\n" for line in ROLLOUTS[case])
        (folder / "rollout-2026-12-01T12-00-00-x.jsonl").write_text(edit(text), "utf-8")
        os.utime(home / "auth.json", (changed, changed))

    return State(chatgpt("acct-mine"), prepare=prepare, change=_later)


def logged(*cases: str) -> State:
    """A home without a login, with lines of the log of logins."""
    lines = "".join(f"{LOGIN_LOGS[case]}\n" for case in cases)
    return State(files={"log/codex-login.log": lines}, change=_later)


def far(mark: str, *cases: str) -> State:
    """The same on a machine whose localhost no browser reaches."""
    state = logged(*cases)
    return state._replace(change=lambda seen: _later(host(mark)(seen)))


def _later(seen: Observation) -> Observation:
    from datetime import UTC, datetime

    return seen._replace(at=datetime(2026, 12, 1, 15, tzinfo=UTC))


def _portal(text: str) -> str:
    return text.replace("Just a moment...", "Hotel").replace("Enable JavaScript and cookies", "x")


def _invalidated(text: str) -> str:
    said = "unexpected status 401 Unauthorized: Your authentication token has been invalidated."
    return text.replace("unexpected status 403 Forbidden: Your IP is not authorized", said)


def _network(text: str) -> str:
    said = "error sending request for url (https://auth.openai.com/oauth/token)"
    return text.replace("Your IP is not authorized", said)


def _full(text: str) -> str:
    return text.replace('"used_percent": 88.0', '"used_percent": 100.0')


def _reached(text: str) -> str:
    named = '"rate_limit_reached_type": "workspace_member_credits_depleted"'
    return text.replace('"rate_limit_reached_type": null', named)


TURNS: list[tuple[int, State, str]] = [
    (1, wrote("reused"), "used up the refresh token"),
    (10, wrote("revoked"), "was revoked"),
    (5, wrote("challenge"), "a challenge"),
    (16, wrote("deactivated"), "switched off"),
    (44, wrote("country"), "not offered in this region"),
    (38, wrote("verify"), "has to be verified"),
    (38, wrote("account-off"), "has to be verified"),
    (35, wrote("address"), "refuses this network"),
    (59, wrote("challenge", edit=_portal), "a web page came"),
    (51, wrote("address", edit=_invalidated), "refuses the access token"),
    (47, wrote("address", edit=_network), "the network stopped the refresh"),
]
"""The rank of a failure mode, a state that shows it, and words of its finding."""
ROWS: list[tuple[str, State, str | None, str]] = [
    *(
        ("past.answer", state, "fail" if mode in (1, 10) else "warn", words)
        for mode, state, words in TURNS
    ),
    *(("past.answer", wrote(case, _AFTER), None, "") for case in ROLLOUTS),
    ("past.answer", wrote("accepted"), "pass", "accepted this login 2 hours ago"),
    ("past.answer", wrote("portal"), "unknown", "ended in an error"),
    (
        "past.answer",
        wrote("reused", edit=lambda text: text.replace("acct-mine", "acct-other")),
        None,
        "",
    ),
    ("past.login", logged("state"), "warn", "another state"),
    ("past.login", logged("exchange"), "warn", "exchange of its code failed"),
    ("past.login", logged("port"), "warn", "is taken"),
    ("past.login", logged("fine"), "pass", "no sign-in that failed"),
    ("past.login", State(), None, ""),
    ("past.unanswered", far("WSL", "fine"), "warn", "WSL, with the browser on Windows"),
    ("past.unanswered", far("SSH", "fine"), "warn", "a machine behind SSH"),
    ("past.unanswered", logged("fine"), "unknown", "no browser called back"),
    ("past.unanswered", logged("device"), "unknown", "by code was begun"),
    ("past.unanswered", far("SSH", "fine", "back"), "pass", "came back"),
    ("past.unanswered", far("WSL", "fine", "back"), "pass", "came back"),
    ("past.unanswered", far("SSH"), None, ""),
    ("past.login", logged("port")._replace(auth=chatgpt()), "pass", ""),
    ("past.limits", wrote("accepted"), "pass", "the weekly window is used to 88 %"),
    ("past.limits", wrote("accepted", edit=_full), "warn", "the weekly window is used up until"),
    ("past.limits", wrote("accepted", edit=_reached), "warn", "ask its owner; the login is fine"),
    ("past.limits", wrote("too-many"), None, ""),
    ("past.limits", State(), None, ""),
]
