"""`authtui accounts`: every home of the client here, and two of them with one refresh token."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from authtui.front_door import list_accounts
from authtui.machine.homes import FoundHome, find_homes
from tests.program import chatgpt_login, run

if TYPE_CHECKING:
    from pathlib import Path

FAR = {"exp": 4_102_444_800}


def home_at(path: Path, login: dict[str, Any] | None) -> Path:
    path.mkdir(parents=True, mode=0o700)
    (path / "config.toml").write_text("", "utf-8")
    if login is not None:
        (path / "auth.json").write_text(json.dumps(login), "utf-8")
        (path / "auth.json").chmod(0o600)
    return path


def test_each_home_is_told_with_whose_login_lies_in_it(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", None)
    home_at(tmp_path / ".codex-work", chatgpt_login(access=FAR, refresh="rt-of-work-alone"))
    (tmp_path / ".codex-empty").mkdir()
    answer = run("accounts", "--json", user_home=tmp_path)
    rows = {row["path"]: row for row in answer.json["homes"]}
    assert [path for path in rows if path.startswith("~")] == ["~/.codex", "~/.codex-work"]
    assert rows["~/.codex"]["kind"] is None
    assert rows["~/.codex"]["outcome"] == "not-logged-in"
    work = rows["~/.codex-work"]
    assert work["kind"] == "a ChatGPT login"
    assert work["who"]["workspace"] == "acct-mine"
    assert "ada" not in work["who"]["email"]


def test_one_refresh_token_in_two_homes_is_found_before_it_is_used_twice(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", chatgpt_login(access=FAR, refresh="rt-of-the-copied"))
    shutil.copytree(tmp_path / ".codex", tmp_path / ".codex-copy")
    answer = run("accounts", user_home=tmp_path)
    assert answer.code == 1
    assert answer.out.count("the same refresh token lies in ~/.codex") == 2
    told = run("accounts", "--json", user_home=tmp_path).json["homes"]
    same = {row["path"]: row["same_refresh_token_as"] for row in told}
    assert (same["~/.codex"], same["~/.codex-copy"]) == (["~/.codex-copy"], ["~/.codex"])


def test_what_a_switcher_and_a_backup_keep_is_told_with_who_keeps_it(tmp_path: Path) -> None:
    home = home_at(tmp_path / ".codex", chatgpt_login(access=FAR, refresh="rt-in-use"))
    kept = home / "accounts" / "work.auth.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps(chatgpt_login(access=FAR, refresh="rt-of-work")), "utf-8")
    shutil.copy(home / "auth.json", home / "auth.json.bak")
    (home / "multi-auth").mkdir()
    pool = {"accounts": [{"refreshToken": "rt-1"}, {"refreshToken": "rt-2"}]}
    (home / "multi-auth" / "openai-codex-accounts.json").write_text(json.dumps(pool), "utf-8")
    (home / "work.config.toml").write_text('model = "gpt-5"\n', "utf-8")
    answer = run("accounts", "--json", user_home=tmp_path)
    rows = {row["path"]: row for row in answer.json["homes"]}
    work = rows["~/.codex/accounts/work.auth.json"]
    assert (work["holder"], work["kind"]) == ("codex-auth", "a ChatGPT login")
    assert rows["~/.codex/auth.json.bak"]["same_refresh_token_as"] == ["~/.codex"]
    many = rows["~/.codex/multi-auth/openai-codex-accounts.json"]
    assert (many["holder"], many["kind"]) == ("codex-multi-auth", "2 logins of another form")
    assert [row["name"] for row in rows["~/.codex"]["profiles"]] == ["work"]
    assert rows["~/.codex"]["same_refresh_token_as"] == ["~/.codex/auth.json.bak"]


def test_fifty_homes_are_told_within_a_second(tmp_path: Path) -> None:
    for number in range(50):
        login = chatgpt_login(access=FAR, refresh=f"rt-{number}")
        home_at(tmp_path / f".codex-{number:02}", login)
    times = []
    for _ in range(3):
        before = time.process_time()
        rows = list_accounts(
            environ={"HOME": str(tmp_path), "PATH": ""}, now=datetime(2026, 11, 13, tzinfo=UTC)
        )
        times.append(time.process_time() - before)
    assert len([row for row in rows if row.path.startswith("~")]) == 50
    assert min(times) < 1


def test_check_names_the_other_home_that_holds_the_same_refresh_token(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", chatgpt_login(access=FAR, refresh="rt-copied"))
    home_at(tmp_path / ".codex-work", chatgpt_login(access=FAR, refresh="rt-alone"))
    checks = run("check", "--json", user_home=tmp_path).json["checks"]
    (row,) = [row for row in checks if row["id"] == "refresh.copies"]
    assert row["status"] == "pass"
    shutil.copytree(tmp_path / ".codex", tmp_path / ".codex-copy")
    checks = run("check", "--json", user_home=tmp_path).json["checks"]
    (row,) = [row for row in checks if row["id"] == "refresh.copies"]
    assert row["status"] == "warn"
    assert row["summary"].startswith("~/.codex-copy/auth.json holds the same refresh token")
    assert row["fix"].startswith(f"CODEX_HOME={tmp_path}/.codex-copy codex login")


def test_a_variable_of_this_process_hides_no_home(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", chatgpt_login(access=FAR))
    answer = run("accounts", "--json", user_home=tmp_path, env={"CODEX_API_KEY": "sk-made-up"})
    assert answer.json["homes"][0]["outcome"] == "ready"


def test_a_directory_that_no_client_has_used_is_no_home(tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()
    assert find_homes({"HOME": str(tmp_path)}, tmp_path) == ()


def test_links_to_one_home_are_one_home(tmp_path: Path) -> None:
    real = home_at(tmp_path / "real", None)
    (tmp_path / ".codex").symlink_to(real)
    found = find_homes({"HOME": str(tmp_path), "CODEX_HOME": str(real)}, tmp_path)
    assert found == (FoundHome(str(real)),)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="programs are seen in /proc")
def test_a_running_client_is_named_with_its_home(tmp_path: Path) -> None:
    home = home_at(tmp_path / "elsewhere", None)
    program = subprocess.Popen(
        ["codex", "60"],
        executable=shutil.which("sleep"),
        env={"CODEX_HOME": str(home), "PATH": os.environ["PATH"]},
    )
    try:
        # What a program was started with stands in /proc a moment after it runs.
        for _ in range(100):
            found = {row.path: row.running for row in find_homes({"HOME": str(tmp_path)})}
            if str(home) in found:
                break
            time.sleep(0.05)
        assert program.pid in found[str(home)]
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()


def test_the_refresh_token_itself_is_never_told(tmp_path: Path) -> None:
    for number in range(20):
        home_at(tmp_path / f".codex-{number:02}", chatgpt_login(access=FAR, refresh="rt-secret-7"))
    for form in ((), ("--json",)):
        answer = run("accounts", *form, user_home=tmp_path)
        assert "rt-secret-7" not in answer.out + answer.err
        told = answer.out.count("codex-19") > 19 if form else "and 15 more" in answer.out
        assert told
