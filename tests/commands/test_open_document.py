"""`authtui open` on documents that are no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.commands.open_document import _lines_of
from tests.program import chatgpt_login, run

if TYPE_CHECKING:
    from pathlib import Path

DOCTOR = {
    "schemaVersion": 1,
    "overallStatus": "fail",
    "codexVersion": "0.171.0",
    "checks": {
        "system.disk": {"id": "system.disk", "category": "disk", "status": "ok", "summary": "disk"},
        "network.env": {
            "id": "network.env",
            "category": "network",
            "status": "warning",
            "summary": "a proxy is set",
            "details": {"HTTPS_PROXY": "http://ada:made-up-password@proxy.test:8080"},
            "remediation": "unset it",
        },
        "auth.credentials": {
            "id": "auth.credentials",
            "category": "auth",
            "status": "ok",
            "summary": "auth is configured",
            "details": {"stored auth mode": "chatgpt"},
        },
    },
}


def opened(path: Path, document: object) -> Any:  # noqa: ANN401 - an answer of the program
    file = path / "document.json"
    file.write_text(json.dumps(document), "utf-8")
    return run("open", str(file), user_home=path)


def test_a_report_of_the_doctor_is_told_with_the_login_first(tmp_path: Path) -> None:
    answer = opened(tmp_path, DOCTOR)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "A report of `codex doctor`, client 0.171.0: fail"
    assert "auth.credentials: auth is configured" in lines[1]
    assert "stored auth mode: chatgpt" in lines[2]
    assert "network.env: a proxy is set" in answer.out
    assert "1 other checks are ok." in answer.out
    assert "made-up-password" not in answer.out


def test_an_answer_of_check_and_a_report_are_told(tmp_path: Path) -> None:
    for words in (("check", "--json"), ("report", "--format", "json")):
        document = json.loads(run(*words, user_home=tmp_path).out)
        answer = opened(tmp_path, document)
        assert answer.code == 0
        assert "Nobody is logged in here" in answer.out


def test_a_har_is_told_request_by_request(tmp_path: Path) -> None:
    entry = {
        "startedDateTime": "2026-04-13T12:00:00Z",
        "request": {"method": "POST", "url": "https://api.made-up.test/v1?api_key=hidden-value"},
        "response": {"status": 401},
    }
    answer = opened(tmp_path, {"log": {"version": "1.2", "entries": [entry]}})
    assert answer.code == 0
    assert "401  POST https://api.made-up.test/v1" in answer.out
    assert "hidden-value" not in answer.out


def test_a_login_is_refused_by_name_with_the_command_that_reads_it(tmp_path: Path) -> None:
    answer = opened(tmp_path, chatgpt_login(refresh="rt-never-shown"))
    assert answer.code == 3
    assert "is a login of Codex" in answer.err
    assert f"authtui check --home {tmp_path}" in answer.err
    assert "rt-never-shown" not in answer.out + answer.err


@pytest.mark.parametrize("document", [[], {}, {"checks": []}, {"log": 1}, "text", None])
def test_what_is_nothing_known_is_refused_as_no_trace(document: object, tmp_path: Path) -> None:
    answer = opened(tmp_path, document)
    assert answer.code == 3
    assert "line 1" in answer.err


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(st.sampled_from([["checks", "overallStatus"], ["verdict"], ["log"]]), _JSON)
def test_any_document_is_told_or_left(names: list[str], value: Any) -> None:  # noqa: ANN401 - JSON
    for inner in (value, {"entries": [value]}, {"a": value}, {"fix": value, "checks": value}):
        lines = _lines_of(dict.fromkeys(names, inner))
        for line in lines or ():
            assert "\n" not in line
