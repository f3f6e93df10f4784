"""`authtui serve-backend` as a script sees it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from authtui.cli import main
from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.logins import LOGINS
from authtui.demo.backend.server import running_backend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


def serving(*words: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return started(sys.executable, "-m", "authtui", "serve-backend", *words)


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def printed_setup(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("# Requests"):
            break
    return "".join(lines)


def test_it_prints_json_serves_follows_the_requests_and_ends_on_ctrl_c() -> None:
    with serving("--json") as process:
        setup: dict[str, Any] = json.loads(first_line(process))
        assert setup["schema"] == 1
        token = setup["auth_json"]["tokens"]["access_token"]
        config = tomllib.loads(setup["config_toml"])
        answer = httpx.post(
            f"{config['openai_base_url']}/responses", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
        assert json.loads(first_line(process))["auth"] == "ChatGPT access token"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, "", "")


def test_it_prints_what_a_person_needs_and_ends_on_sigterm() -> None:
    with serving("--login", "agent-identity") as process:
        printed = printed_setup(process)
        base_url = printed.split()[0]
        assert httpx.get(f"{base_url}/agent-identities/jwks", timeout=60).status_code == 200
        assert httpx.get(f"{base_url}/v1/models", timeout=60).status_code == 401
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "401 GET  /v1/models (none) refused: Missing bearer" in out
    for text in ("CODEX_HOME", "auth.json", "chatgpt_base_url", "openai_base_url"):
        assert text in printed
    for name in ("AGENT_IDENTITY_JWKS_BASE_URL", "AGENT_IDENTITY_AUTHAPI_BASE_URL"):
        assert f"export CODEX_{name}={base_url}" in printed
    assert f"export CODEX_REFRESH_TOKEN_URL_OVERRIDE={base_url}/oauth/token" in printed
    assert "\x1b" not in printed + out


ENDED_WHILE_TELLING = """
import io, os, signal, sys
from authtui.cli import main

class Out(io.TextIOWrapper):
    def write(self, text):
        if "/v1/models" in text:
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(3):
                pass  # where Python looks for signals
        return super().write(text)

sys.stdout = Out(sys.stdout.buffer)
code = main(["serve-backend"])
sys.stdout.flush()
os._exit(code)
"""


def test_a_signal_that_comes_while_a_request_is_told_loses_no_line() -> None:
    with started(sys.executable, "-c", ENDED_WHILE_TELLING) as process:
        base_url = printed_setup(process).split()[0]
        assert httpx.get(f"{base_url}/v1/models", timeout=60).status_code == 401
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "401 GET  /v1/models (none) refused: Missing bearer" in out


def test_any_other_address_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve-backend", "--host", "192.0.2.1"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "'192.0.2.1' is not a loopback address" in shown.err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with running_backend() as backend:
        assert main(["serve-backend", "--port", backend.base_url.rpartition(":")[2]]) == 2
    assert "in use" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http", "٣"])
def test_a_port_that_is_none_is_wrong_usage(port: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["serve-backend", "--port", port])


def test_the_files_are_written_for_the_owner_only_and_never_over_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with serving("--json", "--write", str(home)) as process:
        setup = json.loads(first_line(process))
    assert json.loads((home / "auth.json").read_text()) == setup["auth_json"]
    assert (home / "config.toml").read_text() == setup["config_toml"]
    assert stat.S_IMODE((home / "auth.json").stat().st_mode) == 0o600
    before = (home / "auth.json").read_bytes()
    assert main(["serve-backend", "--write", str(home)]) == 2
    assert (home / "auth.json").read_bytes() == before
    assert os.strerror(17) in capsys.readouterr().err


def test_every_login_can_be_handed_out_with_a_config_the_client_can_read() -> None:
    with running_backend() as backend:
        for login in LOGINS:
            setup = setup_for(backend, login)
            assert tomllib.loads(setup.config)["chatgpt_base_url"] == backend.chatgpt_base_url
            assert json.loads(setup.auth_json.reveal())
