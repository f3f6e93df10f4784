"""Sessions for the tests: real ones on throw-away homes, and made-up ones where none can exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from authtui.assessment.options import Options
from authtui.exchanges.records import AssertionFacts, Detail, RequestRecord
from authtui.machine.observation import (
    ConfigFacts,
    EncryptedFacts,
    EnvironmentFacts,
    FileFacts,
    HomeFacts,
    KeyringFacts,
    Observation,
)
from authtui.model.session import AuthSession
from authtui.redaction import Secret
from tests.tui.homes import HOMES, NOW, OLD_KEY, answer, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.answers.findings import Assessment

__all__ = ["HOMES", "NOW", "OLD_KEY", "REQUESTS", "Options", "answer", "session", "session_of"]


def observation(home: str = "/nowhere/.codex", at: datetime = NOW) -> Observation:
    return Observation(
        at,
        HomeFacts(home, "option", home, exists=True, shown="~/.codex"),
        EnvironmentFacts(),
        FileFacts(f"{home}/auth.json"),
        ConfigFacts(FileFacts(f"{home}/config.toml")),
        KeyringFacts(),
        EncryptedFacts(FileFacts(f"{home}/secrets/codex_auth.age")),
    )


class Clock:
    """One second later at each look."""

    def __init__(self) -> None:
        self.now = NOW - timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def session_of(
    assessment: Assessment | Callable[[], Assessment], *, load: bool = True, home: str = "/nowhere"
) -> AuthSession[Options]:
    """A session over a given answer, for states that follow one another or that are hostile."""

    def assess(seen: Observation, options: Options) -> Assessment:  # noqa: ARG001 - the session's signature
        made = assessment() if callable(assessment) else assessment
        return made._replace(surface=options.surface)

    found = AuthSession(lambda: observation(home), assess, Options(), Clock())
    if load:
        found.load("start")
    return found


def _record(number: int, method: str, host: str, path: str, **more: object) -> RequestRecord:
    at = NOW + timedelta(seconds=number)
    return RequestRecord(number, at, method, host, path)._replace(**more)  # type: ignore[arg-type]


_SENT = (
    ("Authorization", "AgentAssertion <text, 212 characters, #5b2c19>"),
    ("ChatGPT-Account-ID", "org_mine"),
    ("Content-Type", "application/json"),
)
REQUESTS = (
    _record(
        1,
        "GET",
        "chatgpt.com",
        "/backend-api/wham/agent-identities/jwks",
        status=200,
        milliseconds=38.2,
        request_id="req_1",
        bytes_received=812,
        meaning="the key set lists the token's key",
        colour="ok",
        purpose="jwks",
    ),
    _record(
        2,
        "POST",
        "auth.openai.com",
        "/api/accounts/v1/agent/agent_7f3a/task/register",
        status=200,
        milliseconds=41.0,
        authorization="signature",
        request_id="req_2",
        bytes_received=214,
        meaning="task registered",
        colour="ok",
        purpose="task",
        server_date=NOW + timedelta(seconds=93),
        skew_seconds=91.0,
    ),
    _record(
        3,
        "POST",
        "auth.openai.com",
        "/deviceauth/token",
        status=403,
        milliseconds=29.0,
        bytes_received=60,
        meaning="waiting for approval",
        colour="waiting",
        purpose="device",
    ),
    _record(
        4,
        "POST",
        "chatgpt.com",
        "/backend-api/codex/responses",
        status=401,
        reason="Unauthorized",
        milliseconds=112.4,
        authorization="AgentAssertion",
        credential_mark="#5b2c19",
        account_header="org_mine",
        request_id="req_4",
        bytes_received=93,
        content_type="application/json",
        meaning="the signed request was refused: check the age of the assertion, the key and the"
        " task",
        colour="fail",
        purpose="model",
        server_date=NOW + timedelta(seconds=95),
        skew_seconds=91.0,
        assertion=AssertionFacts(
            "agent_7f3a", Secret("task-made-up-0001"), "2026-11-13T12:01:11Z", 0.2, verified=True
        ),
        detail=Detail(
            _SENT,
            (("Date", "Fri, 13 Nov 2026 12:02:42 GMT"), ("Content-Type", "application/json")),
            '{"model": "o9", "input": "[4 characters]"}',
            '{"error": {"code": "invalid_assertion", "message": "assertion refused"}}',
        ),
    ),
    _record(
        5, "POST", "chatgpt.com", "/backend-api/codex/responses", authorization="AgentAssertion"
    ),
)
