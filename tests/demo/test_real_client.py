"""A released client gets its answer from the backend. Needs AUTHTUI_CODEX_BINARY and namespaces.

`recorded/` holds the transcript of one run; it is checked without a client.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.contracts import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARY = os.environ.get("AUTHTUI_CODEX_BINARY", "")
PROJECT = Path(__file__).parent.parent.parent
RECORDED = Path(__file__).parent / "recorded" / "client-0.169.0.json"
NAMESPACE = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")

FIRST_AGENT_JWT, FIRST_PERSONAL = (0, 128, 0), (0, 142, 0)
FIRST_OVERRIDE = (0, 169, 0)  # 0.147 still refuses; nothing between the two was tried


def namespaces_work() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def version() -> tuple[int, int, int]:
    if not BINARY:
        pytest.skip("AUTHTUI_CODEX_BINARY names no client")
    if not namespaces_work():
        pytest.skip("network namespaces are not available here")
    done = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
    found = parse_version(done.stdout.split()[-1])
    assert found is not None
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    # Not under the temporary directory: the client warns of a home there.
    place = Path("/var/tmp")  # noqa: S108 - see above
    with tempfile.TemporaryDirectory(dir=place, prefix="authtui-client-") as folder:
        yield Path(folder)


def run_client(login: str, home: Path, *more: str) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.demo.real_client", BINARY, login, str(home), *more]
    done = subprocess.run(
        [*NAMESPACE, *program], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def assert_answered(found: dict[str, Any], auth: str) -> None:
    assert (found["exit"], found["stdout"]) == (0, found["answer"] + "\n"), found["stderr"]
    last = [seen for seen in found["requests"] if seen["method"] == "POST"][-1]
    assert last["path"].endswith("/responses")
    assert (last["status"], last["auth"]) == (200, auth)
    assert {seen["status"] for seen in found["requests"]} <= {200, 404, 426}


def test_an_api_key_gets_an_answer(version: tuple[int, int, int], home: Path) -> None:
    del version
    assert_answered(run_client("api-key", home), "API key")


def test_a_chatgpt_login_gets_an_answer(version: tuple[int, int, int], home: Path) -> None:
    del version
    assert_answered(run_client("chatgpt", home), "ChatGPT access token")


def test_an_agent_identity_gets_an_answer(version: tuple[int, int, int], home: Path) -> None:
    if not (FIRST_AGENT_JWT <= version < FIRST_PERSONAL or version >= FIRST_OVERRIDE):
        pytest.skip("this client takes no agent identity from an address on loopback")
    found = run_client("agent-identity", home)
    assert_answered(found, "AgentAssertion")
    paths = [seen["path"] for seen in found["requests"]]
    assert "/backend-api/wham/agent-identities/jwks" in paths
    assert "/api/accounts/v1/agent/<runtime>/task/register" in paths


def test_a_personal_access_token_gets_an_answer(version: tuple[int, int, int], home: Path) -> None:
    if version < FIRST_PERSONAL:
        pytest.skip("this client knows no personal access tokens")
    assert_answered(run_client("personal-access-token", home), "personal access token")


def test_a_managed_record_is_asserted_by_the_newest_client(
    version: tuple[int, int, int], home: Path
) -> None:
    if version < FIRST_OVERRIDE:
        pytest.skip("this client sends the access token instead, or refuses the address")
    assert_answered(run_client("managed-record", home), "AgentAssertion")


def test_a_first_record_is_asserted_by_the_first_client(
    version: tuple[int, int, int], home: Path
) -> None:
    if version >= (0, 124, 0):
        pytest.skip("this client does not read the first form of the record")
    assert_answered(run_client("first-record", home), "AgentAssertion")


def test_a_client_with_the_feature_on_registers_an_agent_of_its_own(
    version: tuple[int, int, int], home: Path
) -> None:
    first = version < (0, 124, 0)
    if not first and version < FIRST_OVERRIDE:
        pytest.skip("this client registers no agent, or refuses the address")
    found = run_client("chatgpt", home, "agent-feature")
    assert_answered(found, "AgentAssertion")
    paths = [seen["path"] for seen in found["requests"]]
    base = "/backend-api" if first else "/api/accounts"
    assert f"{base}/v1/agent/register" in paths
    assert f"{base}/v1/agent/<runtime>/task/register" in paths
    assert ("/backend-api/authenticate_app_v2" in paths) == first


def test_the_recorded_run_got_its_answer() -> None:
    assert_answered(json.loads(RECORDED.read_text()), "AgentAssertion")
