"""Sessions in which a program was watched: the events of a capture, on a throw-away home."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from authtui.credentials.marks import mark_of
from authtui.exchanges.records import AssertionFacts, BearerFacts, RequestRecord
from authtui.model import events as ev
from authtui.model.programs import cause_of
from authtui.redaction import Secret
from tests.tui.homes import NOW, read, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.assessment.options import Options
    from authtui.capture.capture import Capture
    from authtui.model.session import AuthSession

COMMAND = ("codex", "exec", "--skip-git-repo-check", "say hi")
OVERRIDES = (
    "-c chatgpt_base_url for https://chatgpt.com/backend-api",
    "-c openai_base_url for https://api.openai.com/v1 or https://chatgpt.com/backend-api/codex",
    "CODEX_REFRESH_TOKEN_URL_OVERRIDE for https://auth.openai.com/oauth/token",
    "CODEX_REVOKE_TOKEN_URL_OVERRIDE for https://auth.openai.com/oauth/revoke",
    "not captured: the client's choice of a server by workspace: model calls go to chatgpt.com",
)
BANNER = (
    "OpenAI Codex v0.169.0",
    "--------",
    "model: gpt-6.1-sol",
    "provider: openai",
    "approval: never",
    "sandbox: read-only",
    "--------",
    "user",
    "say hi",
)
MODEL = "/backend-api/codex/responses"


class Told:
    """Publishes what a capture would."""

    def __init__(self, story: str) -> None:
        self.session: AuthSession[Options] = session(story)
        self.story = story
        self.number = 0

    def add(self, kind: Callable[..., ev.Event], *values: Any) -> Told:  # noqa: ANN401
        self.session.publish(lambda n, at: kind(n, at, cause_of(1), *values))
        return self

    def start(self, command: tuple[str, ...] = COMMAND) -> Told:
        return self.add(ev.ChildStarted, 1, command, OVERRIDES)

    def say(self, *lines: str, stream: str = "stderr") -> Told:
        return self.add(ev.ChildSaid, 1, stream, lines)

    def end(self, status: int) -> Told:
        words = "It ended well." if status == 0 else f"It ended with exit code {status}."
        return self.add(ev.ChildEnded, 1, status, None, words)

    def look(self, story: str | None = None) -> Told:
        """What is stored, read again after the end."""
        self.session.adopt(read(story or self.story, NOW + timedelta(minutes=5)), "ended")
        return self

    def ask(self, method: str, host: str, path: str, status: int, **fields: Any) -> Told:  # noqa: ANN401
        self.number += 1
        at = NOW + timedelta(seconds=self.number)
        record = RequestRecord(self.number, at, method, host, path)
        answered = {"status": status, "milliseconds": 30.0 + 7 * self.number, "colour": "ok"}
        sent = {k: v for k, v in fields.items() if k in SENT}
        self.add(ev.RequestStarted, record._replace(**sent))
        return self.add(ev.RequestFinished, record._replace(**{**answered, **fields}))

    def model(self, status: int = 200, host: str = "chatgpt.com", **fields: Any) -> Told:  # noqa: ANN401
        words = {
            200: ("the model answered: the credential was accepted", "ok"),
            401: ("the credential was refused", "fail"),
        }.get(status, ("", "info"))
        made = {
            "purpose": "model-call",
            "meaning": words[0],
            "colour": words[1],
            "reason": "Unauthorized" if status == 401 else "OK",
            "authorization": "Bearer JWT",
            "credential_mark": mark_of(read(self.story), "auth.json", "tokens.access_token"),
            "account_header": "org_mine",
            "bearer": BearerFacts("org_mine", NOW + timedelta(days=8)),
        }
        path = fields.pop("path", MODEL)
        return self.ask("POST", host, path, status, **{**made, **fields})

    def beginning(self) -> Told:
        """What a client asks for before it calls the model."""
        token = {
            "authorization": "Bearer JWT",
            "account_header": "org_mine",
            "bearer": BearerFacts("org_mine", NOW + timedelta(days=8)),
        }
        self.ask(
            "GET", "chatgpt.com", "/backend-api/codex/models?client_version=0.169.0", 200,
            purpose="model-list", meaning="", **token,
        )  # fmt: skip
        return self.ask(
            "GET", "chatgpt.com", "/backend-api/wham/accounts/check", 200,
            purpose="accounts-check", meaning="workspaces received", **token,
        )  # fmt: skip


SENT = (
    "purpose", "authorization", "credential_mark", "account_header", "bearer", "assertion",
    "fedramp_header",
)  # fmt: skip


def running() -> AuthSession[Options]:
    return Told("healthy").start().say(*BANNER).beginning().session


def as_predicted() -> AuthSession[Options]:
    told = Told("healthy").start().say(*BANNER).beginning().model()
    told.say("codex").say("hi", stream="stdout").say("tokens used", "2")
    return told.end(0).look().session


def differing() -> AuthSession[Options]:
    """The key of the environment was expected to win; a profile's login was used instead."""
    told = Told("shadowed").start().say(*BANNER)
    message = (
        "ERROR: unexpected status 401 Unauthorized: Missing scopes: api.responses.write, url: "
        "https://api.openai.com/v1/responses"
    )
    told.model(
        401,
        "api.openai.com",
        path="/v1/responses",
        meaning="wrong route: a ChatGPT token was sent to the API host",
    )
    told.say("ERROR: Reconnecting... 1/5", "ERROR: Reconnecting... 5/5", message)
    return told.end(1).look().session


def recovered() -> AuthSession[Options]:
    """A 401, the reload, a second 401, the refresh, and the answer."""
    told = Told("healthy").start().say(*BANNER).beginning()
    told.model(401).model(401)
    told.ask(
        "POST", "auth.openai.com", "/oauth/token", 200, purpose="refresh",
        meaning="tokens refreshed; if auth.json does not change now, it cannot be written",
    )  # fmt: skip
    told.add(ev.RotationSeen, "codex exec (1)", "#8b1f0c", "#41d7aa")
    told.model(200, credential_mark="#c0ffee")
    told.say("codex").say("hi", stream="stdout").say("tokens used", "2")
    return told.end(0).look().session


def signed_wrongly() -> AuthSession[Options]:
    """An assertion whose signature does not fit the stored key, refused."""
    told = Told("agent-ready").start().say(*BANNER)
    facts = AssertionFacts(
        "agent_7f3a", Secret("task-made-up-0001"), "2026-11-13T12:01:07Z", 0.2, verified=False
    )
    told.model(
        401, authorization="AgentAssertion", credential_mark="#5b2c19", assertion=facts,
        bearer=None, meaning="the signed request was refused: check the age of the assertion, "
        "the key and the task",
    )  # fmt: skip
    told.say(
        "ERROR: Reconnecting... 5/5",
        "ERROR: unexpected status 401 Unauthorized: invalid assertion, url: "
        "https://chatgpt.com/backend-api/codex/responses",
    )
    return told.end(1).look().session


CAPTURES = {
    "running": running,
    "as-predicted": as_predicted,
    "differing": differing,
    "recovered": recovered,
    "signed-wrongly": signed_wrongly,
}


def capture_maker(
    shown: AuthSession[Options], command: tuple[str, ...]
) -> tuple[Callable[[int], Capture], list[Capture]]:
    """The real thing: a program behind a proxy of its own, whose servers nobody asks."""
    from authtui.assessment.generations import choose_contract
    from authtui.capture.capture import Capture
    from authtui.capture.overrides import OverridePlan, plan_overrides
    from authtui.lifecycle.addresses import addresses_of

    made: list[Capture] = []

    def ended(_: object) -> None:
        shown.load("ended")

    def make(number: int) -> Capture:
        seen = shown.state.observation
        assert seen is not None
        contract, _ = choose_contract(seen, shown.options.contract)
        addresses = addresses_of(seen, contract, None, base_url="http://127.0.0.1:9")
        plan = plan_overrides(
            command, {"PATH": os.environ["PATH"]}, seen, contract, addresses,
            upstream="http://127.0.0.1:9",
        )  # fmt: skip
        assert isinstance(plan, OverridePlan)
        made.append(Capture(shown, plan, {}, lambda: NOW, number=number, ended=ended))
        return made[-1]

    return make, made
