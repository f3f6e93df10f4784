"""`$CODEX_HOME/.env` as the client applies it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authtui.configuration import dotenv
from authtui.configuration.dotenv import parse_dotenv


def applied(text: str, **environ: str) -> dict[str, str]:
    return {a.name: a.value for a in parse_dotenv(text.encode(), environ).assignments}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("A = b", "b"),
        ("  export A=b  \n", "b"),
        ("A=b # comment", "b"),
        ("A=b#no-comment", "b#no-comment"),
        ("A=#comment", ""),
        ("A=", ""),
        ("A='b # c'", "b # c"),
        ('A="b \\" c\\n"', 'b " c\n'),
        ("A='b\\n'", "b\\n"),
        ("A=b\\ c", "b c"),
        ("A='b'\"c\"d", "bcd"),
        ('A="one\ntwo"', "one\ntwo"),
        ("A=b\r\n", "b"),
        ("A=$X-$NONE.", "x-."),
        ("A=${X}y", "xy"),
        ("A=${LONG_NAME}", "long"),
        ("A=$LONG_NAME", "_NAME"),
        ("A=\\$X", "$X"),
        ("A='$X'", "$X"),
        ('A="${X}"', "x"),
        ("A=$X$X", "xx"),
        ("A=https://user:pw@proxy:8080/?a=b", "https://user:pw@proxy:8080/?a=b"),
    ],
)
def test_the_grammar_is_that_of_the_clients_parser(text: str, value: str) -> None:
    assert applied(text, X="x", LONG_NAME="long") == {"A": value}


def test_a_bare_substitution_at_the_end_of_a_quoted_value_swallows_the_quote() -> None:
    found = parse_dotenv(b'A="$X"\nB=2\n', {"X": "x"})
    assert [a.name for a in found.assignments] == ["B"]
    assert found.ignored[0][:2] == ("A", 1)


def test_the_environment_comes_before_what_the_file_gave() -> None:
    assert applied("X=file\nY=$X\nCODEX_Z=1\nW=$CODEX_Z", X="env") == {
        "X": "file",
        "Y": "file",
        "W": "_Z",
    }
    assert applied("export=1") == {"export": "1"}


@pytest.mark.parametrize("name", ["CODEX_API_KEY", "codex_access_token", "Codex_Home"])
def test_reserved_names_are_ignored_in_any_case_and_said_so(name: str) -> None:
    found = parse_dotenv(f"\n{name}=secret\n".encode(), {})
    assert found.assignments == ()
    assert found.ignored == ((name, 2, dotenv.RESERVED),)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"A=b c", "A", dotenv.MALFORMED),
        (b"A", "", dotenv.MALFORMED),
        (b"1A=b", "1A", dotenv.MALFORMED),
        (b"A-B=c", "", dotenv.MALFORMED),
        (b"A=\\x", "A", dotenv.MALFORMED),
        (b"A=${X", "A", dotenv.MALFORMED),
        (b"A=b ", "A", dotenv.MALFORMED),
        (b"sk-a-secret-without-a-name", "", dotenv.MALFORMED),
        (b"A='b\nB=c\n", "A", dotenv.UNCLOSED),
        (b"A=\xff\n", "A", dotenv.NOT_UTF8),
        (b"\xef\xbb\xbfA=b\n", "A", dotenv.MARKED),
    ],
)
def test_a_line_the_client_skips_in_silence_is_named(data: bytes, name: str, reason: str) -> None:
    found = parse_dotenv(data, {})
    assert found.assignments == ()
    assert [(i.name, i.reason) for i in found.ignored] == [(name, reason)]


def test_lines_are_counted_through_values_of_several_lines() -> None:
    found = parse_dotenv(b"# c\nA='1\n2'\n\nB=3\n", {})
    assert [(a.name, a.line) for a in found.assignments] == [("A", 2), ("B", 5)]


@settings(deadline=None)
@given(st.binary(max_size=80) | st.text("AX_=$ {}'\"\\#\n\r\t e", max_size=60).map(str.encode))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    found = parse_dotenv(data, {"X": "x"})
    assert all(not a.name.upper().startswith("CODEX_") for a in found.assignments)


@given(st.text(st.characters(codec="utf-8", exclude_characters="'\\\0\r"), max_size=30))
def test_single_quotes_keep_a_value_as_it_is(value: str) -> None:
    if value.lstrip().startswith("#") or "\n" in value:
        return
    assert applied(f"A='{value}'\n") == {"A": value}
