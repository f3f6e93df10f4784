"""`authtui run` from outside: a preview unless it is told to act, and no secret in any line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.program import codex_home, run

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend


def test_without_live_it_says_what_it_would_do(tmp_path: Path, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    home = codex_home(tmp_path, login.auth_json.reveal())
    before = (home / "auth.json").read_bytes()
    answer = run(
        "run", "assert", "refresh", "logout", "--home", home, "--contract", "current",
        "--base-url", backend.base_url, user_home=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert f"would send  POST {backend.base_url}/backend-api/codex/responses" in answer.out
    assert "every copy of this login shares" in answer.out
    assert "would change  auth.json: removed" in answer.out
    assert backend.state.requests == ()
    assert (home / "auth.json").read_bytes() == before


def test_live_it_acts_and_prints_every_event_as_a_json_line(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login()
    home = codex_home(tmp_path, login.auth_json.reveal(), "[features]\nuse_agent_identity = true\n")
    log = tmp_path / "log.jsonl"
    answer = run(
        "run", "load", "register", "assert", "logout", "--live", "--json", "--home", home,
        "--contract", "current", "--base-url", backend.base_url, "--log-file", log,
        user_home=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.out + answer.err
    lines = [json.loads(line) for line in answer.out.splitlines()]
    kinds = [line["kind"] for line in lines]
    for kind in ("Loaded", "IdentityRegistered", "TaskRegistered", "Asserted", "LoggedOut"):
        assert kind in kinds
    assert kinds.count("RequestStarted") == kinds.count("RequestFinished") == 4
    outcomes = [line for line in lines if line["kind"] == "Outcome"]
    assert [o["action"] for o in outcomes] == ["load", "register", "assert", "logout"]
    assert all(o["done"] and o["live"] for o in outcomes)
    assert len(log.read_text().splitlines()) == len(lines) - len(outcomes)
    assert not (home / "auth.json").exists()
    everything = answer.out + answer.err + log.read_text()
    for secret in (login.access_token, login.refresh_token, login.id_token):
        assert secret.reveal() not in everything
    assert "task-demo-" not in everything

    back = run("run", "restore", "--live", "--home", home, user_home=tmp_path)
    assert back.code == 0, back.out
    assert "agent_identity" in json.loads((home / "auth.json").read_text())


def test_exit_codes_follow_the_contract(tmp_path: Path, backend: Backend) -> None:
    home = codex_home(tmp_path)
    nothing = run("run", "assert", "--home", home, user_home=tmp_path)
    assert nothing.code == 4
    (home / "auth.json").write_text("{")
    unreadable = run("run", "assert", "--home", home, user_home=tmp_path)
    assert unreadable.code == 3
    (home / "auth.json").write_text(backend.mint.api_key().auth_json.reveal())
    backend.faults.set("responses", "status", 401)
    arguments = ("--live", "--home", home, "--base-url", backend.base_url)
    assert run("run", "assert", *arguments, user_home=tmp_path).code == 1
    backend.faults.set("responses", "status", 500)
    assert run("run", "assert", *arguments, user_home=tmp_path).code == 3
    usage = run("run", "assert", "--base-url", "http://example.test", user_home=tmp_path)
    assert usage.code == 2
    assert "plain http" in usage.err
    assert run("run", user_home=tmp_path).code == 2


def test_offline_forbids_every_connection_even_live(tmp_path: Path, backend: Backend) -> None:
    home = codex_home(tmp_path, backend.mint.chatgpt_login().auth_json.reveal())
    arguments = ("--live", "--offline", "--home", home, "--base-url", backend.base_url)
    answer = run("run", "assert", *arguments, user_home=tmp_path)
    assert answer.code != 0
    assert "offline" in answer.out
    assert backend.state.requests == ()
