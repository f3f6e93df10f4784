"""A released client, captured against the backend: what is recorded is what the backend saw.

`recorded/` holds a trace of each scenario, made with the client 0.169.0 and checked without one.
Where `AUTHTUI_CODEX_BINARY` names a client, each scenario is run again;
`AUTHTUI_RECORD=1` then writes the traces anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.capture.real_client import SCENARIOS
from tests.demo.test_real_client import (
    BINARY,
    FIRST_AGENT_JWT,
    FIRST_OVERRIDE,
    FIRST_PERSONAL,
    NAMESPACE,
    home,
    version,
)

__all__ = ["home", "version"]

PROJECT = Path(__file__).parents[2]
RECORDED = Path(__file__).parent / "recorded"
RECORDED_WITH = (0, 169, 0)
ANSWER = "Hello from the authtui demo backend."
AUTHORIZATION = {
    "api-key": "Bearer sk-",
    "agent-identity": "AgentAssertion",
    "personal-access-token": "Bearer at-",
}


def model_calls(trace: dict[str, Any]) -> list[dict[str, Any]]:
    return [record for record in trace["requests"] if record["purpose"] == "model-call"]


def kinds(trace: dict[str, Any]) -> set[tuple[Any, ...]]:
    """What was asked and answered, whatever the order of what is asked at the same time."""
    names = ("method", "path", "status", "authorization", "account_header", "purpose", "meaning")
    return {tuple(record[name] for name in names) for record in trace["requests"]}


def assert_as_told(name: str, trace: dict[str, Any]) -> None:
    """What the scenario's name promises, for any client that can do it."""
    assert (trace["exit"], trace["stderr"], trace["said"]) == (0, "", [ANSWER])
    assert trace["config_is_untouched"]
    assert trace["predicted"]["outcome"] == "ready"
    assert trace["ended"]["exit_status"] == 0
    # Nothing went by, and nothing was made up: the server saw exactly what was recorded.
    recorded = sorted(
        [r["method"], r["path"].partition("?")[0], r["status"]] for r in trace["requests"]
    )
    assert recorded == sorted(
        [method, path_of(path), status] for method, path, status in trace["backend_saw"]
    )
    assert not any(record["error"] for record in trace["requests"])
    differs = [name for name, status in trace["compared"].items() if status == "differs"]
    assert differs == (["refresh"] if name == "401-and-recovery" else [])
    assert set(trace["compared"].values()) <= {"same", "differs"}, "nothing is left open"
    assert bool(trace["changes"]) == bool(trace["rotations"])
    calls = model_calls(trace)
    assert calls[-1]["status"] == 200
    assert calls[-1]["meaning"] == "the model answered: the credential was accepted"
    wanted = AUTHORIZATION.get(name, "Bearer JWT")
    assert {record["authorization"] for record in calls} == {wanted}
    assert all(record["account_header"] for record in calls) == (name != "api-key")
    statuses = [record["status"] for record in calls]
    purposes = [record["purpose"] for record in trace["requests"]]
    if name == "agent-identity":
        assert {"jwks", "task-register"} <= set(purposes)
    elif name == "personal-access-token":
        assert "whoami" in purposes
    elif name == "401-and-recovery":
        assert statuses.count(401) == 3
        assert [rotation["accepted"] for rotation in trace["rotations"]] == [True]
        assert any("auth.json" in change for change in trace["changes"])
        place = purposes.index("refresh")
        before = [
            r["credential"] for r in trace["requests"][:place] if r["purpose"] == "model-call"
        ]
        after = [r["credential"] for r in trace["requests"][place:] if r["purpose"] == "model-call"]
        assert len(before) == 2, "it asks again with what is stored, then refreshes"
        assert set(before).isdisjoint(after)
    elif name == "503-and-retries":
        assert statuses.count(503) == 4
        assert not trace["rotations"]
        assert "refresh" not in purposes


def path_of(path: str) -> str:
    parts = ["<runtime>" if part.startswith("agent-demo-") else part for part in path.split("/")]
    return "/".join(parts)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_recorded_trace_is_as_told(name: str) -> None:
    assert_as_told(name, json.loads((RECORDED / f"{name}.json").read_text()))


def in_private(name: str, home: Path) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.capture.real_client", BINARY, name, str(home)]
    done = subprocess.run(
        [*NAMESPACE, *program], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.usefixtures("version")
def test_nobody_gets_a_token_when_authtui_is_killed(home: Path) -> None:
    seen = in_private("attack", home)
    assert seen["clients"] > 0
    assert seen["read"].endswith("/chatgpt/backend-api"), "what everybody can read"
    if os.geteuid() == 0:
        assert (seen["asked"], seen["reached"]) == ("HTTP/1.1 404 Not Found", [])
    assert (seen["heard"], seen["gone"]) == ("", True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_client_is_captured_as_recorded(
    name: str, version: tuple[int, int, int], home: Path
) -> None:
    agent = FIRST_AGENT_JWT <= version < FIRST_PERSONAL or version >= FIRST_OVERRIDE
    if name == "agent-identity" and not agent:
        pytest.skip("this client takes no agent identity from an address on loopback")
    if name == "personal-access-token" and version < FIRST_PERSONAL:
        pytest.skip("this client knows no personal access tokens")
    trace = in_private(name, home)
    assert_as_told(name, trace)
    file = RECORDED / f"{name}.json"
    if os.environ.get("AUTHTUI_RECORD"):
        file.write_text(json.dumps(trace, indent=1) + "\n")
    if version == RECORDED_WITH:
        recorded = json.loads(file.read_text())
        assert kinds(trace) == kinds(recorded)
        assert [r["status"] for r in model_calls(trace)] == [
            r["status"] for r in model_calls(recorded)
        ]
        assert trace["overrides"] == recorded["overrides"]
