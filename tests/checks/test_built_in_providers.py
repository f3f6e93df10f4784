"""Built-in providers besides OpenAI, and credentials in headers, as 0.169 does with each state.

Every row was seen in the real client, led with that configuration and those variables.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from tests.checks.build import NOW, chatgpt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authtui.answers.findings import Assessment

REGION = {"AWS_REGION": "us-east-2"}
TOKEN = {"AWS_BEARER_TOKEN_BEDROCK": "made-up"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAMADEUP", "AWS_SECRET_ACCESS_KEY": "made-up"}
PROFILE = "aws_access_key_id = A\naws_secret_access_key = b\n"
BEDROCK = 'model_provider = "amazon-bedrock"\n'
RUNTIME = 'model_provider = "amazon-bedrock-runtime"\n'
GCP = 'model_provider = "gcp"\n'
TABLE = "[model_providers.amazon-bedrock"
MANTLE = "https://bedrock-mantle.us-east-2.api.aws/openai/v1"
NO_REGION = "Fatal error: failed to resolve Amazon Bedrock auth: AWS SDK config did not resolve"
NO_CREDENTIALS = "failed to load AWS credentials: the credential provider was not enabled"
NOT_CONFIGURED = "failed to load AWS credentials: the credentials provider was not properly"
GOOGLE = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/openai/v1"


class Row(NamedTuple):
    """A state, and what `exec` does: the request it sends, or the words it ends with."""

    config: str
    variables: Mapping[str, str]
    base: str | None = None
    scheme: str | None = None
    says: str | None = None
    files: Mapping[str, str] = MappingProxyType({})


ROWS = {
    "nothing": Row(BEDROCK, {}, says=NO_REGION),
    "a region alone": Row(BEDROCK, REGION, says=NO_CREDENTIALS),
    "a token": Row(BEDROCK, {**TOKEN, **REGION}, MANTLE, "Bearer"),
    "a token without a region": Row(BEDROCK, TOKEN, says="bearer token auth requires"),
    "a blank token": Row(BEDROCK, {**TOKEN, **REGION} | {"AWS_BEARER_TOKEN_BEDROCK": " "},
                         says=NO_CREDENTIALS),
    "the default region": Row(BEDROCK, {**TOKEN, "AWS_DEFAULT_REGION": "us-east-2"},
                              MANTLE, "Bearer"),
    "the table's region comes first": Row(
        f'{BEDROCK}{TABLE}.aws]\nregion = "us-east-2"\n', {**TOKEN, "AWS_REGION": "us-west-2"},
        MANTLE, "Bearer"),
    "a region that is not served": Row(BEDROCK, {**TOKEN, "AWS_REGION": "mars-1"},
                                       says="Amazon Bedrock does not support region `mars-1`"),
    "an address of one's own": Row(
        f'{BEDROCK}{TABLE}]\nbase_url = "http://127.0.0.1:9/v1"\n',
        {**TOKEN, "AWS_REGION": "mars-1"}, "http://127.0.0.1:9/v1", "Bearer"),
    "keys": Row(BEDROCK, {**KEYS, **REGION}, MANTLE, "AWS"),
    "keys without a region": Row(BEDROCK, KEYS, says=NO_REGION),
    "half a pair": Row(BEDROCK, {"AWS_ACCESS_KEY_ID": "AKIA", **REGION}, says=NO_CREDENTIALS),
    "keys and a blank region": Row(BEDROCK, {**KEYS, "AWS_REGION": ""},
                                   says="does not support region ``"),
    "token and keys": Row(BEDROCK, {**TOKEN, **KEYS, **REGION}, MANTLE, "Bearer"),
    "a chosen profile hides the token": Row(
        f'{BEDROCK}{TABLE}.aws]\nprofile = "dev"\nregion = "us-east-2"\n', {**TOKEN, **KEYS},
        says=NO_CREDENTIALS),
    "the default profile": Row(BEDROCK, REGION, MANTLE, "AWS",
                               files={".aws/credentials": f"[default]\n{PROFILE}"}),
    "a profile with its region": Row(
        f'{BEDROCK}{TABLE}.aws]\nprofile = "dev"\n', {}, MANTLE, "AWS",
        files={".aws/credentials": f"[dev]\n{PROFILE}",
               ".aws/config": "[profile dev]\nregion = us-east-2\n"}),
    "AWS_PROFILE": Row(BEDROCK, {"AWS_PROFILE": "dev", **REGION}, MANTLE, "AWS",
                       files={".aws/credentials": f"[dev]\n{PROFILE}"}),
    "a profile that is not there": Row(
        f'{BEDROCK}{TABLE}.aws]\nprofile = "dev"\nregion = "us-east-2"\n', {},
        says=NOT_CONFIGURED, files={".aws/credentials": f"[default]\n{PROFILE}"}),
    "half a profile": Row(BEDROCK, REGION, says=NOT_CONFIGURED,
                          files={".aws/credentials": "[default]\naws_access_key_id = A\n"}),
    "files that are none": Row(BEDROCK, REGION, says=NOT_CONFIGURED,
                               files={".aws/credentials": "[default\n"}),
    "runtime takes any region": Row(
        RUNTIME, {**TOKEN, "AWS_REGION": "af-south-1"},
        "https://bedrock-runtime.af-south-1.amazonaws.com/openai/v1", "Bearer"),
    "runtime has a table": Row(
        f'{RUNTIME}[model_providers.amazon-bedrock-runtime.aws]\nregion = "us-east-2"\n', TOKEN,
        "https://bedrock-runtime.us-east-2.amazonaws.com/openai/v1", "Bearer"),
    "gcp without a project": Row(GCP, {}, says="Missing environment variable: `GOOGLE_CLOUD_PRO"),
    "gcp without gcloud": Row(GCP, {"GOOGLE_CLOUD_PROJECT": "p"},
                              says="Google Cloud credentials are unavailable or expired."),
    "gcp": Row(GCP, {"GOOGLE_CLOUD_PROJECT": "p"}, GOOGLE, "Bearer", files={"bin/gcloud": ""}),
    "gcp by its table": Row(
        f'{GCP}[model_providers.gcp]\nproject_id = "q"\nlocation = "us-central1"\n',
        {"GOOGLE_CLOUD_PROJECT": "p"},
        GOOGLE.replace("/p/", "/q/").replace("global", "us-central1"), "Bearer",
        files={"bin/gcloud": ""}),
    "ollama": Row('model_provider = "ollama"\n', {}, "http://localhost:11434/v1"),
    "lmstudio": Row('model_provider = "lmstudio"\n', {}, "http://localhost:1234/v1"),
    "another port": Row('model_provider = "ollama"\n', {"CODEX_OSS_PORT": "9"},
                        "http://localhost:9/v1"),
    "no port": Row('model_provider = "ollama"\n', {"CODEX_OSS_PORT": "99999"},
                   "http://localhost:11434/v1"),
    "another address": Row('model_provider = "ollama"\n',
                           {"CODEX_OSS_BASE_URL": "http://127.0.0.1:9/v1/"},
                           "http://127.0.0.1:9/v1"),
    "ollama-chat": Row('model_provider = "ollama-chat"\n', {},
                       says="`ollama-chat` is no longer supported."),
}  # fmt: skip


def assessed(tmp_path: Path, row: Row, version: str = "0.169.0") -> Assessment:
    home = tmp_path / ".codex"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(row.config, "utf-8")
    for name, text in row.files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o700)
    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), **row.variables}
    seen = read_observation(
        environ=environ, home_option=str(home), now=NOW, root=tmp_path, installed=False
    )
    return assess(seen, Options(contract=version))


@pytest.mark.parametrize("name", ROWS)
def test_a_built_in_provider_is_asked_as_the_client_asks_it(tmp_path: Path, name: str) -> None:
    row = ROWS[name]
    made = assessed(tmp_path, row)
    exec_start = next(p for p in made.predictions if p.surface == "exec")
    assert exec_start.exit == (0 if row.base else 1)
    if row.says is not None:
        assert row.says in (exec_start.says or "")
        assert made.verdict.outcome != "ready"
        assert "codex login" not in str(made.verdict)
        return
    assert made.request is not None
    assert (made.request.base_url, made.request.authorization) == (row.base, row.scheme)
    assert made.verdict.outcome == "ready"
    assert made.app_server is not None
    assert not made.app_server.requires_openai_auth


@pytest.mark.parametrize("name", ["gcp", "amazon-bedrock-runtime"])
def test_an_older_client_does_not_know_a_newer_provider(tmp_path: Path, name: str) -> None:
    row = Row(f'model_provider = "{name}"\n', {**TOKEN, **REGION})
    made = assessed(tmp_path, row, "0.147.0")
    assert f"Model provider `{name}` not found" in str(made.predictions)


PROVIDER = 'model_provider = "x"\n[model_providers.x]\nname = "x"\nbase_url = "http://h/v1"\n'


@pytest.mark.parametrize(
    ("keys", "variables", "scheme"),
    [
        ('http_headers = { Authorization = "Bearer fixed" }', {}, "Bearer"),
        ('http_headers = { Authorization = "Basic abc" }', {}, "other"),
        ('env_http_headers = { Authorization = "V" }', {"V": "Bearer x"}, "Bearer"),
        ('env_http_headers = { Authorization = "V" }', {"V": "Basic x"}, "other"),
        (
            'requires_openai_auth = true\nhttp_headers = { Authorization = "Bearer f" }',
            {},
            "Bearer",
        ),
        ('query_params = { key = "abc" }', {}, None),
    ],
)
def test_a_credential_in_a_header_or_a_query_is_sent_as_it_stands_there(
    tmp_path: Path, keys: str, variables: dict[str, str], scheme: str | None
) -> None:
    made = assessed(tmp_path, Row(PROVIDER + keys, variables))
    assert made.request is not None
    assert made.request.authorization == scheme
    assert made.verdict.outcome == "ready"


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("OpenAI", "https://chatgpt.com/backend-api/codex"),
        ("LB", "https://r.test/backend-api/codex"),
    ],
)
def test_a_provider_named_openai_is_routed_like_the_built_in_one(
    tmp_path: Path, name: str, base: str
) -> None:
    config = (
        'chatgpt_base_url = "https://r.test/backend-api"\nmodel_provider = "lb"\n'
        f'[model_providers.lb]\nname = "{name}"\nbase_url = "https://r.test/backend-api/codex"\n'
        "requires_openai_auth = true\n"
    )
    row = Row(config, {}, files={".codex/auth.json": json.dumps(chatgpt())})
    made = assessed(tmp_path, row)
    assert made.request is not None
    assert made.request.base_url == base
