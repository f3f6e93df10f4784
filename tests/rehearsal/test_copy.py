"""No secret of the real home is in the copy, and nothing of the user's is started from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from authtui.credentials.observe import read_observation
from authtui.rehearsal.copy import Copy, make_copy
from authtui.rehearsal.stand_in import SecretStandIns
from tests.oracle import made_up
from tests.program import snapshot

if TYPE_CHECKING:
    from pathlib import Path

PLANTED = {
    "refresh": "rt-Planted0Refresh1Secret2Value3",
    "key": "sk-proj-Planted0Key1Secret2Value3Long",
    "bearer": "Planted0Bearer1Secret2Value3",
    "header": "Planted0Header1Secret2Value3",
    "variable": "sk-Planted0Variable1Secret2Value",
    "dotenv": "Planted0Dotenv1Secret2Value3",
    "proxy": "Planted0Proxy1Password",
    "assertion": "Planted0Assertion1Of2Workload",
    "personal": "at-Planted0Personal1Token2Value",
    "half": "Planted0Half1Of2Document3Secret",
    "agent": made_up.AGENT_KEY,
}
CONFIG = f"""\
model_provider = "corp"
notify = ["/bin/sh", "-c",
  "touch started"]
[model_providers.corp]
name = "Corp"
base_url = "https://gateway.example.test:8443/v1"
experimental_bearer_token = "{PLANTED["bearer"]}"
http_headers = {{ "x-key" = "{PLANTED["header"]}" }}
[model_providers.other.auth]
command = "/usr/bin/touch"
args = ["started"]
[mcp_servers.mine]
command = "/usr/bin/touch"
args = ["started"]
"""


def copied(tmp_path: Path, auth: str) -> Copy:
    home = tmp_path / "real"
    home.mkdir()
    (home / "auth.json").write_text(auth)
    (home / "config.toml").write_text(CONFIG)
    (home / ".env").write_text(f"OTHER_SECRET={PLANTED['dotenv']}\n")
    (tmp_path / "token").write_text(PLANTED["assertion"])
    environ = {
        "HOME": str(tmp_path),
        "CODEX_HOME": str(home),
        "CODEX_API_KEY": PLANTED["variable"],
        "CODEX_ACCESS_TOKEN": PLANTED["personal"],
        "OPENAI_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "HTTPS_PROXY": f"http://me:{PLANTED['proxy']}@proxy.example.test:3128",
    }
    seen = read_observation(
        environ=environ,
        home_option=None,
        now=datetime.now(UTC),
        system_dir=tmp_path / "nowhere",
        installed=False,
    )
    before = snapshot(home)
    root = tmp_path / "copy"
    root.mkdir()
    made = make_copy(seen, SecretStandIns(), root, "/usr/bin:/bin", tmp_path / "nowhere")
    assert snapshot(home) == before
    return made


def whole() -> str:
    record = made_up.login("ws-1", "ws-1", OPENAI_API_KEY=PLANTED["key"])
    record["tokens"]["refresh_token"] = PLANTED["refresh"]
    record["agent_identity"] = made_up.jwt(made_up.AGENT_CLAIMS)
    return json.dumps(record, indent=2)


@pytest.mark.parametrize(
    "auth",
    [whole(), whole()[:-40], f'{{"OPENAI_API_KEY": "{PLANTED["half"]}', PLANTED["half"] * 2],
    ids=["whole", "cut off", "half a string", "no JSON"],
)
def test_no_planted_secret_is_in_the_copy(tmp_path: Path, auth: str) -> None:
    made = copied(tmp_path, auth)
    written = [path for path in made.root.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"auth.json", "config.toml", ".env"}
    texts = [path.read_text("latin-1") for path in written] + list(made.environ.values())
    found = [name for name, value in PLANTED.items() for text in texts if value in text]
    assert found == []


def test_programs_of_the_user_are_not_started_and_that_is_said(tmp_path: Path) -> None:
    made = copied(tmp_path, whole())
    config = (made.home / "config.toml").read_text()
    assert "started" not in config.replace('args = ["started"]', "")
    assert "/usr/bin/touch" not in config
    assert config.count("\n") == CONFIG.count("\n")
    assert "notify of config.toml: nothing of the user's is started" in made.left_out
    assert "mcp_servers of config.toml: nothing of the user's is started" in made.left_out


def test_the_hosts_and_ports_of_the_configuration_are_played_too(tmp_path: Path) -> None:
    made = copied(tmp_path, whole())
    assert "gateway.example.test" in made.hosts
    assert 8443 in made.secure_ports


def test_a_proxy_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    made = copied(tmp_path, whole())
    assert "HTTPS_PROXY" not in made.environ
    assert any(line.startswith("HTTPS_PROXY") for line in made.left_out)
