"""The credential document: what each client generation says of it, and what is wrong with it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authtui import contracts
from authtui.credentials.document import (
    AgentRecord,
    Document,
    DocumentFault,
    build_error,
    parse_document,
)
from authtui.credentials.salvage import salvage
from authtui.redaction import Secret

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AUTH = "https://api.openai.com/auth"
ALL = [row.name for row in contracts.TABLE]


def jwt(payload: Any) -> str:  # noqa: ANN401 - any JSON value, or the bytes themselves
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}.c2ln"


ID_TOKEN = jwt(
    {
        "email": "ada@example.org",
        AUTH: {"chatgpt_plan_type": "pro", "user_id": "user-1", "chatgpt_account_id": "acct-1"},
    }
)
TOKENS = {
    "id_token": ID_TOKEN,
    "access_token": "opaque-access",
    "refresh_token": "opaque-refresh",
    "account_id": "acct-1",
}
RECORD = {
    "agent_runtime_id": "agent-7",
    "agent_private_key": "MC4CAQAwBQYDK2VwBCIEIMadeUpMadeUpMadeUpMadeUpMadeUpMadeUp",
    "account_id": "acct-1",
    "chatgpt_user_id": "user-1",
    "email": "",
    "plan_type": "pro",
    "chatgpt_account_is_fedramp": False,
}
FIRST_RECORD = {
    "workspace_id": "acct-1",
    "agent_runtime_id": "agent-7",
    "agent_private_key": RECORD["agent_private_key"],
    "registered_at": "2026-04-13T12:00:00Z",
}


def read(document: dict[str, Any] | str | bytes, name: str = "managed") -> Document | DocumentFault:
    text = json.dumps(document, indent=2) if isinstance(document, dict) else document
    found = contracts.find(name)
    assert found is not None
    return parse_document(text, found[0].document, found[0].agent, now=NOW)


def error(document: dict[str, Any] | str | bytes, name: str = "managed") -> DocumentFault:
    answer = read(document, name)
    assert isinstance(answer, DocumentFault)
    return answer


def good(document: dict[str, Any] | str, name: str = "managed") -> Document:
    answer = read(document, name)
    assert isinstance(answer, Document)
    return answer


def built(document: dict[str, Any], name: str) -> str | None:
    found = contracts.find(name)
    assert found is not None
    return build_error(good(document, name), found[0].document)


# what a good document holds


def test_a_chatgpt_login_is_read_with_the_claims_of_its_id_token() -> None:
    document = good({"tokens": TOKENS, "last_refresh": "2026-04-13T14:00:00.25+02:00"})
    assert document.auth_mode is None
    assert document.mode == "chatgpt"
    assert document.last_refresh == datetime(2026, 4, 13, 12, 0, 0, 250_000, tzinfo=UTC)
    assert document.tokens is not None
    assert document.tokens.access_token == Secret("opaque-access")
    claims = document.tokens.id_claims
    assert (claims.email, claims.plan, claims.user_id) == ("ada@example.org", "pro", "user-1")


def test_the_line_of_every_field_is_known() -> None:
    document = good({"auth_mode": "chatgpt", "tokens": TOKENS, "agent_identity": RECORD})
    assert document.lines["auth_mode"] == 2
    assert document.lines["tokens"] == 3
    assert document.lines["tokens.account_id"] == 7
    assert document.lines["agent_identity"] == 9
    assert document.lines["agent_identity.agent_private_key"] == 11


def test_an_unknown_field_is_named_because_the_next_save_loses_it() -> None:
    document = good({"tokens": {**TOKENS, "scope": 1}, "note": [1, {"x": 2}]})
    assert document.unknown_fields == ("tokens.scope", "note")


@pytest.mark.parametrize("name", ALL)
def test_an_empty_key_is_a_key(name: str) -> None:
    document = good({"OPENAI_API_KEY": "", "tokens": TOKENS}, name)
    assert document.mode == "apikey"
    assert document.openai_api_key == Secret("")


def test_without_a_mode_a_personal_access_token_wins_from_the_generation_that_knows_it() -> None:
    text = {"OPENAI_API_KEY": "sk-made-up", "personal_access_token": "at-made-up"}
    assert good(text, "managed").mode == "personalAccessToken"
    assert good(text, "explicit").mode == "apikey"


def test_an_agent_identity_alone_counts_as_a_chatgpt_login() -> None:
    assert good({"agent_identity": RECORD}).mode == "chatgpt"


def test_the_record_of_each_generation_becomes_the_same_record() -> None:
    first = good({"agent_identity": FIRST_RECORD}, "first").agent_record
    later = good({"agent_identity": {**RECORD, "task_id": "task-1"}}, "current").agent_record
    assert first is not None
    assert later is not None
    assert first.account_id == later.account_id == "acct-1"
    assert first.registered_at == "2026-04-13T12:00:00Z"
    assert (later.task_id, later.email, later.plan_type) == ("task-1", None, "pro")


def test_the_april_form_decodes_its_jwt_while_reading_and_fills_in_the_time() -> None:
    claims = {"workspace_id": "acct-1", "agent_runtime_id": "a", "agent_private_key": "k"}
    record = good({"agent_identity": jwt({**claims, "background_task_id": "t"})}, "identity-only")
    assert record.agent_identity == AgentRecord(
        "acct-1", "a", Secret("k"), registered_at="2026-11-23T12:00:00Z", from_jwt=True
    )


def test_later_forms_keep_the_jwt_as_it_is() -> None:
    assert good({"agent_identity": "not.a-jwt"}, "explicit").agent_jwt == Secret("not.a-jwt")
    assert good({"agent_identity": "not.a-jwt"}, "current").agent_jwt == Secret("not.a-jwt")


# what the client says of a bad one

SAID: list[tuple[Any, ...]] = [
    ("first", "", "EOF while parsing a value at line 1 column 0"),
    (
        "first",
        '{"OPENAI_API_KEY": 5}',
        "invalid type: integer `5`, expected a string at line 1 column 20",
    ),
    (
        "first",
        '{"OPENAI_API_KEY": 0.5}',
        "invalid type: floating point `0.5`, expected a string at line 1 column 22",
    ),
    ("first", '{"OPENAI_API_KEY": 1e400}', "number out of range at line 1 column 24"),
    (
        "managed",
        '{"OPENAI_API_KEY": 1e400}',
        "invalid type: number, expected a string at line 1 column 24",
    ),
    (
        "first",
        '{"OPENAI_API_KEY": true}',
        "invalid type: boolean `true`, expected a string at line 1 column 23",
    ),
    (
        "first",
        '{"OPENAI_API_KEY": {}}',
        "invalid type: map, expected a string at line 1 column 19",
    ),
    (
        "first",
        '{"tokens": []}',
        "invalid length 0, expected struct TokenData with 4 elements at line 1 column 13",
    ),
    (
        "first",
        '{"tokens": 1}',
        "invalid type: integer `1`, expected struct TokenData at line 1 column 12",
    ),
    ("first", '{"tokens": {} , "x": 1}', "missing field `id_token` at line 1 column 13"),
    ("first", '{"tokens": {}, "tokens" : {}}', "missing field `id_token` at line 1 column 13"),
    ("first", '{"tokens": null, "tokens" : {}}', "duplicate field `tokens` at line 1 column 26"),
    ("first", '{"auth_mode": 1}', "expected value at line 1 column 15"),
    (
        "first",
        '{"auth_mode": "agentIdentity"}',
        (
            "unknown variant `agentIdentity`, expected one of `apikey`, `chatgpt`, "
            "`chatgptAuthTokens` at line 1 column 29"
        ),
    ),
    ("first", '{"last_refresh": "soon"}', "input contains invalid characters at line 1 column 23"),
    ("first", '{"last_refresh": "2026-04"}', "premature end of input at line 1 column 26"),
    (
        "first",
        '{"last_refresh": "2026-02-30T00:00:00Z"}',
        "input is out of range at line 1 column 39",
    ),
    ("first", '{"last_refresh": "2026-02-03T00:00:00Z!"}', "trailing input at line 1 column 40"),
    (
        "first",
        '{"last_refresh": 1}',
        (
            "invalid type: integer `1`, expected an RFC 3339 formatted date and time string "
            "at line 1 column 18"
        ),
    ),
    (
        "first",
        '{"agent_identity": 7}',
        "invalid type: integer `7`, expected struct AgentIdentityAuthRecord at line 1 column 20",
    ),
    (
        "explicit",
        '{"agent_identity": 7}',
        "invalid type: integer `7`, expected a string at line 1 column 20",
    ),
    (
        "managed",
        '{"agent_identity": 7}\n',
        "data did not match any variant of untagged enum AgentIdentityStorage at line 1 column 21",
    ),
    (
        "managed",
        '{"agent_identity": 7 ,"x":1}',
        "data did not match any variant of untagged enum AgentIdentityStorage at line 1 column 21",
    ),
    ("first", "{} x", "trailing characters at line 1 column 4"),
    (
        "first",
        '{"OPENAI_API_KEY": 5, oops',
        "invalid type: integer `5`, expected a string at line 1 column 20",
    ),
]


@pytest.mark.parametrize(("name", "text", "said"), SAID)
def test_the_clients_own_words_and_place(name: str, text: str, said: str) -> None:
    assert error(text, name).client_text == said


def test_a_list_is_read_in_field_order_as_the_client_does() -> None:
    assert error("[]").client_text == (
        "invalid length 1, expected struct AuthDotJson with 7 elements at line 1 column 2"
    )
    assert good('["apikey", "sk-made-up"]').mode == "apikey"


ID_TOKENS = [
    ("", "invalid ID token format at line 1 column 26"),
    ("one.two", "invalid ID token format at line 1 column 33"),
    ("a.@@@@.c", "Invalid symbol 64, offset 0. at line 1 column 34"),
    ("a.e30=.c", "Invalid padding at line 1 column 34"),
    ("a.e.c", "Invalid input length: 1 at line 1 column 31"),
    ("a.e31.c", "Invalid last symbol 49, offset 2. at line 1 column 33"),
    (jwt(b"this is text"), "expected ident at line 1 column 2"),
    (jwt({"email": 5}), "invalid type: integer `5`, expected a string at line 1 column 11"),
    (jwt(b'{"email": "\xff"}'), "invalid unicode code point at line 1 column 13"),
]


@pytest.mark.parametrize(("token", "said"), ID_TOKENS)
def test_an_id_token_is_refused_in_the_words_of_the_layer_that_refuses_it(
    token: str, said: str
) -> None:
    text = json.dumps({"tokens": {**TOKENS, "id_token": token}})
    answer = error(text, "first")
    assert answer.client_text == said
    assert answer.field == "tokens.id_token"
    assert token[:40] not in answer.reason or not token


def test_further_parts_of_an_id_token_are_tolerated() -> None:
    good({"tokens": {**TOKENS, "id_token": f"{ID_TOKEN}.more"}})


def test_the_missing_field_of_a_record_depends_on_the_generation() -> None:
    assert error({"agent_identity": RECORD}, "first").field == "agent_identity.workspace_id"
    assert error({"agent_identity": FIRST_RECORD}, "0.124").field == "agent_identity.account_id"
    answer = error({"agent_identity": FIRST_RECORD}, "current")
    assert answer.field == "agent_identity.account_id"
    assert answer.reason == (
        "`agent_identity` is neither a JWT nor a record this client reads: "
        "`agent_identity.account_id` is missing"
    )


def test_the_newest_client_hides_field_and_value_but_the_reason_tells_both() -> None:
    answer = error({"OPENAI_API_KEY": None, "tokens": {**TOKENS, "access_token": 12}}, "current")
    assert answer.client_text == (
        "failed to deserialize CLI auth from file: "
        "invalid credential JSON (Data at line 5 column 22)"
    )
    assert (answer.field, answer.line) == ("tokens.access_token", 5)
    assert answer.reason == "`tokens.access_token` is a number, not text"


def test_the_newest_client_still_names_a_syntax_error() -> None:
    assert error("{,}", "current").client_text == (
        "failed to deserialize CLI auth from file: key must be a string at line 1 column 2"
    )


def test_a_keyring_entry_has_its_own_prefix_in_every_generation() -> None:
    found = contracts.find("first")
    assert found is not None
    answer = parse_document("{", found[0].document, found[0].agent, now=NOW, store="keyring")
    assert isinstance(answer, DocumentFault)
    assert answer.client_text.startswith("failed to deserialize CLI auth from keyring: EOF while")


@pytest.mark.parametrize("data", ["{}".encode("utf-16"), b'{"OPENAI_API_KEY": "\xff"}'])
@pytest.mark.parametrize("name", ALL)
def test_another_encoding_is_told_without_prefix(data: bytes, name: str) -> None:
    answer = error(data, name)
    assert answer.client_text == "stream did not contain valid UTF-8"
    assert answer.kind == "encoding"


# secrets


@pytest.mark.parametrize("name", ["first", "0.124"])
def test_a_client_that_prints_the_jwt_is_reported_and_not_imitated(name: str) -> None:
    token = jwt({"agent_private_key": RECORD["agent_private_key"]})
    answer = error({"agent_identity": token}, name)
    assert answer.leaks
    assert answer.client_text.startswith('invalid type: string "<JWT, ')
    assert answer.client_text.endswith(
        f'>", expected struct AgentIdentityAuthRecord at line 2 column {len(token) + 22}'
    )
    assert token not in repr(answer)
    assert answer.reason == (
        "`agent_identity` is a JWT or other text; this client reads only a record"
    )


def test_a_secret_in_the_place_of_the_mode_is_kept_back() -> None:
    answer = error({"auth_mode": "sk-made-up-00000000"}, "managed")
    assert answer.leaks
    assert "sk-made-up" not in answer.client_text + answer.reason


def test_a_short_word_in_the_wrong_place_is_no_secret() -> None:
    answer = error({"tokens": "none"}, "managed")
    assert not answer.leaks
    assert answer.client_text == (
        'invalid type: string "none", expected struct TokenData at line 2 column 18'
    )


def test_no_secret_is_in_the_repr_of_a_document() -> None:
    shown = repr(good({"OPENAI_API_KEY": "sk-made-up-key", "tokens": TOKENS}))
    for value in ("sk-made-up-key", "opaque-access", "opaque-refresh", ID_TOKEN):
        assert value not in shown


# plain reasons

REASONS: list[tuple[Any, ...]] = [
    ("", "the file is empty"),
    ("﻿{}", "the file begins with a byte order mark, which the client does not skip"),
    ('{\n  // mine\n  "a": 1}', "a comment stands here; JSON has none"),
    ("{'a': 1}", "single quotes stand here; JSON uses double quotes"),
    ('{"a": 1,}', "not valid JSON: a comma stands before a closing bracket"),
    ('{"auth_mode": "ChatGPT"}', "`auth_mode` is spelled `chatgpt`, not `ChatGPT`"),
    ('{"tokens": null, "tokens": null}', "`tokens` appears here a second time"),
    ('{"tokens": "x"}', "`tokens` is text, not an object"),
    (
        '{"last_refresh": "soon"}',
        (
            "`last_refresh` is not an RFC 3339 time such as 2026-04-13T12:00:00Z: it is not a "
            "date and time"
        ),
    ),
]


@pytest.mark.parametrize(("text", "reason"), REASONS)
def test_the_reason_is_plain(text: str, reason: str) -> None:
    assert error(text).reason == reason


# building auth from a document

BUILT: list[tuple[Any, ...]] = [
    ("first", {"auth_mode": "apikey"}, "API key auth is missing a key."),
    ("first", {"auth_mode": "chatgpt"}, None),
    (
        "0.124",
        {"auth_mode": "agentIdentity"},
        "agent identity auth is missing an agent identity record.",
    ),
    (
        "explicit",
        {"auth_mode": "agentIdentity"},
        "agent identity auth is missing an agent identity token.",
    ),
    (
        "managed",
        {"auth_mode": "agentIdentity"},
        "agent identity auth is missing agent identity auth material.",
    ),
    (
        "current",
        {"auth_mode": "personalAccessToken"},
        "personal access token auth is missing a personal access token.",
    ),
    (
        "managed",
        {"auth_mode": "bedrockApiKey"},
        "Bedrock API key auth is missing a Bedrock API key.",
    ),
    (
        "current",
        {"auth_mode": "bedrockAccessKeys"},
        "Bedrock access keys auth is missing AWS access keys.",
    ),
    (
        "current",
        {"auth_mode": "headers"},
        "externally provided auth cannot be loaded from auth storage.",
    ),
    ("current", {"bedrock_api_key": {"api_key": "k", "region": "eu"}}, None),
]


@pytest.mark.parametrize(("name", "document", "said"), BUILT)
def test_a_mode_without_its_material(name: str, document: dict[str, Any], said: str | None) -> None:
    assert built(document, name) == said


# what can still be shown


@pytest.mark.parametrize(
    "text",
    [
        '\ufeff{"auth_mode": "chatgpt", "tokens": {"id_token": "a.b.c", "account_id": "acct-1"}}',
        '{"auth_mode": "chatgpt", // x\n"tokens": {"id_token": "a.b.c", "account_id": "acct-1",},}',
        '{"auth_mode": "chatgpt", "tokens": {"id_token": "a.b.c", "account_id": "acct-1", "acc',
    ],
)
def test_a_damaged_document_still_shows_what_it_holds(text: str) -> None:
    for data in (text, text.encode(), text.encode("utf-16")):
        found = salvage(data)
        assert found is not None
        assert found["auth_mode"] == "chatgpt"
        assert found["tokens"]["id_token"] == Secret("a.b.c")
        assert found["tokens"]["account_id"] == "acct-1"


def test_a_cut_record_still_shows_whose_agent_it_is() -> None:
    found = salvage('{"agent_identity": {"account_id": "acct-1", "email": "a@example.org", "ta')
    assert found is not None
    assert dict(found["agent_identity"]) == {"account_id": "acct-1", "email": "a@example.org"}


def test_nothing_can_be_shown_of_noise() -> None:
    assert salvage(b"\x00\xff\xfe") is None
    assert salvage("[1, 2]") is None


# any input

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([ID_TOKEN, "chatgpt", "apikey", "2026-04-13T12:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(list({**TOKENS, **RECORD, **FIRST_RECORD})), inner),
    max_leaves=12,
)  # fmt: skip
DOCUMENTS = st.dictionaries(
    st.sampled_from(
        [
            "auth_mode",
            "OPENAI_API_KEY",
            "tokens",
            "last_refresh",
            "agent_identity",
            "personal_access_token",
            "bedrock_api_key",
        ]
    ),
    VALUES,
).map(lambda found: json.dumps(found).encode())


@settings(max_examples=60)
@given(
    data=st.binary(max_size=60) | DOCUMENTS | st.tuples(DOCUMENTS, st.integers(0, 60)).map(
        lambda pair: pair[0][: pair[1]]
    ),
    name=st.sampled_from(ALL),
)  # fmt: skip
def test_any_bytes_give_a_document_or_an_error(data: bytes, name: str) -> None:
    answer = read(data, name)
    assert isinstance(answer, Document | DocumentFault)
    if isinstance(answer, DocumentFault):
        assert answer.reason
        assert answer.client_text
    salvage(data)


@settings(max_examples=60)
@given(text=st.text(alphabet="0123456789-+:.TtZz UC", max_size=30))
def test_any_date_is_a_time_in_utc_or_an_error(text: str) -> None:
    answer = read(json.dumps({"last_refresh": text}))
    if isinstance(answer, Document):
        assert answer.last_refresh is not None
        assert answer.last_refresh.utcoffset() == timedelta(0)


def test_a_year_beyond_the_calendar_is_no_crash() -> None:
    assert good({"last_refresh": "+12026-04-13T12:00:00Z"}).last_refresh is not None
    assert good({"last_refresh": "-0005-04-13T12:00:00Z"}).last_refresh is not None
