"""Judging a request that was seen: whether what it carried is sound, and fits where it went.

Pure. The record of a request holds no secret: what had to be read from one (a signature, an
account claim) was read when the request passed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple
from authtui.simulation.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Assessment, CheckStatus
    from authtui.exchanges.records import AssertionFacts, RequestRecord
    from authtui.machine.observation import Observation

_OLD_SECONDS: Final = 60.0
_TOO_OLD_SECONDS: Final = 300.0
"""The embedded backend refuses an assertion beyond this; the limit of the service is not public."""
_AHEAD_SECONDS: Final = 5.0
_CHATGPT: Final = re.compile(r"(?:.+\.)?(?:chatgpt\.com|chat\.openai\.com|chatgpt-staging\.com)")
_OPENAI: Final = re.compile(r"(?:.+\.)?openai\.(?:com|org)")
_API: Final = re.compile(r"api\.openai\.(?:com|org)")
LOOPBACK: Final = re.compile(r"localhost|127(?:\.\d+){3}|::1|\[::1\]")
"""The names of this machine itself."""
_BASES: Final = ("openai_base_url", "chatgpt_base_url")
_MODEL_CALL: Final = "model-call"
_TOKENS: Final = ("Bearer JWT", "Bearer at-", "AgentAssertion")


class Judgement(NamedTuple):
    """One thing that was looked at in a request: what it should be, what it is, what that means."""

    id: str
    label: str
    status: CheckStatus
    expected: str
    observed: str
    meaning: str


def named_hosts(observation: Observation | None, expected: Assessment | None) -> frozenset[str]:
    """The hosts, without ports, that credentials go to here beside OpenAI's own.

    Those that the configuration names, and the one that the client was predicted to ask: a built-in
    provider has hosts of its own, and the workspace look-up may name another origin.
    """
    found: set[str] = set()
    if observation is not None and observation.clues is not None:
        found.update(observation.clues.hosts)
    elif observation is not None:
        for key, given in observation.config.values.items():
            own = key.startswith("model_providers.") and key.endswith(".base_url")
            if (own or key in _BASES) and isinstance(given.value, str) and given.value.strip():
                found.add(host_of(given.value.strip()))
    if expected is not None and expected.request is not None:
        found.add(host_of(expected.request.base_url))
    return frozenset(found)


def judge_request(
    record: RequestRecord, named: frozenset[str] = frozenset()
) -> tuple[Judgement, ...]:
    """Everything that can be said of what a request carried, in a fixed order.

    `named` are hosts that the configuration names; a credential belongs there, too.
    """
    return (
        *_assertion(record),
        *_clock(record),
        *_account(record),
        *_expiry(record),
        *_route(record, named),
    )


def worst(judgements: tuple[Judgement, ...]) -> Judgement | None:
    """The first that fails, else the first that warns, else None."""
    for status in ("fail", "warn"):
        for found in judgements:
            if found.status == status:
                return found
    return None


def _assertion(record: RequestRecord) -> Iterator[Judgement]:
    facts = record.assertion
    if facts is None:
        return
    label, expected = "signature", "by the agent's key"
    if facts.problem:
        meaning = f"The server cannot read it either: {facts.problem}."
        yield Judgement("assertion.form", label, "fail", expected, "not readable", meaning)
    elif facts.verified is None:
        meaning = (
            f"No private key of agent {facts.agent_runtime_id} is at hand here, so its signature "
            "cannot be checked."
        )
        yield Judgement("assertion.signature", label, "unknown", expected, "not checked", meaning)
    elif facts.verified:
        meaning = f"It was signed with the key of agent {facts.agent_runtime_id}."
        yield Judgement("assertion.signature", label, "pass", expected, "valid", meaning)
    else:
        meaning = (
            f"It names agent {facts.agent_runtime_id}, but was not signed with the key that is "
            "stored for it: the key was replaced, or two records were mixed. The server refuses it."
        )
        yield Judgement("assertion.signature", label, "fail", expected, "not valid", meaning)


def _clock(record: RequestRecord) -> Iterator[Judgement]:
    facts = record.assertion
    if facts is None or facts.problem:
        return
    expected = "stamped just now"
    age, whose = _age(record, facts)
    if age is None:
        meaning = "Its timestamp is not an RFC 3339 time in UTC."
        seen = facts.timestamp or "no timestamp"
        yield Judgement("assertion.time", "timestamp", "fail", expected, seen, meaning)
        return
    side = "old" if age >= 0 else "ahead"
    observed = f"{_seconds(abs(age))} {side} by {whose} clock" if abs(age) >= 1 else "just now"
    if -_AHEAD_SECONDS <= age <= _OLD_SECONDS:
        yield Judgement(
            "assertion.time", "timestamp", "pass", expected, observed, "Its timestamp is fresh."
        )
        return
    far = abs(age) > _TOO_OLD_SECONDS
    skew = record.skew_seconds or 0.0
    cause = (
        f"The local clock is {_seconds(abs(skew))} {'behind' if skew > 0 else 'ahead of'} the "
        "server's: set the clock."
        if abs(skew) > _AHEAD_SECONDS
        else "It was signed long before it was sent: a paused machine, or a request that was kept."
    )
    status: CheckStatus = "fail" if far else "warn"
    yield Judgement("assertion.time", "timestamp", status, expected, observed, cause)


def _age(record: RequestRecord, facts: AssertionFacts) -> tuple[float | None, str]:
    """Age by the server's clock where its answer told the time, else by the local one."""
    if facts.age_seconds is None:
        return None, ""
    if record.skew_seconds is None:
        return facts.age_seconds, "the local"
    return facts.age_seconds + record.skew_seconds, "the server's"


def _account(record: RequestRecord) -> Iterator[Judgement]:
    claimed = record.bearer.account_id if record.bearer is not None else None
    if claimed is None or record.account_header is None:
        return
    label, sent = "token's account", record.account_header
    if sent == claimed:
        meaning = "The header names the account that the token was issued for."
        yield Judgement("account.token", label, "pass", claimed, sent, meaning)
    else:
        meaning = (
            f"The header asks for {sent}, the token was issued for {claimed}: `tokens.account_id` "
            "and the access token come from different logins."
        )
        yield Judgement("account.token", label, "fail", claimed, sent, meaning)


def _expiry(record: RequestRecord) -> Iterator[Judgement]:
    expires = record.bearer.expires_at if record.bearer is not None else None
    if expires is None:
        return
    # The judge is the server: by its clock, where its answer told the time.
    left = (expires - record.at).total_seconds() - (record.skew_seconds or 0.0)
    label, expected = "token's life", "not expired"
    if left > 0:
        observed = f"{_seconds(left)} left"
        meaning = "The token had not expired when it was sent."
        yield Judgement("token.expiry", label, "pass", expected, observed, meaning)
    else:
        meaning = "It was sent although it had expired; the server answers 401."
        observed = f"expired {_seconds(-left)} before"
        yield Judgement("token.expiry", label, "fail", expected, observed, meaning)


def _route(record: RequestRecord, named: frozenset[str]) -> Iterator[Judgement]:
    carried = record.authorization
    if carried is None:
        return
    host = host_of(record.host)
    expected, observed = "a host this credential is for", f"{carried} to {record.host}"
    if record.scheme == "http" and not LOOPBACK.fullmatch(host):
        meaning = "The credential was sent without TLS: anyone on the network path can read it."
        yield Judgement("route.plain", "route", "fail", "https", f"{carried} over http", meaning)
        return
    status: CheckStatus = "pass"
    meaning = f"{record.host} is a host that such a credential is sent to."
    side = _side(record, host, named)
    if side is None and host not in named:
        status = "fail"
        meaning = (
            f"{record.host} is neither OpenAI's nor named by the configuration, and got a "
            f"credential ({carried}): a setting of a provider or an MCP server leaks it."
        )
    elif record.purpose == _MODEL_CALL and side == "chatgpt" and carried == "Bearer sk-":
        status = "fail"
        meaning = "An API key was sent to ChatGPT's host, which takes ChatGPT logins only."
    elif record.purpose == _MODEL_CALL and side == "api" and carried in _TOKENS:
        # A host of one's own may take anything; OpenAI's API host does not.
        status = "fail"
        meaning = (
            "A ChatGPT credential was sent to the API's host, which wants an API key: "
            "`Missing scopes` is the usual answer."
        )
    yield Judgement("route.host", "route", status, expected, observed, meaning)


def _side(record: RequestRecord, host: str, named: frozenset[str]) -> str | None:
    """`chatgpt`, `api` or `openai` for OpenAI's hosts; a loopback host stands in for one of them.

    A backend on loopback serves both sides, and the path says which one was meant. A loopback host
    that the configuration names is a server of one's own: it may take anything.
    """
    if _CHATGPT.fullmatch(host):
        return "chatgpt"
    if _API.fullmatch(host):
        return "api"
    if _OPENAI.fullmatch(host):
        return "openai"
    if LOOPBACK.fullmatch(host) and host not in named:
        if record.path.startswith(("/backend-api/", "/api/codex")):
            return "chatgpt"
        return "api" if record.path.startswith("/v1/") else "openai"
    return None


def _seconds(value: float) -> str:
    """`12 s`, `3 min`, `5 h`, `8 days`: one unit, rounded."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if value >= 2 * size:
            return f"{value / size:.0f} {unit}"
    return f"{value:.0f} s" if value >= 1 or value == 0 else "under 1 s"
