"""Errors, the log of a crash, wrong usage, and what a live run against a backend leaves behind."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from authtui import cli, crash
from authtui.demo.backend.server import running_backend
from authtui.exchanges.export import as_curl, as_har
from authtui.redaction import Secret
from authtui.report.writing import write_new_file
from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES, SHAPED
from tests.lifecycle.world import FLAG_ON, World
from tests.program import KEY, codex_home, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import NoReturn

    from authtui.demo.backend.backend import Backend


@pytest.fixture
def backend() -> Iterator[Backend]:
    with running_backend(port=0) as made:
        yield made


@pytest.mark.parametrize("kind", SHAPED)
def test_wrong_usage_repeats_no_secret(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = CANARIES[kind].value
    home = str(tmp_path)
    for arguments in (
        [text],
        ["check", text],
        ["check", "--with", text],
        ["check", "--without", text, "--home", home],
        ["check", "--feature", text],
        ["check", "--contract", text],
        ["check", "--surface", text],
        ["check", "--now", text],
        ["check", "--assume", text],
        ["check", "--explain", text, "--home", home],
        ["check", "--jwks", text, "--home", home],
        ["check", "--home", text],
        ["run", text],
        ["run", "load", "--base-url", text],
        ["run", "load", "--log-file", f"{home}/no/{text}"],
        ["demo", text],
        ["report", "--format", text],
        ["report", "-o", f"{home}/no/{text}", "--yes", "--home", home],
        ["paths", "--home", text],
    ):
        with contextlib.suppress(SystemExit):
            cli.main(arguments)
        said = capsys.readouterr()
        assert leaks(said.out + said.err) == set(), arguments[:2]


def test_a_crash_keeps_no_value_and_says_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    secret = CANARIES["opaque refresh token"].value

    def fail(token: str) -> NoReturn:
        raise KeyError(token)

    def broken(*_: object) -> NoReturn:
        token = secret
        try:
            fail(token)
        except KeyError as error:
            raise RuntimeError(f"cannot use {token}") from error

    monkeypatch.setattr(cli, "_run", broken)
    assert cli.main(["check"]) == 70
    said = capsys.readouterr()
    log = (tmp_path / "authtui" / "crash.log").read_text()
    assert "RuntimeError" in log
    assert "KeyError" in log
    assert leaks(said.out + said.err, log) == set()
    assert leaks(crash.report_crash(ValueError(secret))) == set()


@pytest.mark.parametrize("kind", CANARIES)
def test_an_exception_that_carries_a_secret_prints_its_class_only(kind: str) -> None:
    error = ValueError("refused", Secret(CANARIES[kind].value))
    assert leaks(f"{error}{error!r}{error.args}") == set()


def test_a_file_that_cannot_be_written_does_not_repeat_its_name(tmp_path: Path) -> None:
    for kind in SHAPED:
        assert leaks(write_new_file(f"{tmp_path}/no/{CANARIES[kind].value}", b"x") or "") == set()


async def test_a_live_run_leaves_no_token_of_the_backend_in_anything(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login()
    world = World(tmp_path, backend, auth=login.auth_json, config=FLAG_ON)
    for action in ("load", "register", "assert", "refresh", "logout"):
        await world.life.perform(action)
    state = world.session.state
    assert len(state.requests) >= 4
    secrets = [s.reveal() for s in (login.access_token, login.refresh_token, login.id_token)]
    texts = [
        json.dumps(as_har(state.requests, "0")),
        *map(as_curl, state.requests),
        repr(state),
        repr(world.told),
        repr(world.session.events),
    ]
    for text in texts:
        for secret in secrets:
            for piece in secret.split("."):
                assert piece[-24:] not in text
        assert "task-demo-" not in text


def test_a_log_file_of_a_live_run_holds_none_of_it(tmp_path: Path, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    home = codex_home(tmp_path, login.auth_json.reveal(), FLAG_ON)
    log = tmp_path / "log.jsonl"
    answer = run(
        "run", "load", "register", "assert", "--live", "--json", "--home", home, "--log-file", log,
        "--contract", "current", "--base-url", backend.base_url, user_home=tmp_path,
        env={"OPENAI_API_KEY": KEY},
    )  # fmt: skip
    everything = answer.out + answer.err + log.read_text()
    assert answer.code == 0
    for secret in (login.access_token, login.refresh_token, login.id_token):
        for piece in secret.reveal().split("."):
            assert piece[-24:] not in everything
    assert KEY[8:24] not in everything
