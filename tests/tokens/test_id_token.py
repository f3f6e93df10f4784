"""What the client takes from an id token, and how it refuses one."""

from __future__ import annotations

import pytest

from authtui.client_json.scanner import JsonReadError
from authtui.tokens.claims import AUTH, PROFILE
from authtui.tokens.id_token import read_id_claims
from tests.tokens.token_samples import signed


def test_the_client_s_fallbacks_for_an_id_token() -> None:
    claims = {PROFILE: {"email": "ada@example.org"}, AUTH: {"user_id": "u"}}
    assert read_id_claims(signed(claims)) == ("ada@example.org", None, "u", None, False)
    assert read_id_claims(signed({})) == (None, None, None, None, False)
    assert read_id_claims(signed({AUTH: {"chatgpt_plan_type": "prolite"}})).plan == "prolite"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": 5}, "invalid type: integer `5`, expected a string at line 1 column 10"),
        ({AUTH: "text"}, 'invalid type: string "text", expected struct AuthClaims'),
        ({AUTH: {"chatgpt_account_is_fedramp": None}}, "invalid type: null, expected a boolean"),
    ],
)
def test_a_claim_of_a_wrong_type_makes_the_id_token_unreadable(
    claims: dict[str, object], said: str
) -> None:
    with pytest.raises(JsonReadError, match="invalid type") as caught:
        read_id_claims(signed(claims))
    assert str(caught.value).startswith(said)


def test_an_id_token_that_is_none_gives_the_client_s_text() -> None:
    with pytest.raises(JsonReadError) as caught:
        read_id_claims("a.b")
    assert caught.value.reason == "invalid ID token format"
