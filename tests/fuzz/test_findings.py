"""What fuzzing and long inputs brought to light, each as small as it gets."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from authtui.configuration.config import parse
from authtui.configuration.dotenv import GROWN, parse_dotenv
from authtui.credentials.salvage import salvage
from authtui.exchanges.exchange_redaction import kept_body
from authtui.exchanges.export import as_har
from authtui.exchanges.meaning import purpose_of
from authtui.exchanges.records import RequestRecord
from authtui.redaction import Secret, redact_text
from authtui.tui.lines import rows_of
from tests.fuzz.targets import NOW
from tests.wire.har_schema import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 100_000


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Of this thread's own time: a busy machine changes nothing."""
    started = time.thread_time()
    yield
    assert time.thread_time() - started < seconds


def test_lines_that_double_each_other_do_not_use_up_the_memory() -> None:
    data = b"A=0123456789\n" + b"A=$A$A\n" * 60 + b"B=1\n"
    with within(2):
        found = parse_dotenv(data, {})
    assert [g.reason for g in found.ignored] == [GROWN] * len(found.ignored)
    assert found.ignored
    assert found.assignments[-1][:2] == ("B", "1")


@pytest.mark.parametrize("value", ["$A", "${A}x", "$A$A"])
def test_substitutions_of_an_ordinary_size_are_followed(value: str) -> None:
    found = parse_dotenv(f"A={'x' * 100}\nB={value}\n".encode(), {})
    assert found.ignored == ()
    assert found.assignments[1].value.startswith("x" * 100)


@pytest.mark.parametrize("text", ["a" * LONG + "@", "a" * LONG + "@b.", "a.b" * LONG + "@@@"])
def test_a_long_word_before_an_at_sign_is_redacted_in_no_time(text: str) -> None:
    with within(2):
        redact_text(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ada@example.org", "a***@example.org"),
        ("<ada.l+x@a.example.org>, b@c.de", "<a***@a.example.org>, b***@c.de"),
        ("a@b.c_d@e.f", "a***@b.c_***@e.f"),
        ("a@b@c.d @e.f g@h", "a@b***@c.d @e.f g@h"),
    ],
)
def test_addresses_are_masked_wherever_they_stand(text: str, masked: str) -> None:
    assert redact_text(text) == masked


@pytest.mark.parametrize("piece", ['\\"', '"', "/*", "//", ",]", '{"tokens":'])
def test_a_broken_document_without_end_is_salvaged_in_no_time(piece: str) -> None:
    with within(4):
        salvage('x"' + piece * (LONG // len(piece)))


def test_comments_and_commas_that_do_not_belong_are_looked_past() -> None:
    text = '{"auth_mode": "a/*b//c,]", /* no */ "OPENAI_API_KEY": "sk-1", // no\n}'
    assert salvage(text) == {"auth_mode": "a/*b//c,]", "OPENAI_API_KEY": Secret("sk-1")}


def test_an_answer_nested_to_the_limit_is_recorded() -> None:
    for depth in range(900, 1000):
        data = b'{"token":' + b"[" * depth + b'"planted"' + b"]" * depth + b"}"
        text, _ = kept_body(data, "application/json", purpose_of("GET", "h", "/x"))
        assert text is not None
        assert "planted" not in text


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token": "planted',
        b'{"a": 1, "refresh_token" : "plan\\"ted", ',
        b'[{"idToken":"planted"}] trailing',
        b'{"error":"refresh_token": "planted"',
        b'data: {"code_verifier": "planted"}\n\n',
        b"refresh_token=planted&grant_type=refresh_token",
        b"grant_type=x&client_secret=planted",
    ],
)
def test_a_secret_field_of_a_body_that_is_no_json_is_masked_too(body: bytes) -> None:
    text, _ = kept_body(body, "application/json", purpose_of("GET", "h", "/x"))
    assert text is not None
    assert "plan" not in text
    assert "ted" not in text


@pytest.mark.parametrize("host", ["[::1", "]", "[x]y", "a[b]"])
def test_a_host_that_is_none_can_be_exported(host: str) -> None:
    record = RequestRecord(1, NOW, "GET", host, "/a?client_version=1&b=")
    har = as_har([record], "1")
    assert faults(json.loads(json.dumps(har))) == []
    query = har["log"]["entries"][0]["request"]["queryString"]
    assert query == [{"name": "client_version", "value": "1"}, {"name": "b", "value": ""}]


def test_a_table_that_only_headers_below_it_name_has_a_line() -> None:
    values, error = parse(b"x = 1\n[model_provider.a]\nb = 2\n[model_provider.c]\n")
    assert error is None
    assert (values["model_provider"].line, values["model_provider"].column) == (2, 2)


def test_a_text_that_ends_in_an_ellipsis_of_its_own_is_shown() -> None:
    assert rows_of("please wait…", 30, 4) == ["please wait…"]
    assert rows_of("please wait…", 8, 4) == ["please", "wait…"]
