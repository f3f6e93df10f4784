"""What a token looks like to a reader: rows in sent order, words, times, and no secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui import contracts
from authtui.redaction import Secret
from authtui.tokens.claims import AUTH, plan_of
from authtui.tokens.jwt import decode
from authtui.tokens.keyset import KeySet, KeySetProblem, parse_key_set, verify_rs256
from authtui.tokens.times import moment, relative
from authtui.tokens.view import view_record, view_token
from tests.tokens.token_samples import (
    FINGERPRINTED,
    NOW,
    PRIVATE_KEY,
    agent_claims,
    key_set,
    part,
    signed,
)

if TYPE_CHECKING:
    from authtui.answers.token_view import ClaimRow, TokenView

CURRENT = contracts.BY_NAME["current"].agent
ID_CLAIMS = {
    "email": "ada@example.org",
    "exp": 4_102_444_800,
    AUTH: {"chatgpt_account_id": "acct-1", "user_id": "user-1", "chatgpt_plan_type": "prolite"},
}


def view(
    token: str, agent: contracts.AgentContract | None = None, key_set: str | None = None
) -> TokenView:
    return view_token("token", "argument", Secret(token), now=NOW, agent=agent, key_set=key_set)


def row(found: TokenView, name: str) -> ClaimRow:
    return next(row for row in found.rows if row.name == name)


def everything(found: TokenView) -> str:
    return repr(found) + json.dumps([found.header, found.claims]) + "".join(found.problems)


def test_rows_stand_in_the_order_sent_with_the_header_first() -> None:
    found = view(signed(ID_CLAIMS))
    assert [row.name for row in found.rows] == [
        "alg",
        "typ",
        "kid",
        "signature",
        "email",
        "exp",
        "auth.chatgpt_account_id",
        "auth.user_id",
        "auth.chatgpt_plan_type",
    ]
    assert row(found, "auth.chatgpt_account_id").note == f"{AUTH} → chatgpt_account_id"
    assert row(found, "auth.chatgpt_plan_type").note.startswith("shown as Pro Lite")
    assert row(found, "exp").value == "2100-01-01T00:00:00Z (in 73 years)"
    assert found.expires_at == datetime(2100, 1, 1, tzinfo=UTC)


def test_an_email_is_masked_and_can_be_revealed() -> None:
    found = view(signed(ID_CLAIMS))
    assert row(found, "email").value == "a***@example.org"
    assert row(found, "email").secret == Secret("ada@example.org")
    assert found.claims["email"] == "a***@example.org"


def test_the_private_key_is_shown_by_its_public_half_only() -> None:
    found = view(signed(agent_claims()), agent=CURRENT, key_set=key_set())
    assert row(found, "agent_private_key").value.startswith(FINGERPRINTED)
    assert row(found, "public key").value.startswith("ssh-ed25519 AAAA")
    assert PRIVATE_KEY not in everything(found)
    assert PRIVATE_KEY[24:60] not in everything(found)
    assert {row.status for row in found.rows if row.section != "key"} <= {"pass", None}


def test_decoded_is_not_verified_until_a_key_set_proves_it() -> None:
    token = signed(agent_claims())
    assert view(token)[7:9] == ("not-checked", "decoded, not verified")
    assert view(token, key_set=key_set()).verified == "valid"
    assert view(signed(agent_claims())[:-8] + "AAAAAAAA", key_set=key_set()).verified == "invalid"
    other = view(token, key_set=key_set(kid="other"))
    assert other.verified == "not-checked"
    assert "which lists other" in other.verified_note
    unsigned = f"{part({'alg': 'none'})}.{part({})}."
    assert view(unsigned, key_set=key_set()).verified == "unsigned"


def test_required_claims_that_are_missing_get_a_row() -> None:
    found = view(signed(agent_claims(account_id=...), kid=None), agent=CURRENT)
    assert row(found, "account_id").status == "fail"
    assert row(found, "account_id").value == "—"
    assert row(found, "kid").status == "fail"


def test_an_opaque_token_says_that_it_is_one() -> None:
    found = view("at-made-up-personal-token")
    assert found.rows[0].value.startswith("▒▒▒▒ personal access token")
    assert "opaque" in found.verified_note
    assert "made-up" not in everything(found)


def test_secrets_in_unexpected_places_are_replaced() -> None:
    secret = "sk-made-up-secret-000000"
    claims = {
        "a": {"b": [secret]},
        secret: 1,
        "refresh_token": "plain words",
        "note": f"x {secret}",
    }
    text = everything(view(signed(claims)))
    assert secret not in text
    assert "plain words" not in text


def test_a_stored_record_is_shown_without_pretending_it_is_a_token() -> None:
    record = {"agent_runtime_id": "agent-1", "agent_private_key": PRIVATE_KEY, "email": ""}
    found = view_record(record, origin="here", now=NOW)
    assert row(found, "agent_private_key").value.startswith(FINGERPRINTED)
    assert "not a token" in found.verified_note
    assert PRIVATE_KEY not in everything(found)
    unusable = view_record({"agent_private_key": "short"}, origin="here", now=NOW)
    assert row(unusable, "private key").status == "fail"


KEYS = key_set()


@given(st.text())
def test_any_text_has_a_view(text: str) -> None:
    view(text, agent=CURRENT)


@given(
    st.dictionaries(
        st.text() | st.sampled_from(["exp", "iat", "email", "agent_private_key", AUTH]),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
            ),
            max_leaves=5,
        ),
        max_size=5,
    )
)
def test_any_claims_have_a_view_that_json_can_carry(claims: dict[str, Any]) -> None:
    token = f"{part({'alg': 'RS256', 'kid': 'k'})}.{part(claims)}.c2ln"
    found = view(token, agent=CURRENT, key_set=KEYS)
    json.dumps([found.header, found.claims], allow_nan=False)


def test_plans_have_the_names_the_client_shows() -> None:
    assert plan_of("hc")[1:] == ("Enterprise", True, True)
    assert plan_of("plus")[1:] == ("Plus", False, True)
    assert plan_of("new")[1:] == ("new", False, False)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(days=3), "in 3 days"),
        (-timedelta(days=215), "7 months ago"),
        (timedelta(seconds=1), "in 1 second"),
        (timedelta(), "now"),
        (-timedelta(days=800), "2 years ago"),
    ],
)
def test_times_are_told_relative_to_now(delta: timedelta, words: str) -> None:
    assert relative(NOW + delta, NOW) == words


@pytest.mark.parametrize("value", [10**30, -(10**30), float("inf"), True, None, [], "no time"])
def test_absurd_times_are_named_and_have_no_date(value: object) -> None:
    found = moment(value, NOW)
    assert found.at is None
    assert found.problem


def test_milliseconds_are_recognised() -> None:
    assert "milliseconds" in (moment(1_790_000_000_000, NOW).problem or "")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<html>", "HTML"),
        ("", "not JSON"),
        ("[]", "no `keys` list"),
        ('{"keys": [1]}', "entry 1"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_text_that_is_no_key_set_is_named(text: str, word: str) -> None:
    found = parse_key_set(text)
    assert isinstance(found, KeySetProblem)
    assert word in found.statement


def test_entries_of_no_use_stay_in_the_set() -> None:
    found = parse_key_set('{"keys": [{"kty": "EC", "kid": "e"}, {"kty": "RSA", "d": "x"}]}')
    assert isinstance(found, KeySet)
    assert len(found.keys) == 2
    assert found.kids == ("e",)


@given(st.text(), st.text())
def test_a_key_of_any_content_is_valid_or_not_but_never_raises(n: str, e: str) -> None:
    keys = KeySet(({"kty": "RSA", "kid": "k", "n": n, "e": e},))
    token = f"{part({'alg': 'RS256', 'kid': 'k'})}.{part({})}.c2ln"
    assert verify_rs256(decode(token), keys).status in ("unusable-key", "invalid")
