"""Programs that were started before what they read was changed, and the server behind `codex`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.machine.observation import RunningProgram
from authtui.machine.programs import find_programs
from tests.checks.build import State, observe
from tests.program import chatgpt_login, jwt

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.answers.findings import Assessment, CheckResult, Surface
    from authtui.machine.observation import Observation, ProgramKind

START = datetime(2026, 4, 13, 12, tzinfo=UTC)
LATER = START + timedelta(hours=1)


def program(kind: ProgramKind = "background-server") -> RunningProgram:
    return RunningProgram(4242, kind, "/opt/codex", "/home/ada/.codex", START)


def seen(login: dict[str, Any] | None, changed: datetime, *programs: RunningProgram) -> Observation:
    found = observe(State(auth=login))
    return found._replace(
        auth_file=found.auth_file._replace(modified=changed if login is not None else None),
        running=programs or (program(),),
    )


def signed_in_at(moment: datetime) -> dict[str, Any]:
    login = chatgpt_login(access={"exp": 4_102_444_800})
    claims = {
        "auth_time": int(moment.timestamp()),
        "https://api.openai.com/auth": {
            "chatgpt_account_id": "acct-mine", "chatgpt_user_id": "user-1",
            "chatgpt_plan_type": "pro",
        },
    }  # fmt: skip
    login["tokens"]["id_token"] = jwt(claims)
    return login


def judged(
    observation: Observation, surface: Surface = "tui", contract: str = "current"
) -> Assessment:
    return assess(observation, Options(contract=contract, surface=surface))


def running_check(found: Assessment) -> CheckResult | None:
    return next((one for one in found.checks if one.id == "host.running"), None)


KEY = {"OPENAI_API_KEY": "sk-test-0123456789abcdef"}


def test_codex_is_served_by_a_server_that_was_started_before_the_login_was_made() -> None:
    for login in (KEY, signed_in_at(LATER)):
        verdict = judged(seen(login, LATER)).verdict
        assert verdict.outcome == "degraded"
        assert verdict.kind == "another-source-won"
        assert (
            verdict.headline
            == "`codex` is served by a program started before auth.json was changed"
        )
        assert verdict.fix[0].command == "codex app-server daemon restart"
        assert verdict.culprit == "process 4242"


def test_codex_exec_reads_the_file_itself() -> None:
    found = judged(seen(KEY, LATER), "exec")
    assert found.verdict.outcome == "ready"
    check = running_check(found)
    assert check is not None
    assert check.status == "warn"


def test_a_server_that_was_started_after_the_change_holds_it() -> None:
    found = judged(seen(KEY, START - timedelta(hours=1)))
    assert found.verdict.outcome == "ready"
    check = running_check(found)
    assert check is not None
    assert check.status == "pass"
    assert found.running[0].older_than == ()


def test_the_kernel_rounds_a_start_so_that_two_seconds_prove_nothing() -> None:
    assert judged(seen(KEY, START + timedelta(seconds=2))).verdict.outcome == "ready"
    assert judged(seen(KEY, START + timedelta(seconds=3))).verdict.outcome == "degraded"


def test_a_server_may_have_renewed_its_login_itself_and_that_is_said() -> None:
    found = judged(seen(signed_in_at(START - timedelta(days=3)), LATER))
    assert found.verdict.outcome == "ready"
    assert any("process 4242, which serves `codex`" in text for text in found.verdict.assumes)


def test_of_a_login_that_is_gone_a_server_may_know_nothing() -> None:
    found = judged(seen(None, LATER))
    assert found.verdict.outcome == "not-logged-in"
    assert any("process 4242" in text for text in found.verdict.assumes)


def test_clients_before_the_background_server_read_the_file_at_each_start() -> None:
    assert judged(seen(KEY, LATER), contract="managed").verdict.outcome == "ready"


def with_setting(line: str) -> Observation:
    """A login older than the program, and a configuration that is newer."""
    found = observe(State(auth=KEY, config=line))
    file = found.config.file._replace(modified=LATER)
    return found._replace(
        auth_file=found.auth_file._replace(modified=START - timedelta(hours=1)),
        config=found.config._replace(file=file),
        running=(program(),),
    )


def test_a_setting_of_the_login_that_was_changed_after_the_start_counts() -> None:
    verdict = judged(with_setting('forced_login_method = "api"\n')).verdict
    assert "before config.toml was changed" in verdict.headline


def test_a_setting_that_decides_on_no_login_does_not_count() -> None:
    assert judged(with_setting('model = "gpt-5.5"\n')).verdict.outcome == "ready"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["codex"], "interactive"),
        (["/opt/codex", "exec", "hello"], "exec"),
        (
            ["/opt/codex", "app-server", "--listen", "unix://", "--managed-daemon"],
            "background-server",
        ),
        (["/x/.vscode/extensions/openai.chatgpt-1/bin/codex", "app-server"], "app-server"),
        (["codex", "mcp-server"], "mcp-server"),
    ],
)
def test_a_program_is_told_by_its_words(words: list[str], kind: str, tmp_path: Path) -> None:
    process(tmp_path, 7, words, {"CODEX_HOME": str(tmp_path / "home")})
    (found,) = find_programs(tmp_path)
    assert (found.pid, found.kind, found.home) == (7, kind, str(tmp_path / "home"))
    assert found.started == datetime(2026, 4, 13, 12, 0, 50, tzinfo=UTC)
    assert found.host == ("VS Code" if ".vscode" in words[0] else None)


def test_what_is_no_program_of_the_client_is_left_out(tmp_path: Path) -> None:
    process(tmp_path, 7, ["vim", "codex"], {"HOME": "/home/ada"})
    process(
        tmp_path, 8, ["codex", "app-server", "daemon", "pid-update-loop"], {"HOME": "/home/ada"}
    )
    process(tmp_path, 9, ["codex"], {})
    (tmp_path / "proc" / "10").mkdir()
    (tmp_path / "proc" / "11").mkdir()
    (tmp_path / "proc" / "11" / "cmdline").write_bytes(b"")
    assert find_programs(tmp_path) == ()
    assert find_programs(tmp_path / "nowhere") == ()


def test_a_hostile_name_of_a_program_moves_no_field(tmp_path: Path) -> None:
    process(tmp_path, 7, ["codex"], {"HOME": "/home/ada"}, name="a) R 1 (b")
    (found,) = find_programs(tmp_path)
    assert found.started == datetime(2026, 4, 13, 12, 0, 50, tzinfo=UTC)


def process(
    root: Path, pid: int, words: list[str], environ: dict[str, str], name: str = "codex"
) -> None:
    """A process as the kernel shows it, started 50 seconds after the machine."""
    entry = root / "proc" / str(pid)
    entry.mkdir(parents=True)
    (entry / "cmdline").write_bytes(b"\0".join(word.encode() for word in words) + b"\0")
    (entry / "environ").write_bytes(b"".join(f"{k}={v}\0".encode() for k, v in environ.items()))
    rest = " ".join(["S", *["0"] * 18, "5000", *["0"] * 30])
    (entry / "stat").write_text(f"{pid} ({name}) {rest}\n", "utf-8")
    boot = int(datetime(2026, 4, 13, 12, tzinfo=UTC).timestamp())
    (root / "proc" / "stat").write_text(f"cpu 1 2 3\nbtime {boot}\n", "utf-8")
