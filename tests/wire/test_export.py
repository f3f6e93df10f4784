from __future__ import annotations

import json as json_module
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from authtui.exchanges.answers import Answer
from authtui.exchanges.export import as_curl, as_har
from authtui.exchanges.records import AssertionFacts, Detail, RequestRecord
from authtui.redaction import Secret
from tests.wire.har_schema import faults
from tests.wire.servers import NOW, answering, serving, wire

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLXBsYW50ZWQifQ.cGxhbnRlZA"


async def exchanged(path: str, json: object = None) -> RequestRecord:
    body = b'{"account_id":"acct-real","email":"ada@example.org","plan_type":"pro"}'
    async with serving(answering(body)) as server, wire() as (client, book):
        lines = [
            ("Authorization", f"Bearer {TOKEN}"),
            ("ChatGPT-Account-ID", "acct-real"),
            ("originator", "it's authtui"),
        ]
        answer = await client.request(
            "POST", f"{server.base}{path}", headers=lines, timeout=5, json=json
        )
        assert isinstance(answer, Answer)
        return book.last


async def test_a_har_has_the_shape_the_specification_wants() -> None:
    record = await exchanged("/anything?x=1", json={"a": 1})
    waiting = RequestRecord(2, NOW, "GET", "chatgpt.com", "/x")
    failed = waiting._replace(number=3, error="refused", milliseconds=1.5)
    har = json_module.loads(json_module.dumps(as_har([record, waiting, failed], "0.1.0")))
    assert faults(har) == []
    assert len(har["log"]["entries"]) == 3
    assert har["log"]["entries"][2]["_error"] == "refused"


async def test_a_har_holds_stand_ins_instead_of_ids_and_no_secret() -> None:
    first = await exchanged("/one", json={"refresh_token": "rt-plantedplanted"})
    second = await exchanged("/two")
    text = json_module.dumps(as_har([first, second], "0.1.0"))
    for secret in (TOKEN, "planted", "acct-real", "ada@example.org"):
        assert secret not in text
    assert text.count("acct-A") == 4


def test_the_runtime_in_a_path_and_the_task_of_an_assertion_are_stand_ins() -> None:
    facts = AssertionFacts("agent-real", Secret("task-real"), "2026-04-21T00:00:00Z", 3.0, True)
    record = RequestRecord(
        1, NOW, "POST", "auth.openai.com", "/v1/agent/agent-real/task/register", assertion=facts
    )
    entry = as_har([record], "0.1.0")["log"]["entries"][0]
    assert entry["request"]["url"].endswith("/v1/agent/agent-1/task/register")
    assert entry["_assertion"]["agentRuntime"] == "agent-1"
    assert entry["_assertion"]["ageSeconds"] == 3.0
    assert "real" not in json_module.dumps(entry)


def test_the_registration_of_an_agent_keeps_its_path() -> None:
    record = RequestRecord(1, NOW, "POST", "auth.openai.com", "/v1/agent/register")
    entry = as_har([record], "0.1.0")["log"]["entries"][0]
    assert entry["request"]["url"].endswith("/v1/agent/register")


async def test_a_har_loads_in_a_tool_of_others(tmp_path: Path) -> None:
    haralyzer = pytest.importorskip("haralyzer", reason="haralyzer is not installed")
    file = tmp_path / "requests.har"
    file.write_text(json_module.dumps(as_har([await exchanged("/x")], "0.1.0")))
    parser = haralyzer.HarParser.from_file(str(file))
    assert parser.har_data["entries"][0]["response"]["status"] == 200


async def test_a_curl_command_has_variables_where_secrets_were() -> None:
    command = as_curl(await exchanged("/anything?x=1", json={"plan": "it's pro"}))
    assert '"Authorization: Bearer $CODEX_TOKEN"' in command
    assert '"ChatGPT-Account-ID: $CODEX_ACCOUNT_ID"' in command
    assert "planted" not in command
    assert TOKEN not in command
    assert "acct-real" not in command


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
async def test_a_curl_command_means_to_a_shell_what_it_says() -> None:
    command = as_curl(await exchanged("/x", json={"plan": "it's `pro` $HOME"}))
    script = 'curl() { for a in "$@"; do printf "%s\\n" "$a"; done; }\n' + command
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"CODEX_TOKEN": "T", "CODEX_ACCOUNT_ID": "A", "HOME": "/h"},
    )
    lines = done.stdout.splitlines()
    assert "Authorization: Bearer T" in [line.title() if "uthorization" in line else line
                                         for line in lines]  # fmt: skip
    assert "originator: it's authtui" in lines
    assert '{"plan": "it\'s `pro` $HOME"}' in lines


def test_hostile_header_names_cannot_leave_their_quotes() -> None:
    detail = Detail((('x"; rm -rf ~; "', "<9 characters, #abcdef>"), ("y", '"; $(id) `id`')))
    record = RequestRecord(1, NOW, "GET", "h", "/$(id)", detail=detail)
    script = 'curl() { for a in "$@"; do printf "%s\\n" "$a"; done; }\n' + as_curl(record)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert "uid=" not in done.stdout
    assert done.stderr == ""


def test_a_body_that_was_not_kept_is_a_file_to_be_named() -> None:
    detail = Detail(request_note="dropped: this endpoint carries credentials")
    record = RequestRecord(1, NOW, "POST", "auth.openai.com", "/oauth/token", detail=detail)
    assert "--data-binary @body.json" in as_curl(record)


def test_an_assertion_becomes_a_variable() -> None:
    record = RequestRecord(1, NOW, "POST", "chatgpt.com", "/x", authorization="AgentAssertion")
    assert '"Authorization: AgentAssertion $CODEX_ASSERTION"' in as_curl(record)
