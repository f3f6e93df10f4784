"""What a request carried, judged by what was noted of it when it passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges.records import AssertionFacts, BearerFacts, RequestRecord
from authtui.machine.observation import ConfigFacts, ConfigValue, FileFacts
from authtui.redaction import Secret
from authtui.verdict.observed_request import judge_request, named_hosts, worst
from tests.tui.samples import observation

AT = datetime(2026, 11, 13, 12, 1, tzinfo=UTC)


def record(**fields: object) -> RequestRecord:
    made = RequestRecord(1, AT, "POST", "chatgpt.com", "/backend-api/codex/responses")
    made = made._replace(purpose="model-call", authorization="Bearer JWT")
    return made._replace(**fields)  # type: ignore[arg-type]


def signed(**fields: object) -> RequestRecord:
    facts = AssertionFacts("agent_1", Secret("task-1"), "2026-11-13T12:01:00Z", 0.2, verified=True)
    facts = facts._replace(**{k: v for k, v in fields.items() if k in AssertionFacts._fields})  # type: ignore[arg-type]
    rest = {k: v for k, v in fields.items() if k not in AssertionFacts._fields}
    return record(authorization="AgentAssertion", assertion=facts)._replace(**rest)  # type: ignore[arg-type]


CASES = [
    ("a good token", record(), "route.host", "pass", "is sent to"),
    ("an API key at the API", record(
        authorization="Bearer sk-", host="api.openai.com", path="/v1/responses"), "route.host",
     "pass", "is sent to"),
    ("an API key at ChatGPT", record(authorization="Bearer sk-"), "route.host", "fail",
     "takes ChatGPT logins only"),
    ("a ChatGPT token at the API", record(host="api.openai.com", path="/v1/responses"),
     "route.host", "fail", "Missing scopes"),
    ("an assertion at the API", signed(host="api.openai.com", path="/v1/responses"),
     "route.host", "fail", "wants an API key"),
    ("an API key behind a stand-in", record(authorization="Bearer sk-", host="127.0.0.1:8"),
     "route.host", "fail", "takes ChatGPT logins only"),
    ("a token at another's host", record(host="llm.example.org", path="/v1/responses"),
     "route.host", "fail", "neither OpenAI's nor named"),
    ("a token at a host that only looks like it", record(host="chatgpt.com.example.org"),
     "route.host", "fail", "neither OpenAI's nor named"),
    ("a token in the clear", record(scheme="http"), "route.plain", "fail", "can read"),
    ("the key set", record(purpose="jwks", authorization="Bearer sk-"), "route.host", "pass", ""),
    ("a good signature", signed(), "assertion.signature", "pass", "agent_1"),
    ("a wrong key", signed(verified=False), "assertion.signature", "fail", "the key was replaced"),
    ("an unknown agent", signed(verified=None), "assertion.signature", "unknown", "cannot be"),
    ("an unreadable assertion", signed(problem="no JSON"), "assertion.form", "fail", "no JSON"),
    ("a fresh stamp", signed(), "assertion.time", "pass", "fresh"),
    ("an old stamp", signed(age_seconds=400.0), "assertion.time", "fail", "long before"),
    ("a stamp that is a little old", signed(age_seconds=90.0), "assertion.time", "warn", "long"),
    ("a slow clock", signed(skew_seconds=600.0), "assertion.time", "fail", "behind the server's"),
    ("a fast clock", signed(skew_seconds=-600.0), "assertion.time", "fail", "ahead of the server"),
    ("no stamp", signed(age_seconds=None), "assertion.time", "fail", "not an RFC 3339 time"),
    ("the right account", record(account_header="acct-1", bearer=BearerFacts("acct-1")),
     "account.token", "pass", "issued for"),
    ("another account", record(account_header="acct-2", bearer=BearerFacts("acct-1")),
     "account.token", "fail", "different logins"),
    ("a living token", record(bearer=BearerFacts(None, AT + timedelta(hours=9))), "token.expiry",
     "pass", "not expired"),
    ("an expired token", record(bearer=BearerFacts(None, AT - timedelta(hours=9))),
     "token.expiry", "fail", "answers 401"),
    ("a token that has expired by the server's clock alone", record(
        bearer=BearerFacts(None, AT + timedelta(seconds=60)), skew_seconds=3600.0),
     "token.expiry", "fail", "answers 401"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "seen", "name", "status", "words"), CASES)
def test_a_request_is_judged(
    title: str, seen: RequestRecord, name: str, status: str, words: str
) -> None:
    found = next(j for j in judge_request(seen) if j.id == name)
    assert (found.status, words in found.meaning or words in found.observed) == (status, True), (
        title
    )


def test_a_request_without_a_credential_has_nothing_to_judge() -> None:
    assert judge_request(record(authorization=None)) == ()


def test_an_account_that_nobody_names_is_no_mix_up() -> None:
    names = {j.id for j in judge_request(record(bearer=BearerFacts("acct-1")))}
    assert "account.token" not in names


def test_a_host_that_the_configuration_names_may_take_anything() -> None:
    seen = observation()._replace(
        config=ConfigFacts(
            FileFacts("config.toml"),
            {
                "model_providers.corp.base_url": ConfigValue("https://llm.corp:8443/v1", "c"),
                "chatgpt_base_url": ConfigValue("https://chatgpt.com/backend-api/", "c"),
                "model_providers.corp.name": ConfigValue("https://elsewhere.example", "c"),
            },
        )
    )
    named = named_hosts(seen, None)
    assert named == {"llm.corp", "chatgpt.com"}
    assert worst(judge_request(record(host="llm.corp:8443", path="/v1/responses"), named)) is None
    key = record(authorization="Bearer sk-")
    assert worst(judge_request(key, named)) is not None


def test_the_worst_is_a_failure_before_a_warning() -> None:
    found = worst(judge_request(signed(verified=False, age_seconds=90.0)))
    assert found is not None
    assert found.id == "assertion.signature"


@given(st.text(max_size=80), st.text(max_size=80), st.floats(), st.text(max_size=20))
def test_nothing_in_a_record_makes_the_judge_fail(
    host: str, path: str, age: float, auth: str
) -> None:
    seen = signed(host=host, path=path, age_seconds=age)._replace(authorization=auth)
    for found in judge_request(seen):
        assert found.meaning
