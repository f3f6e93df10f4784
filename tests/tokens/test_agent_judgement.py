"""The agent identity contract: a verdict for each field, and the client's one error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui import contracts
from authtui.tokens.agent import AgentJudgement, judge_agent_token
from authtui.tokens.jwt import decode
from tests.tokens.token_samples import NOW, agent_claims, b64, key_set, part, signed

NOW_SECONDS = int(NOW.timestamp())
VERIFY = "failed to verify agent identity JWT"
HEADER = "failed to decode agent identity JWT header"
PREFIX = "failed to decode agent identity JWT: "
SHAPE = "invalid agent identity JWT format"


def judge(token: str, name: str = "current", keys: str | None = "") -> AgentJudgement:
    contract = contracts.BY_NAME[name].agent
    return judge_agent_token(decode(token), contract, NOW, key_set() if keys == "" else keys)


def failed(token: str, name: str = "current") -> list[str]:
    return [field.field for field in judge(token, name).failed]


def says(token: str, name: str = "current") -> str | None:
    return judge(token, name).client_error


def test_a_sound_token_passes_in_every_field() -> None:
    found = judge(signed(agent_claims()))
    assert {field.status for field in found.fields} == {"pass"}
    assert found.client_error is None
    assert found.assumes == ()


def test_without_a_key_set_the_signature_is_unknown_and_the_assumption_is_told() -> None:
    found = judge(signed(agent_claims()), keys=None)
    signature = found.of("signature")
    assert signature is not None
    assert signature.status == "unknown"
    assert found.assumes == ("the key set lists key `test-key-1` and the signature is valid",)
    assert found.client_error is None


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"exp": NOW_SECONDS - 61}, "exp", VERIFY),
        ({"aud": "someone-else"}, "aud", VERIFY),
        ({"iss": "https://auth.openai.com"}, "iss", VERIFY),
        (
            {"agent_private_key": "*** no ***"},
            "agent_private_key",
            "stored agent identity private key is not valid base64",
        ),
        (
            {"agent_private_key": "AAAA"},
            "agent_private_key",
            "stored agent identity private key is not valid PKCS#8",
        ),
    ],
)
def test_one_wrong_field_fails_alone(changes: dict[str, Any], field: str, error: str) -> None:
    token = signed(agent_claims(**changes))
    assert failed(token) == [field]
    assert says(token) == error


@pytest.mark.parametrize(
    "name", [name for name in agent_claims() if name not in ("email", "agent_private_key")]
)
def test_a_missing_claim_is_named_where_the_client_hides_it(name: str) -> None:
    token = signed(agent_claims(**{name: ...}))
    assert failed(token) == [name]
    length = len(json.dumps(agent_claims(**{name: ...}), separators=(",", ":")))
    concealed = f"invalid credential JSON (Data at line 1 column {length})"
    assert says(token) == PREFIX + concealed
    assert says(token, "managed") == "agent identity JWT payload is not valid JSON"


def test_the_email_is_required_by_0_128_only() -> None:
    token = signed(agent_claims(email=...))
    assert failed(token, name="explicit") == ["email"]
    assert says(token, "explicit") == "agent identity JWT payload is not valid JSON"
    assert says(token, "managed") is None


def test_an_expired_token_is_within_tolerance_for_a_minute() -> None:
    found = judge(signed(agent_claims(exp=NOW_SECONDS - 60)))
    exp = found.of("exp")
    assert exp is not None
    assert exp.status == "warn"
    assert found.client_error is None


def test_an_audience_list_is_refused_as_the_wrong_type() -> None:
    found = judge(signed(agent_claims(aud=["codex-app-server"])))
    aud = found.of("aud")
    assert aud is not None
    assert aud.statement == "must be a string; a list is refused"
    assert found.client_error is not None
    assert found.client_error.startswith(PREFIX + "invalid credential JSON (Data at")


def test_what_the_client_takes_is_a_warning_at_most() -> None:
    token = signed(agent_claims(iat=NOW_SECONDS + 9000, plan_type="plan-from-the-future"))
    found = judge(token)
    assert [field.field for field in found.fields if field.status == "warn"] == ["iat", "plan_type"]
    assert found.client_error is None


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("this-is-not-a-jwt", PREFIX + SHAPE),
        ("{head}.{body}", PREFIX + SHAPE),
        ("{head}.{body}.", PREFIX + SHAPE),
        ("{good}.more", PREFIX + SHAPE),
        ("  {good}\n", HEADER),  # in auth.json; of a variable the caller trims it
        ("Bearer {good}", HEADER),
        ('"{good}"', HEADER),
        ("{head}.{body}.AAAA", VERIFY),
    ],
)
def test_the_client_s_word_for_a_damaged_token(form: str, error: str | None) -> None:
    good = signed(agent_claims())
    head, body, _ = good.split(".")
    assert says(form.format(good=good, head=head, body=body)) == error


def test_the_first_failure_in_the_client_s_order_gives_the_error() -> None:
    wrong = agent_claims(exp=1, agent_private_key="*")
    assert says(signed(agent_claims(account_id=...), kid="other")).startswith(PREFIX)  # type: ignore[union-attr]
    assert says(signed(wrong, kid="other")) == "agent identity JWT kid other is not trusted"
    assert says(signed(wrong, kid=7)) == HEADER
    assert says(signed(wrong, alg="none")) == HEADER
    assert says(signed(wrong, alg="RS512")) == VERIFY
    assert says(signed(wrong)) == VERIFY


def test_a_token_without_kid_is_told_so() -> None:
    token = f"{part({'alg': 'RS256'})}.{part(agent_claims())}.c2ln"
    assert "kid" in failed(token)
    assert says(token) == "agent identity JWT header does not include a kid"


def test_the_unreleased_contract_checks_no_signature_and_names_the_missing_claim() -> None:
    claims = {"workspace_id": "w", "agent_runtime_id": "a"}
    token = f"{part({'alg': 'none'})}.{part(claims)}.ZmFrZQ"
    found = judge(token, "identity-only")
    assert [field.field for field in found.failed] == ["agent_private_key"]
    assert found.client_error == "missing field `agent_private_key` at line 1 column 43"
    assert judge("x", "identity-only").client_error == "invalid ID token format"


def test_the_shape_of_the_unreleased_contract_is_recognised() -> None:
    found = judge(signed(agent_claims(account_id=..., workspace_id="w"))).of("account_id")
    assert found is not None
    assert "no release accepts" in found.statement


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    for name in ("identity-only", "explicit", "current"):
        judge(text, name)


@given(
    st.dictionaries(st.sampled_from(list(agent_claims())), st.none() | st.integers() | st.text())
)
def test_any_claims_are_judged(claims: dict[str, Any]) -> None:
    judge(f"{part({'alg': 'RS256', 'kid': 'k'})}.{part(claims)}.c2ln")


def test_a_plan_that_is_no_text_is_refused_at_its_end() -> None:
    claims = f'{{"plan_type":[1]{"," + json.dumps(agent_claims())[1:]}'.encode()
    token = f"{part({'alg': 'RS256', 'kid': 'k'})}.{b64(claims)}.c2ln"
    assert says(token) == PREFIX + "invalid credential JSON (Data at line 1 column 16)"


def test_the_payload_must_be_strict_base64url() -> None:
    token = f"{part({'alg': 'RS256'})}.{b64(b'{}')}==.c2ln"
    cause = "Invalid symbol 61, offset 3."
    assert says(token) == f"{PREFIX}agent identity JWT payload is not valid base64url: {cause}"
