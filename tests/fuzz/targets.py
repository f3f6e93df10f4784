"""The readers under test: each takes any bytes and fails on anything but an orderly answer."""

from __future__ import annotations

import base64
import json
import os
import shlex
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui import contracts
from authtui.client_json.tree import JsonFault, parse
from authtui.commands.event_lines import event_json, event_text
from authtui.configuration.config import parse as parse_config
from authtui.configuration.config import providers, selected_provider, split_key
from authtui.configuration.config_rules import validate
from authtui.configuration.dotenv import parse_dotenv
from authtui.credentials.document import Document, parse_document
from authtui.credentials.environment import read_environment
from authtui.credentials.salvage import salvage
from authtui.credentials.store_writer import merge
from authtui.exchanges import record_builder
from authtui.exchanges.answers import Answer, error_of
from authtui.exchanges.export import as_curl, as_har
from authtui.exchanges.meaning import purpose_of
from authtui.exchanges.request_filter import Filter, parse_filter
from authtui.identity.assertion import read_assertion, signature_matches
from authtui.identity.keys import PrivateKey, key_from_seed, read_private_key
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.registration import open_task, read_task
from authtui.machine.client_past import read_past
from authtui.machine.login_copies import find_copies
from authtui.machine.mcp_logins import MCP_FILE, read_mcp_store
from authtui.machine.observation import ConfigFacts, FileFacts
from authtui.machine.threads import read_saved_threads
from authtui.machine.variable_lines import find_lines
from authtui.redaction import Secret, printable, redact_text
from authtui.settings import read_settings
from authtui.tokens.agent import judge_agent_token
from authtui.tokens.jwt import decode
from authtui.tokens.keyset import KeySet, parse_key_set, verify_rs256
from authtui.tokens.view import view_token
from authtui.trace.reader import Refusal, open_trace
from authtui.tui.lines import Line, Span, fit, rows_of, safe, spans_width, width_of, wrap
from tests.fuzz import text_targets
from tests.fuzz.oracles import assert_hidden, assert_shown, planted, with_planted
from tests.tui.samples import REQUESTS
from tests.wire.har_schema import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.contracts import Contract

NOW: Final = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
CONTRACTS: Final = tuple(contracts.BY_NAME[name] for name in contracts.GENERATIONS)
_made = key_from_seed(bytes(range(32)))
assert isinstance(_made, PrivateKey)
KEY: Final = _made
_FOLDER: Final = tempfile.TemporaryDirectory(prefix="authtui-fuzz-")
FOLDER: Final = Path(_FOLDER.name)
SPLIT: Final = b"\n%%\n"


def _contract(data: bytes) -> Contract:
    return CONTRACTS[len(data) % len(CONTRACTS)]


def auth_json(data: bytes) -> None:
    """auth.json as a generation reads it, what can be saved of a broken one, a merge into it."""
    contract = _contract(data)
    data, secret = with_planted(data)
    stores: tuple[Literal["file", "keyring"], ...] = ("file", "keyring")
    for store in stores:
        found = parse_document(data, contract.document, contract.agent, now=NOW, store=store)
        assert_hidden(secret, repr(found))
        if not isinstance(found, Document):
            assert found.line is None or found.line >= 1  # of the file, or of a token's payload
            assert_hidden(secret, found.client_text, found.reason)
            assert_shown(safe(found.client_text), safe(found.reason))
    assert_hidden(secret, repr(salvage(data)))
    merged = merge(data, {"tokens.access_token": "new"})
    if isinstance(merged, bytes):
        before, after = json.loads(data), json.loads(merged)
        assert after["tokens"]["access_token"] == "new"
        assert {k: v for k, v in after.items() if k != "tokens"} == {
            k: v for k, v in before.items() if k != "tokens"
        }


def config_toml(data: bytes) -> None:
    """config.toml: its values, what the client would say of them, and where each of them stands."""
    values, error = parse_config(data)
    if error is not None:
        assert not values
        assert_shown(safe(error.reason))
        return
    text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.split("\n")
    for key, value in values.items():
        assert value.line is not None, f"nobody knows where {key!r} stands"
        assert value.column is not None
        assert 1 <= value.line <= len(lines)
        assert 1 <= value.column <= len(lines[value.line - 1]) + 1
        assert split_key(key)
    facts = ConfigFacts(FileFacts("config.toml"), values)
    providers(facts)
    selected_provider(facts)
    for contract in CONTRACTS:
        complaint = validate(values, contract)
        assert complaint is None or complaint.reason


def dotenv(data: bytes) -> None:
    """The `.env` of a home."""
    found = parse_dotenv(data, {"HOME": "/home/ada", "A": "$B", "B": "${A}"})
    count = data.count(b"\n") + 1
    for name, line in (
        *((given.name, given.line) for given in found.assignments),
        *((given.name, given.line) for given in found.ignored),
    ):
        assert 1 <= line <= count
        assert_shown(safe(name))


def environment(data: bytes) -> None:
    """Variables with any bytes in them, and a `.env` beside them."""
    given, _, rest = data.partition(SPLIT)
    environ = {}
    for line in given.split(b"\n"):
        name, equals, value = line.partition(b"=")
        if equals and b"\0" not in line:
            environ[os.fsdecode(name)] = os.fsdecode(value)
    path = FOLDER / ".env"
    path.write_bytes(rest)
    facts = read_environment(environ, path, ["CORP_KEY"])
    for known in facts.variables:
        facts.trimmed(known)
        assert_shown(safe(known))
    repr(facts)


def jwt(data: bytes) -> None:
    """A token of any kind: taken apart, explained, judged, shown."""
    text, _, keys = data.decode("utf-8", "surrogateescape").partition("\n%%\n")
    decoded = decode(text)
    agent = _contract(data).agent
    view = view_token("token", "here", Secret(text), now=NOW, agent=agent, key_set=keys or None)
    for row in view.rows:
        assert_shown(*(safe(field) for field in row if isinstance(field, str)))
    assert_shown(*view.problems, view.verified_note)
    judged = judge_agent_token(decoded, agent, NOW, keys or None)
    for field in judged.fields:
        assert_shown(field.statement)
    json.dumps(dict(view.claims), default=str)


def jwt_claims(data: bytes) -> None:
    """Any header and claims, dressed as a token: the fuzzer need not invent base64."""
    first, _, second = data.partition(SPLIT)
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (first, second, b"signature"))
    jwt(b".".join(parts))


def key_set(data: bytes) -> None:
    """A key set, and a signature checked against it."""
    text, _, token = data.decode("utf-8", "replace").partition("\n%%\n")
    found = parse_key_set(text)
    if not isinstance(found, KeySet):
        assert_shown(found.statement)
        return
    for kid in (*found.kids[:3], ""):
        head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": kid}).encode())
        said = verify_rs256(decode(token or f"{head.decode().rstrip('=')}.e30.c2ln"), found)
        assert token or said.status != "valid"
        assert_shown(said.statement)


def private_key(data: bytes) -> None:
    """A private key as text, and as the bytes behind the text."""
    for text in (data.decode("utf-8", "replace"), base64.b64encode(data).decode()):
        found = read_private_key(text)
        if isinstance(found, PrivateKey):
            again = read_private_key(found.reveal_pkcs8())
            assert isinstance(again, PrivateKey)
            assert again.public_bytes == found.public_bytes
            assert len(found.sign(b"text")) == 64
        else:
            assert_shown(found.statement)


def sealed_box(data: bytes) -> None:
    """A sealed task id: any text, and any bytes behind it."""
    for text in (data.decode("utf-8", "replace"), base64.b64encode(data).decode()):
        found = open_task(text, KEY)
        if isinstance(found, Trouble):
            assert_shown(found.text)


def task_answer(data: bytes) -> None:
    """The answer to a task registration."""
    answer = Answer(1, 200, (("content-type", "application/json"),), data, 1.0)
    value = answer.json()
    if isinstance(value, dict):
        for contract in CONTRACTS:
            found = read_task(value, contract.registration.task_fields, KEY)
            assert found is None or isinstance(found, Trouble) or found.task_id is not None
    assert_shown(*error_of(data))


def request_filter(data: bytes) -> None:
    """What somebody types into the filter line of the request log."""
    found = parse_filter(data.decode("utf-8", "replace"))
    if isinstance(found, Filter):
        for record in REQUESTS:
            assert found.matches(record) in (True, False)
    else:
        assert found.statement


def _pairs(lines: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))


def exchange(data: bytes) -> None:
    """An odd request and its answer: recorded, redacted, as HAR and as curl."""
    url, body, back, head, *_ = [*data.split(SPLIT, 3), b"", b"", b"", b""]
    secret = planted(data).decode()
    body, hidden = with_planted(body)
    back, hidden_too = with_planted(back)
    sent = _pairs(head.decode("latin-1").split("\n"))
    purpose = purpose_of("POST", "chatgpt.com", url.decode("utf-8", "replace"))
    made = record_builder.started(1, NOW, "POST", url.decode("utf-8", "surrogateescape"), purpose)
    made = record_builder.with_request(
        made, (*sent, ("authorization", f"Bearer {secret}")), body, purpose, NOW
    )
    status = 200 + len(data) % 400
    received = tuple((name.lower(), value) for name, value in sent)
    answer = Answer(1, status, (*received, ("set-cookie", secret)), back, 4.2)
    done = record_builder.finished(made, answer, purpose, body, len(back))
    for record in (made, done):
        har = json.dumps(as_har([record], "1"))
        curl = as_curl(record)
        assert faults(json.loads(har)) == []
        for value in (secret, hidden, hidden_too):
            assert_hidden(value, har, curl, repr(record))
        assert shlex.split(curl.replace("\\\n", ""))[0] == "curl"
        assert_shown(record.host, record.path, record.meaning, record.account_header)
        detail = record.detail
        if detail is not None:
            assert_shown(detail.request_body, detail.response_body)
            assert_shown(*(text for line in detail.response_headers for text in line))


def settings_file(data: bytes) -> None:
    """The user's own choices."""
    path = FOLDER / "settings.toml"
    path.write_bytes(data)
    found = read_settings(path)
    assert_shown(*(safe(text) for text in found.problems))


def client_json(data: bytes) -> None:
    """The scanner of JSON texts agrees with Python's on what is JSON and what it says."""
    found = parse(data)
    try:
        text = data.decode()
        expected = json.loads(text, parse_constant=_refuse, parse_int=float, parse_float=float)
    except (ValueError, RecursionError):
        # The client takes what Python refuses nowhere but in a lone byte order mark or a number.
        assert isinstance(found, JsonFault) or _too_long_number(data)
        return
    if isinstance(found, JsonFault):
        deep = data.count(b"[") + data.count(b"{") > 100
        endless = b"e" in data.lower() or len(data) > 300
        assert deep or endless or b"\\u" in data, found
        return
    assert _floats(found.plain()) == expected


def _too_long_number(data: bytes) -> bool:
    return len(data) > 4000


def _refuse(name: str) -> None:
    raise ValueError(name)


def _floats(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {key: _floats(inner) for key, inner in value.items()}
    return [_floats(inner) for inner in value] if isinstance(value, list | tuple) else value


def assertion(data: bytes) -> None:
    """The header of a signed request."""
    found = read_assertion(data.decode("utf-8", "replace"))
    if isinstance(found, str):
        assert_shown(found)
    else:
        signature_matches(found, KEY.public_bytes)
    inner = base64.urlsafe_b64encode(data).decode().rstrip("=")
    again = read_assertion(f"AgentAssertion {inner}")
    if not isinstance(again, str):
        signature_matches(again, KEY.public_bytes)


def shown_text(data: bytes) -> None:
    """Any text on its way to a screen: harmless, redacted, in its columns."""
    text = data.decode("utf-8", "surrogateescape")
    shown = printable(text)
    assert_shown(shown, safe(text), printable(text, 9))
    redact_text(text)
    width = (1, 2, 7, 30)[len(data) % 4]
    for row in (*wrap(safe(text), width), *rows_of(text, width, 4)):
        assert_shown(row)
        assert width_of(row) <= max(width, 2)
    line = Line((Span(safe(text)),), (Span(safe(text[:5])),))
    assert spans_width(fit(line, width)) == width


def trace(data: bytes) -> None:
    """A trace that somebody sent: opened or refused, every event of it shown as text and JSON."""
    path = FOLDER / "sent.trace"
    path.write_bytes(data)
    opened = open_trace(path)
    if isinstance(opened, Refusal):
        assert_shown(str(opened))
        return
    try:
        while not opened.done:
            opened.scan(100)
        for event in opened:
            for line in event_text(event).split("\n"):
                assert_shown(line)
            json.dumps(event_json(event))
    finally:
        opened.close()


def mcp_logins(data: bytes) -> None:
    """A store of MCP logins: read or refused with a reason, and no token of it is kept."""
    (FOLDER / MCP_FILE).write_bytes(data)
    found = read_mcp_store(FOLDER)
    assert found.file.data is None
    assert found.fault is None or not found.logins
    for login in found.logins:
        assert login.expires_at is None or login.expires_at.tzinfo is not None


def saved_thread(data: bytes) -> None:
    """The first line of a saved thread: a provider's name, or nothing."""
    day = FOLDER / "sessions" / "2026" / "04" / "01"
    day.mkdir(parents=True, exist_ok=True)
    (day / "rollout-1.jsonl").write_bytes(data)
    for thread in read_saved_threads(FOLDER):
        assert isinstance(thread.provider, str)


def client_past(data: bytes) -> None:
    """A rollout and the log of logins: events with an aware time, in order, or nothing."""
    day = FOLDER / "past" / "sessions" / "2026" / "04" / "01"
    day.mkdir(parents=True, exist_ok=True)
    (day / "rollout-1.jsonl").write_bytes(data)
    log = FOLDER / "past" / "log"
    log.mkdir(exist_ok=True)
    (log / "codex-login.log").write_bytes(data)
    found = read_past(FOLDER / "past")
    times = [event.at for event in found.events]
    assert all(at.tzinfo is not None for at in times)
    assert times == sorted(times, reverse=True)


def variable_lines(data: bytes) -> None:
    """A file of a shell, an editor or a container: lines that set a variable, each in the file."""
    folder = FOLDER / "user"
    folder.mkdir(exist_ok=True)
    for name in (".zshrc", ".env", ".envrc", "compose.yaml", "mise.toml"):
        (folder / name).write_bytes(data)
    environ = {"HOME": str(folder)}
    for row in find_lines(("CODEX_API_KEY",), environ, str(folder), "/nowhere", folder):
        assert row.name == "CODEX_API_KEY"
        assert 1 <= row.line <= len(data.decode("utf-8", "surrogateescape").splitlines())


def login_copies(data: bytes) -> None:
    """What a switcher keeps: digests of its refresh tokens, and none of it in clear."""
    folder = FOLDER / "kept"
    (folder / "accounts").mkdir(parents=True, exist_ok=True)
    (folder / "accounts" / "work.json").write_bytes(data)
    for copy in find_copies({"HOME": "/nowhere"}, [str(folder)]):
        assert all(len(mark) == 32 for mark in copy.marks)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    made.__name__: made
    for made in (
        auth_json,
        config_toml,
        dotenv,
        environment,
        jwt,
        jwt_claims,
        key_set,
        private_key,
        sealed_box,
        task_answer,
        request_filter,
        exchange,
        settings_file,
        client_json,
        assertion,
        shown_text,
        trace,
        mcp_logins,
        saved_thread,
        client_past,
        variable_lines,
        login_copies,
        text_targets.toml_reader,
        text_targets.toml_edit,
        text_targets.config_line,
        text_targets.known_secrets,
        text_targets.trace_event,
    )
}
