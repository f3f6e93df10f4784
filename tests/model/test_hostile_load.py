"""`load` answers with an event whatever stands in the home."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.model.test_session import session_on
from tests.program import jwt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "auth_mode",
        "OPENAI_API_KEY",
        "tokens",
        "last_refresh",
        "agent_identity",
        "personal_access_token",
        "bedrock_api_key",
    ]
)
VALUES = (
    JSON
    | st.sampled_from(["apikey", "chatgpt", "agentIdentity", "personalAccessToken", "sk-x", "at-x"])
    | st.dictionaries(
        st.sampled_from(["id_token", "access_token", "refresh_token", "account_id"]),
        JSON | st.dictionaries(st.text(max_size=5), JSON, max_size=3).map(jwt),
        max_size=4,
    )
)
DOCUMENTS = st.binary(max_size=200) | st.dictionaries(FIELDS, VALUES, max_size=5).map(
    lambda fields: json.dumps(fields).encode()
)
CONFIGS = (
    st.none()
    | st.binary(max_size=100)
    | st.sampled_from(
        [
            b'forced_login_method = "chatgpt"\n',
            b"forced_chatgpt_workspace_id = ['a', 'b']\n",
            b'model_provider = "x"\n[model_providers.x]\nname = "x"\nenv_key = "X"\n',
            b'cli_auth_credentials_store = "ephemeral"\n',
            b"a = [[[[[[[[[[\n",
        ]
    )
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=DOCUMENTS, config=CONFIGS, token=st.text(max_size=30))
def test_no_document_config_or_variable_makes_a_load_raise(
    tmp_path: Path, document: bytes, config: bytes | None, token: str
) -> None:
    (tmp_path / "auth.json").write_bytes(document)
    (tmp_path / "config.toml").write_bytes(config or b"")
    session = session_on(tmp_path, {"CODEX_ACCESS_TOKEN": token, "CODEX_AGENT_IDENTITY": token})
    session.load()
    assert session.state.assessment is not None
    assert session.state.assessment.verdict.sentence


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 50_000_000)


def _deep(path: Path) -> None:
    path.write_text('{"tokens":' * 100_000)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


SHAPES: dict[str, Callable[[Path], object]] = {
    "a directory": lambda path: path.mkdir(),
    "a named pipe": _fifo,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": _loop,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a hundred thousand levels": _deep,
    "numbers without end": lambda path: path.write_text('{"tokens":' + "9" * 100_000 + "}"),
    "nothing at all": lambda path: path.touch(),
    "a huge file": _huge,
}


@pytest.mark.parametrize("name", ["auth.json", "config.toml", ".env"])
@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_stands_where_a_file_should_be_is_an_answer(
    tmp_path: Path, name: str, shape: str
) -> None:
    SHAPES[shape](tmp_path / name)
    session = session_on(tmp_path)
    session.load()
    assert session.state.assessment is not None


def test_a_home_that_is_not_there_is_an_answer(tmp_path: Path) -> None:
    session = session_on(tmp_path / "missing")
    session.load()
    assert session.state.assessment is not None
    assert session.state.assessment.verdict.outcome == "unreadable"
