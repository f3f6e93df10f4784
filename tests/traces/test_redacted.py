"""A trace may leave the machine: no secret, no id, no name in it, and a mix-up stays visible."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from authtui.exchanges.records import Detail
from authtui.model import events as ev
from authtui.trace.line_format import event_tree
from authtui.trace.stand_ins import MachineNames, StandIns
from tests.traces.made import AT, EVENT_TYPES, busy, filled, read, record, write
from tests.tui.samples import HOMES, OLD_KEY, session

if TYPE_CHECKING:
    from pathlib import Path

IDS = ("org_mine", "org_other", "user-ada", "agent_7f3a", "ada@example.org", "a***@example.org")


@pytest.mark.parametrize("story", HOMES)
def test_no_secret_id_or_name_of_any_story_stands_in_its_trace(story: str, tmp_path: Path) -> None:
    shown = session(story)
    machine = MachineNames(("/home/ada",), ("ada",), ("box.example",))
    text = write(tmp_path / "a.trace", shown, machine=machine).read_text()
    seen = shown.state.observation
    assert seen is not None
    secrets = [OLD_KEY.reveal(), "rt-made-up-refresh-token-0001", "MC4CAQAwBQYDK2VwBCIEIAcHBwcH"]
    secrets += [v.value.reveal() for v in seen.environment.variables.values() if len(v.value) > 20]
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
            assert form not in text
    for word in (*IDS, "/home/ada"):
        assert word not in text, word
    assert not re.search(r"\bada\b", text)


def test_a_mix_up_of_two_accounts_stays_visible(tmp_path: Path) -> None:
    trace = read(write(tmp_path / "a.trace", session("workspace-token")))
    loaded = trace[0]
    assert isinstance(loaded, ev.Loaded)
    agent, token, *_, forced = loaded.assessment.matrix
    assert agent.account_id != token.account_id == forced.account_id
    assert agent.wrong == ("account",)
    sentence = loaded.assessment.verdict.sentence
    assert f"only workspace {forced.account_id}" in sentence
    assert f"belongs to {agent.account_id}" in sentence


def test_the_same_value_has_the_same_stand_in_everywhere() -> None:
    names = StandIns()
    name = names.of("acct", "org-4711|x")
    assert names.of("acct", "org-4711|x") == name
    assert names.text("of org-4711|x, written org-4711%7Cx") == f"of {name}, written {name}"
    assert names.of("acct", "org-4712") != name


def test_an_address_and_its_masked_form_are_one_person() -> None:
    names = StandIns()
    assert names.mail("grace@example.org") == "mail-1"
    assert names.text("signed in as grace@example.org (g***@example.org)") == (
        "signed in as mail-1 (mail-1)"
    )


def test_ids_that_no_field_named_are_known_by_their_looks() -> None:
    names = StandIns()
    assert names.text("org-9fK2 and user-77 and agent_7f3a") == "acct-A and user-1 and agent-1"
    assert names.text("agent_identity, account_id, user-agent") == (
        "agent_identity, account_id, user-agent"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ada/.codex/auth.json", "~/.codex/auth.json"),
        ("/Users/grace/.codex", "/Users/<user>/.codex"),
        ("/srv/ada/key", "/srv/<user>/key"),
        ("owner ada on box.example", "owner <user> on <host>"),
        ("adaptive", "adaptive"),
        ("/home/adamant", "/home/<user>"),
    ],
)
def test_home_user_and_host_are_hidden(text: str, shown: str) -> None:
    names = StandIns(MachineNames(("/home/ada",), ("ada",), ("box.example",)))
    assert names.text(text) == shown


def test_a_user_name_that_is_a_word_of_ours_spoils_no_sentence() -> None:
    names = StandIns(MachineNames((), ("codex", "root"), ("localhost",)))
    text = "codex exec as root on localhost"
    assert names.text(text) == text


def test_bodies_and_unknown_headers_are_told_by_their_length(tmp_path: Path) -> None:
    shown = session("healthy")
    detail = Detail(
        (("Session-Id", "conversation-8c1"), ("ChatGPT-Account-ID", "org_mine")),
        (("Date", "Fri, 13 Nov 2026 12:02:42 GMT"), ("Set-Thing", "x")),
        '{"input": "refactor our billing"}',
        '{"error": {"code": "invalid_assertion", "message": "refused", "hint": "billing"}}',
    )
    shown.request_finished(record(1, status=401, detail=detail))
    path = write(tmp_path / "a.trace", shown)
    assert "billing" not in path.read_text()
    found = read(path)[-1]
    assert isinstance(found, ev.RequestFinished)
    kept = found.request.detail
    assert kept is not None
    assert kept.request_headers == (
        ("Session-Id", "<16 characters>"),
        ("ChatGPT-Account-ID", "acct-A"),
    )
    assert kept.response_headers[0] == ("Date", "Fri, 13 Nov 2026 12:02:42 GMT")
    assert kept.request_body is None
    assert kept.response_body == "code: invalid_assertion, message: refused"


def test_claims_that_are_not_known_are_told_by_their_length() -> None:
    shown = busy("healthy")
    loaded = shown.events[0]
    assert isinstance(loaded, ev.Loaded)
    token = loaded.assessment.tokens[0]
    rows = (
        token.rows[0]._replace(name="name", value="Ada Lovelace"),
        token.rows[0]._replace(name="sub", value="auth0|12345"),
        token.rows[0]._replace(name="iss", value="https://auth.openai.com"),
    )
    answer = loaded.assessment._replace(tokens=(token._replace(rows=rows),))
    event = ev.Loaded(1, AT, "x", loaded.observation, answer)
    names = StandIns()
    written = event_tree(event, names)["assessment"]["tokens"][0]["rows"]
    assert [row["value"] for row in written] == [
        "<12 characters>",
        "user-2",
        "https://auth.openai.com",
    ]


PLANTED = {
    "API key": OLD_KEY.reveal(),
    "personal access token": "at-Zq8vK2mWx7RtY4nLpB6c",
    "JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEtcGxhbnRlZCJ9.c2lnbmF0dXJlLXBsYW50ZWQ",
    "refresh token": "rt-planted-Zq8vK2mWx7",
    "private key": "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH",
    "PEM": "-----BEGIN PRIVATE KEY-----\nplantedZq8vK2mWx7RtY4n\n-----END PRIVATE KEY-----",
    "header": "Bearer plantedZq8vK2mWx7RtY4nLpB6c",
    "assertion": "AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoicGxhbnRlZCJ9",
    "userinfo": "https://ada:plantedZq8vK@proxy.example/x",
    "callback": "http://localhost:1455/auth/callback?code=plantedZq8vK&state=plantedRtY4n",
    "address": "ada.planted@example.org",
    "home": "/home/plantedada/.codex",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_what_stands_in_any_text_of_any_event_is_not_in_its_line(
    kind: type[ev.Event], planted: str
) -> None:
    event = filled(kind, f"before {planted} after")
    names = StandIns(MachineNames(("/home/plantedada",), ("plantedada",)))
    line = json.dumps(event_tree(event, names), ensure_ascii=False)
    core = re.findall(r"[A-Za-z0-9]*planted[A-Za-z0-9]*|Zq8vK2mWx7RtY4nLpB6c|AcHBwcHBwcH", planted)
    for word in (planted, *core):
        assert word not in line, word
