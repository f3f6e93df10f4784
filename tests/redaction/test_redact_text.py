"""Secrets are taken out of running text by their shape; prose stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.redaction import Pseudonyms, mask_email, redact_text

BODY = "Zq8vK2mWx7RtY4nLpB6cD9fGhJ3sA5eU1oTiXQwE"
JWT = f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.{BODY}"
PEM = f"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI{BODY}\n-----END PRIVATE KEY-----"

SECRETS = {
    "API key": f"sk-proj-{BODY}",
    "personal access token": f"at-{BODY}",
    "refresh token": f"rt-{BODY}",
    "JWT": JWT,
    "private key": f"MC4CAQAwBQYDK2VwBCIEI{BODY}",
    "private key in PEM": PEM,
    "agent assertion": f"AgentAssertion {BODY}",
    "AWS key": "AKIAZQ8VK2MWX7RTY4NL",
    "bearer": f"Bearer {BODY}",
    "basic": f"basic {BODY}==",
}
SENTENCES = ("{}", "the header was {} and no other", 'key = "{}",', "a: {}\nb", "({})", "[{}]")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_secret_of_every_class_is_taken_out_wherever_it_stands(name: str, sentence: str) -> None:
    secret = SECRETS[name]
    text = redact_text(sentence.format(secret))
    assert BODY not in text
    assert secret not in text
    assert not any(secret[at : at + 12] in text for at in range(12, len(secret) - 11))
    assert "characters, #" in text


@pytest.mark.parametrize(
    "start", ["MC4CAQAwBQ", "MFECAQEwBQ", "MFMCAQEwBQ", "MIIEvQIBADAN", "MIGHAgEAMBMG", "MHcCAQEE"]
)
def test_a_private_key_is_known_by_the_start_of_its_der_whatever_its_kind(start: str) -> None:
    assert redact_text(f"key {start}{BODY} .").startswith("key <private key, ")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://user:{BODY}@example.org/path", "@example.org/path"),
        (f"https://example.org/cb?code={BODY}&x=1", "&x=1"),
        (f"https://example.org/cb#access_token={BODY}", "https://example.org/cb#"),
        (f"https://example.org/?user_code={BODY}", "https://example.org/?"),
        (f"https://example.org/?API_KEY={BODY}&a=b", "&a=b"),
    ],
)
def test_an_address_keeps_its_host_and_loses_what_is_secret_in_it(text: str, kept: str) -> None:
    found = redact_text(text)
    assert BODY not in found
    assert kept in found


def test_the_same_secret_keeps_the_same_mark_so_that_a_mix_up_stays_visible() -> None:
    one, two = redact_text(f"{JWT} {JWT}").split("> ")
    assert one.rstrip(">") == two.rstrip(">")
    assert redact_text(f"sk-{BODY}") != redact_text(f"sk-{BODY[::-1]}")


@pytest.mark.parametrize(
    "prose",
    [
        "Missing bearer or basic authentication in header",
        (
            "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header, "
            "url: https://api.openai.com/v1/responses"
        ),
        "Basic authentication is not supported",
        "the bearer of this letter",
        (
            "Login is restricted to workspace org_mine, but current agent identity belongs to "
            'Some("org_other"). Logging out.'
        ),
        "log in again: codex login --with-api-key",
        "config.toml:3 requires org_mine",
        "agent-identity",
        "at-least once",
        "look at-a-glance",
        "https://chatgpt.com/backend-api/codex/responses?client_version=0.169.0",
    ],
)
def test_prose_without_a_secret_stays_word_for_word(prose: str) -> None:
    assert redact_text(prose) == prose


@pytest.mark.parametrize("masked", ["sk-test-***00000", "sk-test-***0000", "***"])
def test_a_key_that_the_client_has_masked_itself_is_left_as_the_client_shows_it(
    masked: str,
) -> None:
    said = f"Logged in using an API key - {masked}"
    assert redact_text(said) == said


def test_three_stars_behind_a_whole_key_do_not_save_it() -> None:
    assert BODY[:20] not in redact_text(f"sk-proj-{BODY}***00000")


def test_an_address_of_a_person_keeps_its_first_letter_and_domain() -> None:
    assert redact_text("signed in as ada@example.org.") == "signed in as a***@example.org."
    assert mask_email("no address") == "***"
    assert mask_email("@example.org") == "***"


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert isinstance(redact_text(text), str)


@given(st.text(max_size=60), st.sampled_from(sorted(SECRETS)), st.text(max_size=60))
def test_a_secret_between_any_two_words_does_not_survive(
    before: str, name: str, after: str
) -> None:
    text = redact_text(f"{before} {SECRETS[name]} {after}")
    assert BODY not in text


def test_a_stand_in_is_stable_and_different_for_each_value() -> None:
    names = Pseudonyms()
    assert [names.of("acct", v) for v in ("x", "y", "x")] == ["acct-A", "acct-B", "acct-A"]
    assert [names.of("user", v) for v in ("x", "y", "x")] == ["user-1", "user-2", "user-1"]


def test_stand_ins_go_on_after_z() -> None:
    names = Pseudonyms()
    given_names = [names.of("acct", str(number)) for number in range(60)]
    assert given_names[25:28] == ["acct-Z", "acct-AA", "acct-AB"]
    assert len(set(given_names)) == 60
