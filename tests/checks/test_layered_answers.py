"""What comes of layers, profiles, deliveries and requirements in the whole answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from tests.program import chatgpt_login, jwt

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.answers.findings import Assessment, Prediction

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
FAR = {"exp": 4_102_444_800}
AUTH = "https://api.openai.com/auth"


def login(plan: str = "enterprise") -> dict[str, Any]:
    made = chatgpt_login(access=FAR)
    made["last_refresh"] = "2026-04-30T12:00:00Z"
    for name in ("id_token", "access_token"):
        body = made["tokens"][name].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        claims[AUTH]["chatgpt_plan_type"] = plan
        made["tokens"][name] = jwt(claims)
    return made


def delivered(text: str, *, until: str = "13:00", account: str = "acct-mine") -> str:
    rows = {"enterprise_managed": [{"id": "cfg_1", "name": "Base", "contents": text}]}
    payload = {
        "expires_at": f"2026-05-01T{until}:00Z",
        "chatgpt_user_id": "user-1",
        "account_id": account,
        "bundle": {"config_toml": rows, "requirements_toml": None},
    }
    return json.dumps({"signed_payload": payload, "signature": "c2ln"})


def answer(
    root: Path, files: dict[str, str], *, profile: str | None = None, **env: str
) -> Assessment:
    for name, text in {"home/auth.json": json.dumps(login()), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("$ROOT", str(root)))
        path.chmod(0o600)
    (root / "work").mkdir(exist_ok=True)
    authorities = root / "etc/ssl/certs/ca-certificates.crt"
    authorities.parent.mkdir(parents=True)
    authorities.write_text("made up")
    seen = read_observation(
        environ={"HOME": str(root), "PATH": "/usr/bin:/bin", **env},
        home_option=str(root / "home"),
        now=NOW,
        system_dir=root / "etc",
        probe_keyring=False,
        installed=False,
        root=root,
        directory=str(root / "work"),
        profile=profile,
    )
    return assess(seen, Options(contract="current"))


def told(found: Assessment, surface: str) -> Prediction:
    return next(row for row in found.predictions if row.surface == surface)


TRUST = '[projects."$ROOT/work"]\ntrust_level = "trusted"\n'
API = 'forced_login_method = "api"\n'
BUNDLE = "home/cloud-config-bundle-cache.json"


def test_a_delivery_deletes_the_login_at_a_start_and_status_knows_nothing_of_it(
    tmp_path: Path,
) -> None:
    text = 'forced_chatgpt_workspace_id = "workspace-other"\n'
    found = answer(tmp_path, {BUNDLE: delivered(text)})
    assert found.verdict.deletes_stored_login
    assert found.verdict.culprit == "enterprise-managed (Base, cfg_1):1"
    assert told(found, "exec").deletes_stored_login
    assert told(found, "login-status").says == "Logged in using ChatGPT"


@pytest.mark.parametrize(
    "given", [delivered(API, until="11:59"), delivered(API, account="acct-another")]
)
def test_a_delivery_that_is_too_old_or_for_another_login_decides_nothing(
    tmp_path: Path, given: str
) -> None:
    assert answer(tmp_path, {BUNDLE: given}).verdict.outcome == "ready"


def test_a_trusted_project_deletes_the_login(tmp_path: Path) -> None:
    files = {"home/config.toml": TRUST, "work/.codex/config.toml": API}
    found = answer(tmp_path, files)
    assert found.verdict.deletes_stored_login
    assert found.verdict.culprit == f"{tmp_path}/work/.codex/config.toml:1"
    assert told(found, "login-status").says == "Not logged in"


def test_a_profile_concerns_a_start_alone(tmp_path: Path) -> None:
    files = {"home/work.config.toml": 'model_provider = "nowhere"\n'}
    found = answer(tmp_path, files, profile="work")
    assert told(found, "exec").says == "Error: Model provider `nowhere` not found"
    assert told(found, "login-status").exit == 0


REQUIRED = [
    ('allowed_login_methods = ["api"]', "printenv OPENAI_API_KEY | codex login --with-api-key"),
    ('allowed_chatgpt_workspaces = ["other"]', "codex login"),
]


@pytest.mark.parametrize(("text", "command"), REQUIRED)
def test_a_login_that_requirements_forbid_counts_as_not_there_and_stays(
    tmp_path: Path, text: str, command: str
) -> None:
    found = answer(tmp_path, {"etc/requirements.toml": text})
    assert found.verdict.outcome != "ready"
    assert not found.verdict.deletes_stored_login
    assert found.verdict.culprit == f"{tmp_path}/etc/requirements.toml:1"
    assert found.verdict.fix[0].command == command
    assert told(found, "login-status").says == "Not logged in"


def test_a_key_that_requirements_forbid_leaves_the_login_in_use(tmp_path: Path) -> None:
    files = {"etc/requirements.toml": 'allowed_login_methods = ["chatgpt"]'}
    found = answer(tmp_path, files, CODEX_API_KEY="sk-made-up-0123456789")
    assert (found.verdict.outcome, found.verdict.mode) == ("ready", "chatgpt")
    key = next(row for row in found.sources if row.name == "CODEX_API_KEY")
    assert key.reason == f"{tmp_path}/etc/requirements.toml:1 allows no API keys"
    check = next(row for row in found.checks if row.id == "policy.requirements")
    assert check.status == "warn"
    assert check.fix is not None
    assert check.fix.command == "unset CODEX_API_KEY"


BACKENDS = [
    (
        "https://chatgpt-staging.com/backend-api",
        "ERROR: required ChatGPT backend conflicts with workspace routing",
    ),
    (
        "http://127.0.0.1:1/backend-api",
        "ERROR: workspace backend must use an HTTPS origin without credentials",
    ),
]


@pytest.mark.parametrize(("base", "says"), BACKENDS)
def test_a_required_backend_has_to_be_that_of_the_workspace(
    tmp_path: Path, base: str, says: str
) -> None:
    found = answer(tmp_path, {"etc/requirements.toml": f'chatgpt_base_url = "{base}"'})
    assert told(found, "exec").says == says
    assert found.verdict.outcome != "ready"


def test_a_required_server_without_its_program_stops_exec_and_not_status(tmp_path: Path) -> None:
    text = '[mcp_servers.x]\ncommand = "no-such-program"\nrequired = true\n'
    found = answer(tmp_path, {"home/config.toml": text})
    assert "required MCP servers failed to initialize: x" in (told(found, "exec").says or "")
    assert told(found, "login-status").exit == 0
    assert found.verdict.culprit == "config.toml:2"


def test_an_auth_command_that_is_not_on_path_is_named(tmp_path: Path) -> None:
    text = (
        'model_provider = "x"\n[model_providers.x]\nname = "X"\nbase_url = "https://x.example/v1"\n'
        '[model_providers.x.auth]\ncommand = "no-such-program"\n'
    )
    found = answer(tmp_path, {"home/config.toml": text})
    assert found.verdict.headline == "The provider's auth command no-such-program is not on PATH"


def test_nothing_is_announced_that_comes_after_the_stop(tmp_path: Path) -> None:
    found = answer(tmp_path, {"home/config.toml": f'{API}model_catalog_json = "none.json"\n'})
    assert not found.verdict.deletes_stored_login
    assert found.verdict.culprit == "config.toml:2"
    assert found.verdict.headline == "config.toml:2 names a file that Codex cannot read"
    assert found.verdict.client_message == "Error: No such file or directory (os error 2)"


def test_the_table_says_who_sets_a_value_and_what_it_overrides(tmp_path: Path) -> None:
    found = answer(
        tmp_path,
        {
            "home/config.toml": f'{TRUST}[mcp_servers.x]\nurl = "https://x"\n'
            '[mcp_servers.x.http_headers]\nA = "s3cret"\n',
            "work/.codex/config.toml": 'model = "p"\nmodel_provider = "x"\n',
            "etc/managed_config.toml": 'model = "m"\n',
            "etc/config.toml": 'model = "s"\n',
            "etc/requirements.toml": 'allowed_login_methods = ["chatgpt"]\n',
        },
    )
    rows = {(row.key, row.layer): row for row in found.layers}
    project = f"{tmp_path}/work/.codex/config.toml"
    wins = rows["model", "managed"]
    assert wins.decided
    assert set(wins.overrides) == {f"{project}:1", f"{tmp_path}/etc/config.toml:1"}
    assert not rows["model", "project"].decided
    assert rows["model_provider", "project"].note == "a project does not set this key"
    assert rows["allowed_login_methods", "requirements"].decided
    assert "s3cret" not in str(rows["mcp_servers.x.http_headers.A", "user"].value)
