"""The recordings as cases: a throw-away home for each, and what its set-up implies of the network.

A recording says how the machine was set up (`given`) and what the client then did. Nothing here
looks at a case's name: what the fake backend was told to do becomes an assumption by rule.
"""

from __future__ import annotations

import base64
import functools
import json
import lzma
import os
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.configuration.key_table import key_table
from authtui.contracts import BY_NAME, find
from authtui.credentials.observe import read_observation
from authtui.simulation.assumptions import Assumptions
from authtui.simulation.program_start import make_case
from authtui.tokens.jwt import decode
from tests.oracle import own
from tests.oracle.trim import KEY_SET, RECORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Assessment, Surface
    from authtui.machine.observation import Observation
    from authtui.simulation.program_start import Case

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BACKEND = "http://127.0.0.1:8080"
BACKEND_HOST = "127.0.0.1:8080"
NOBODY = 65534
KNOWN_KEY = "MC4CAQAwBQYDK2VwBCIEIOc7bsguNzn0aqZmGM/CP7bOjr7qygPdkbsPZWBrFegn"
WHOAMI_ACCOUNT = "workspace-test-1"
NEW_RUNTIME = "agent-runtime-registered"

# What goes wrong at the backend, in our words; a number is a status, anything else the same word.
_WORDS = {
    "task": {
        "omit": "omitted",
        "garbage": "sealed-to-another-key",
        "otherkey": "sealed-to-another-key",
        "notb64": "not-base64",
        "notjson": "not-json",
        "slow": "timeout",
        "plain": "ok",
    },
    "accounts_check": {
        "notjson": "not-json",
        "other_only": "other-workspace",
        "missing_origin": "no-origin",
        "slow": "unreachable",
        "empty": "other-workspace",
    },
}
_PLAIN = {
    "notjson": "not-json",
    "missing_field": "not-json",
    "empty": "not-json",
    "slow": "unreachable",
}
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
_NAMES = {
    "jwks": "key_set",
    "task": "task",
    "whoami": "whoami",
    "register": "register",
    "biscuit": "biscuit",
    "accounts_check": "accounts_check",
    "requirements": "policies",
}


class Run(NamedTuple):
    """One recorded run of a real client."""

    case: str
    command: str
    version: str
    group: str
    title: str
    given: dict[str, Any]
    exit: int | str
    text: str
    login_after: str
    request: dict[str, Any] | None
    hosts: list[str]
    answers: dict[str, Any] | None = None
    doctor: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """Version, case and command, for a message."""
        return f"{self.version} {self.case}/{self.command}"

    @property
    def stopped(self) -> bool:
        """Whether the run was cut off before it ended by itself."""
        return isinstance(self.exit, str)


@functools.cache
def recorded() -> tuple[Run, ...]:
    """Every run that was recorded for us."""
    with lzma.open(RECORDINGS, "rt", encoding="utf-8") as lines:
        return tuple(Run(**json.loads(line)) for line in lines)


@functools.cache
def load() -> tuple[Run, ...]:
    """Every run there is: those recorded for us, and the project's own."""
    return (*recorded(), *(Run(**run) for run in own.read()))


@functools.cache
def key_set_file() -> Path:
    """A file with every key that a pretended key set listed, for as long as the tests run."""
    found = json.loads(KEY_SET.read_text("utf-8"))
    found["keys"] += json.loads(own.OWN_KEYS.read_text("utf-8"))["keys"]
    folder = tempfile.TemporaryDirectory(prefix="authtui-keys-")
    _FOLDERS.append(folder)
    Path(folder.name).chmod(0o755)  # some homes are looked at as nobody
    path = Path(folder.name) / "jwks.json"
    path.write_text(json.dumps(found), "utf-8")
    return path


def runs(*commands: str, version: str | None = None) -> list[Run]:
    """The runs of some commands, of one version or of all."""
    return [r for r in load() if r.command in commands and version in (None, r.version)]


VERSIONS = tuple(sorted({run.version for run in load()}))


class Machine(NamedTuple):
    """A laid-out home: where it is, and the environment the client is started in."""

    root: Path
    home: Path
    environ: dict[str, str]

    def neutral(self, text: str | None) -> str | None:
        """A text with the paths and addresses of this machine as the recordings name them."""
        if text is None:
            return None
        text = text.replace(str(self.home), "$CODEX_HOME").replace(BACKEND, "$BACKEND")
        return text.replace(str(self.root), "$RUN")


@contextmanager
def lay_out(run: Run, root: Path) -> Iterator[Machine]:
    """Build the home that a recording describes; `root` is an empty directory of ours."""
    given, other = run.given, run.given["other"]
    home = root / ".codex"
    if other.get("codex_home") == "file":
        home.write_text("", "utf-8")
    elif other.get("codex_home") != "missing":
        home.mkdir()
        _credentials(given, other, home)
        if given["config_toml"] is not None:
            (home / "config.toml").write_text(_real(given["config_toml"], root), "utf-8")
        if other.get("dotenv"):
            (home / ".env").write_text(other["dotenv"], "utf-8")
    for name, content in (other.get("etc") or {}).items():
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc" / name).write_text(_real(content, root), "utf-8")
    for name, content in (other.get("files") or {}).items():
        Path(_real(name, root)).write_text(content, "utf-8")
    environ = {"HOME": str(root), "PATH": "/usr/bin:/bin"}
    if other.get("codex_home") != "dot_codex":
        environ["CODEX_HOME"] = str(home)
    environ |= {k: _real(v, root) for k, v in given["env"].items() if v is not None}
    root.chmod(0o755)
    if "run_as" not in other:
        yield Machine(root, home, environ)
    elif os.geteuid() == 0:
        # Nobody may not read the package either, where it stands in a home.
        for contract in BY_NAME.values():
            key_table(contract.version or "0")
        os.seteuid(NOBODY)
        try:
            yield Machine(root, home, environ)
        finally:
            os.seteuid(0)
    else:
        # The owner may not read it either: the same answer of the system.
        (home / "auth.json").chmod(0)
        yield Machine(root, home, environ)


def _credentials(given: dict[str, Any], other: dict[str, Any], home: Path) -> None:
    path = home / "auth.json"
    if other.get("auth_kind") == "symlink":
        path.symlink_to(home / "real-auth.json")
        path = home / "real-auth.json"
    elif other.get("auth_kind") == "directory":
        path.mkdir()
        return
    elif other.get("auth_kind") == "dangling":
        path.symlink_to(home / "nowhere.json")
        return
    if given.get("auth_json_base64"):
        path.write_bytes(base64.b64decode(given["auth_json_base64"]))
    elif given["auth_json"] is not None:
        path.write_bytes(given["auth_json"].encode("utf-8", "surrogatepass"))
    else:
        return
    path.chmod(int(other.get("file_mode", "0600"), 8))


def _real(text: str, root: Path) -> str:
    return text.replace("$BACKEND", BACKEND).replace("$RUN", str(root))


def assumed(run: Run) -> Assumptions:
    """What the fake backend of this set-up does, in our words."""
    backend = run.given["other"].get("backend") or {}
    found: dict[str, str] = {
        "whoami_account": WHOAMI_ACCOUNT,
        "runtime": NEW_RUNTIME,
        "refresh": "ok",  # an empty token too
        "exchange": "not-json",  # it is answered with the tokens of a refresh
        "workload_account": WHOAMI_ACCOUNT,
    }
    if "tls" in backend or "dns" in backend or _dead_proxy(run):
        found["network"] = "down"
    for name, value in backend.items():
        word = str(value)
        if name in _NAMES and not (name == "whoami" and word == "fedramp"):
            found[_NAMES[name]] = _fault(name, word)
        elif name == "whoami":
            found["whoami_fedramp"] = "yes"
        elif name == "exchange":
            found["exchange"] = _PLAIN.get(word, word)
        elif name == "origin":
            found["origin"] = word
        elif name == "refresh":
            found["refresh"] = _refresh(word)
        elif name == "accept_expired":
            found["accepts_expired"] = "yes"
        elif name == "responses":
            found["responses"] = _responses(word)
    override = run.given["env"].get("CODEX_REFRESH_TOKEN_URL_OVERRIDE") or ""
    if "127.0.0.1:9/" in override:
        found["refresh"] = "unreachable"
    if "task" not in found and _key_of_another_agent(run):
        found["task"] = f"401:{_body('bad task registration signature')}"
    return Assumptions(**found)


def _fault(name: str, word: str) -> str:
    if not word.isdigit():
        return _WORDS.get(name, _PLAIN).get(word, word)
    if name == "task":
        return f"{word}:{_body(f'fake task refusal {word}')}"
    if name in ("register", "biscuit"):
        return f"{word}:{_error(word)}"
    return word


def _refresh(word: str) -> str:
    status, _, code = word.partition(":")
    if status == "401" and code:
        return code
    return f"{status}:{_error(status, code)}" if status.isdigit() else _PLAIN.get(word, word)


def _responses(word: str) -> str:
    status, _, code = word.partition(":")
    if not status.isdigit():
        return {"slow": "unreachable", "notjson": "not-json"}.get(word, word)
    # With a 400 the client repeats the whole body.
    return f"{status}:{_error(status, code) if status == '400' else _said(status, code)}"


def _said(status: str, code: str = "") -> str:
    return f"fake {code or f'status {status}'}"


def _error(status: str, code: str = "") -> str:
    inner: dict[str, str | None] = {"message": _said(status, code)}
    if code:
        inner["type"] = "invalid_request_error"
    return json.dumps({"error": {**inner, "code": code or None}})


def _body(message: str) -> str:
    return json.dumps({"error": {"message": message}})


def _dead_proxy(run: Run) -> bool:
    # Port 9 of this machine is where nobody listens.
    lines = (run.given["other"].get("dotenv") or "").splitlines()
    lines += [f"{name}={value}" for name, value in run.given["env"].items()]
    return any("PROXY=" in line and "127.0.0.1:9" in line for line in lines)


def _key_of_another_agent(run: Run) -> bool:
    # The backend knows the public half of one key.
    given = run.given
    for name in ("CODEX_ACCESS_TOKEN", "CODEX_AGENT_IDENTITY"):
        text = given["env"].get(name) or ""
        if text.strip():
            return _is_another((decode(text.strip()).claims or {}).get("agent_private_key"))
    try:
        kept = json.loads(given["auth_json"] or "").get("agent_identity")
    except (ValueError, AttributeError):
        return False
    if isinstance(kept, str):
        kept = decode(kept).claims
    return isinstance(kept, dict) and _is_another(kept.get("agent_private_key"))


def _is_another(key: object) -> bool:
    return isinstance(key, str) and key != KNOWN_KEY and key.startswith(("MC4CAQ", "MFECAQ"))


def observe(machine: Machine, keys: Path | None = None) -> Observation:
    """The state of a laid-out machine, with the key set that the backend served.

    Which ports were open then is not known: it is not those that are open here.
    """
    seen = read_observation(
        environ=machine.environ,
        home_option=None,
        now=NOW,
        system_dir=machine.root / "etc",
        key_set_file=keys or key_set_file(),
        installed=False,
    )
    return seen._replace(listening=None)


def judge(run: Run, root: Path, surface: Surface = "exec") -> tuple[Case, Assessment, Machine]:
    """The case and the whole assessment of a recording's set-up."""
    found = find(run.version)
    assert found is not None
    with lay_out(run, root) as machine:
        observation = observe(machine)
    given = assumed(run)
    case = make_case(observation, found[0], given)
    options = Options(contract=run.version, surface=surface, assumptions=given)
    return case, assess(observation, options), machine
