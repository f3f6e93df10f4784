"""Where a variable comes from: lines of files by the same value, and the programs above."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from authtui.machine.variable_lines import find_lines, mark_of
from tests.program import codex_home, is_root, run

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.variable_places import VariableLine

KEY = "sk-made-up-0123456789abcdef"
NAMES = ("CODEX_API_KEY", "OPENAI_API_KEY")


def lines(user: Path, directory: Path | None = None) -> list[VariableLine]:
    environ = {"HOME": str(user)}
    folder = str(directory) if directory else None
    return list(find_lines(NAMES, environ, folder, str(user / ".codex"), user / "root"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        (".zshrc", f"export CODEX_API_KEY={KEY}", "shell"),
        (".zshrc", f"export A=1 CODEX_API_KEY='{KEY}' # mine", "shell"),
        (".bashrc", f"[ -n x ] && export CODEX_API_KEY={KEY}", "shell"),
        (".bashrc", f'declare -x CODEX_API_KEY="{KEY}"', "shell"),
        (".bashrc", f"CODEX_API_KEY={KEY}\nexport CODEX_API_KEY", "shell"),
        (".bashrc", f"set -a\nCODEX_API_KEY={KEY}", "shell"),
        (".bashrc", f"CODEX_API_KEY={KEY}", "unexported"),
        (".bashrc", f"alias codex='CODEX_API_KEY={KEY} codex'", "alias"),
        (".config/fish/config.fish", f"set -gx CODEX_API_KEY {KEY}", "shell"),
        (".config/fish/conf.d/keys.fish", f"set -x CODEX_API_KEY {KEY}", "shell"),
        (".cshrc", f"setenv CODEX_API_KEY {KEY}", "shell"),
        (".config/environment.d/keys.conf", f"CODEX_API_KEY={KEY}", "session"),
        (".config/systemd/user/a.service", f'Environment="CODEX_API_KEY={KEY}"', "systemd"),
        (
            ".config/Code/User/settings.json",
            f'"terminal.integrated.env.linux": {{\n  "CODEX_API_KEY": "{KEY}",\n}}',
            "editor",
        ),
        (".config/mise/config.toml", f'[env]\nCODEX_API_KEY = "{KEY}"', "mise"),
        ("root/etc/environment", f"CODEX_API_KEY={KEY}", "session"),
        ("root/etc/profile.d/keys.sh", f"export CODEX_API_KEY={KEY}", "shell"),
    ],
)
def test_a_line_of_a_file_of_the_user_or_the_system_is_found_by_its_value(
    name: str, text: str, kind: str, tmp_path: Path
) -> None:
    write(tmp_path / name, f"# a comment\n{text}\n")
    (found,) = lines(tmp_path)
    assert (found.kind, found.mark) == (kind, mark_of(KEY))
    number = 2 + next(at for at, line in enumerate(text.splitlines()) if KEY in line)
    assert found.where.endswith(f"{name}:{number}")


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        (".env", f"CODEX_API_KEY={KEY}", "dotenv"),
        (".envrc", f"export CODEX_API_KEY={KEY}", "direnv"),
        ("mise.toml", f'[env]\nCODEX_API_KEY = "{KEY}"', "mise"),
        ("compose.yaml", f"    environment:\n      CODEX_API_KEY: {KEY}", "compose"),
        ("docker-compose.yml", f'    environment:\n      - "CODEX_API_KEY={KEY}"', "compose"),
        (
            ".devcontainer/devcontainer.json",
            f'{{"containerEnv": {{\n "CODEX_API_KEY": "{KEY}"\n}}}}',
            "devcontainer",
        ),
        (".vscode/settings.json", f'{{\n "CODEX_API_KEY": "{KEY}"\n}}', "editor"),
    ],
)
def test_a_line_of_a_file_on_the_way_to_the_project_is_found(
    name: str, text: str, kind: str, tmp_path: Path
) -> None:
    write(tmp_path / "work" / name, text)
    inner = tmp_path / "work" / "a" / "b"
    inner.mkdir(parents=True)
    (found,) = lines(tmp_path, inner)
    assert (found.kind, found.mark) == (kind, mark_of(KEY))
    assert found.file == f"~/work/{name}"


@pytest.mark.parametrize(
    "text",
    [
        f"# export CODEX_API_KEY={KEY}",
        f"export MY_CODEX_API_KEY={KEY}",
        f"CODEX_API_KEY={KEY} codex exec hello",
        f"echo CODEX_API_KEY={KEY} is here",
        "printenv CODEX_API_KEY",
        "export CODEX_API_KEY='",
    ],
)
def test_a_line_that_sets_nothing_for_others_is_none(text: str, tmp_path: Path) -> None:
    write(tmp_path / ".bashrc", text)
    assert lines(tmp_path) == []


def test_what_a_shell_computes_is_named_by_its_place_alone(tmp_path: Path) -> None:
    write(tmp_path / ".zshrc", 'export CODEX_API_KEY="$(pass show codex)"')
    (found,) = lines(tmp_path)
    assert found.mark is None


def test_files_that_are_no_text_or_no_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").mkdir()
    os.mkfifo(tmp_path / ".zshrc")
    (tmp_path / ".profile").write_bytes(b"\xff\xfe\0export CODEX_API_KEY=\xff\n" * 9)
    lines(tmp_path)


def test_a_value_that_is_no_unicode_has_a_mark_of_its_own() -> None:
    assert len({mark_of(text) for text in ("\ud800", "\udc80", "a", "")}) == 4


def test_the_dotenv_of_the_codex_home_is_the_clients_own_and_not_told_twice(tmp_path: Path) -> None:
    write(tmp_path / ".codex" / ".env", f"OPENAI_API_KEY={KEY}")
    assert lines(tmp_path, tmp_path / ".codex") == []


def test_the_advice_to_unset_a_variable_names_the_line_that_brings_it_back(tmp_path: Path) -> None:
    home = codex_home(tmp_path, {"OPENAI_API_KEY": "sk-stored"})
    write(tmp_path / ".zshrc", f"export CODEX_API_KEY={KEY}\n")
    answer = run("check", "--home", home, user_home=tmp_path, env={"CODEX_API_KEY": KEY})
    assert "take it out of ~/.zshrc:1, which sets it again" in " ".join(answer.out.split())
    assert KEY not in answer.out
    twin = run("check", "--home", home, user_home=tmp_path, env={"CODEX_API_KEY": "sk-another"})
    assert "sets it again" not in twin.out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="programs are seen in /proc")
def test_the_program_above_that_had_a_variable_first_is_named(tmp_path: Path) -> None:
    codex_home(tmp_path)
    code = "import subprocess, sys; subprocess.run(sys.argv[1:], check=False)"
    words = [sys.executable, "-m", "authtui", "check", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "CODEX_API_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    checks = {row["id"]: row for row in json.loads(done.stdout)["checks"]}
    told = " ".join(checks["variable.origin"]["evidence"])
    assert "was started with it" in told


@pytest.mark.skipif(not is_root(), reason="only root gives a home away")
def test_the_home_of_another_user_is_judged_without_my_variables(tmp_path: Path) -> None:
    home = codex_home(tmp_path, {"OPENAI_API_KEY": "sk-stored"})
    os.chown(home, 12_345, 12_345)
    env = {"CODEX_API_KEY": KEY}
    answer = run("check", "--home", str(home), user_home=tmp_path, env=env)
    assert "CODEX_API_KEY" not in answer.out.split("Checks")[0].split("Sources")[0]
    told = run("check", "--home", str(home), "--json", user_home=tmp_path, env=env).json
    row = next(row for row in told["checks"] if row["id"] == "home.another_user")
    assert row["evidence"] == ["left out: CODEX_API_KEY"]
    asked = run("check", "--home", str(home), "--own-variables", user_home=tmp_path, env=env)
    assert "CODEX_API_KEY" in asked.out.split("Sources")[0]
