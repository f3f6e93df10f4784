"""A secret that was read is found by its value in any text, in whatever form it comes back."""

from __future__ import annotations

import base64
import html
import itertools
import json
import threading
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.known_secrets import KNOWN, KnownSecrets
from authtui.redaction import redact_text, safe_text
from tests.canaries.canary import made_up

SECRET = f"{made_up('known', 18)}/{made_up('known too', 20)}+=="

FORMS = {
    "as it is": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "percent-encoded twice": quote(quote(SECRET, safe=""), safe=""),
    "every character percent-encoded": "".join(f"%{ord(c):02x}" for c in SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 behind a user name": base64.b64encode(f"ada:{SECRET}".encode()).decode(),
    "base64 with one letter before": base64.b64encode(f"x{SECRET}y".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal in capitals": SECRET.encode().hex().upper(),
    "JSON": json.dumps(SECRET),
    "JSON with escapes throughout": "".join(f"\\u{ord(c):04X}" for c in SECRET),
    "TOML with escapes throughout": "".join(f"\\U{ord(c):08x}" for c in SECRET),
    "HTML": html.escape(SECRET),
    "HTML by numbers": "".join(f"&#{ord(c)};" for c in SECRET),
    "capital letters": SECRET.upper(),
    "over two lines": f"{SECRET[:14]}\n{SECRET[14:]}",
    "over lines, indented": "\n   ".join((SECRET[:9], SECRET[9:20], SECRET[20:])),
    "over lines in JSON": json.dumps(f"{SECRET[:14]}\r\n{SECRET[14:]}"),
    "with characters nobody sees": "\u200b".join(SECRET),
    "its beginning": SECRET[:26],
    "its middle": SECRET[5:32],
    "its end": SECRET[-28:],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sentence", ["{}", "refused: {}", 'the answer was {{"detail": "{}"}}.'])
def test_a_known_secret_is_taken_out_in_every_form(form: str, sentence: str) -> None:
    KNOWN.learn(SECRET)
    text = redact_text(sentence.format(FORMS[form]))
    assert not known_of(SECRET).find(text)
    assert "characters, #" in text


def known_of(*secrets: str) -> KnownSecrets:
    made = KnownSecrets()
    made.learn(*secrets)
    return made


def test_what_nobody_told_stays() -> None:
    assert redact_text(f"it is {SECRET}") == f"it is {SECRET}"


def test_the_mark_is_that_of_the_whole_secret_also_where_only_a_part_stands() -> None:
    KNOWN.learn(SECRET)
    assert redact_text(SECRET[:26]) == redact_text(SECRET[4:34])


@pytest.mark.parametrize(
    "word",
    ["", "short", "refresh token", "bearer", "true", "CODEX_API_KEY", "3128", "2026-11-13", "/v1/"],
)
def test_words_and_numbers_that_stand_in_sentences_are_not_searched_for(word: str) -> None:
    known = known_of(word)
    assert not known.find(f"the {word} of it, twice {word}")


def test_words_of_a_made_up_secret_stay_where_they_are_words() -> None:
    known = known_of("my-refresh-token-1234")
    assert not known.find("tokens.refresh_token is there")
    assert known.find("it is my-refresh-token-1234")


@pytest.mark.parametrize("secret", ["hunter2", "pw-1!x", "a1b2c3"])
def test_a_short_secret_is_found_as_a_word_of_its_own(secret: str) -> None:
    known = known_of(secret)
    assert known.find(f"http://ada:{secret}@proxy")
    assert not known.find(f"x{secret.replace('-', '')}y")


def test_the_scheme_of_a_header_is_no_part_of_the_secret() -> None:
    assert known_of(f"Bearer {SECRET}").find(f"token {SECRET}")


def test_among_thousands_each_one_is_still_found() -> None:
    many = [made_up(f"of many {n}", 30) for n in range(3_000)]
    known = known_of(*many)
    for secret in many[::100]:
        (found,) = known.find(f"said: {secret}.")
        assert found.secret == secret


def test_the_oldest_goes_where_too_many_are_known() -> None:
    many = [made_up(f"too many {n}", 20) for n in range(5_000)]
    known = known_of(*many)
    assert known.find(many[-1])
    assert len(known) <= 5_000


def test_several_threads_may_learn_and_search() -> None:
    known = KnownSecrets()
    missed: list[str] = []

    def work(number: int) -> None:
        for n in range(100):
            secret = made_up(f"thread {number} {n}", 24)
            known.learn(secret)
            if not known.find(f"x {secret}"):
                missed.append(secret)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not missed


@given(st.text(max_size=300), st.text(min_size=1, max_size=40))
def test_any_text_can_be_searched_for_any_secret(text: str, secret: str) -> None:
    known = known_of(secret, SECRET)
    found = known.find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


BODY = f"{made_up('body', 30)}7"
SHAPES = {
    "a key in capitals": f"SK-PROJ-{BODY.upper()}",
    "a key in base64": base64.b64encode(f"sk-proj-{BODY}".encode()).decode(),
    "a percent-coded key": "".join(f"%{ord(c):02X}" for c in f"sk-proj-{BODY}"),
    "a header of another service": f"X-Api-Key: {BODY}",
    "a token scheme": f"Authorization: Token {BODY}",
    "a password": f"password={BODY}",
    "a Google token": f"ya29.{BODY}",
    "a SendGrid key": f"SG.{BODY[:20]}.{BODY}",
    "an AWS secret": f"aws_secret_access_key = {BODY}",
    "a key with a gap": f"sk-proj-{BODY[:9]}\u200b{BODY[9:]}",
    "a key over two lines": f"sk-proj-{BODY[:12]}\n{BODY[12:]}",
    "a query": f"https://corp.example/v1?subscription-key={BODY}",
    "a query without a scheme": f"corp.example/v1?a=1&sig={BODY}",
    "a user name": f"https://{BODY}@corp.example/v1",
    "a password with an at sign": f"http://ada:p@{BODY}@corp.example",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_more_shapes_are_known_without_being_told(shape: str) -> None:
    said = f"it said {SHAPES[shape]} to us"
    assert known_of(BODY).find(said)
    assert not known_of(BODY).find(safe_text(said))


@pytest.mark.parametrize(
    "prose",
    [
        "https://chatgpt.com/backend-api/codex/models?client_version=0.169.0&version=1",
        "https://corp.example/openai?api-version=2025-04-01-preview",
        "is it so? a=1 or b=2",
        "access token: 1,234 characters",
        "the API key is of 51 characters",
        "password: is there one?",
    ],
)
def test_harmless_queries_and_sentences_stay(prose: str) -> None:
    assert redact_text(prose) == prose


def test_of_a_text_that_is_cut_the_number_of_characters_left_out_is_right() -> None:
    shown = safe_text("a b " * 10_000, 40)
    assert shown.endswith(f"… (+{40_000 - 40} characters)")
