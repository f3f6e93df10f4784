"""Completion in real shells, each typed at in a terminal of its own."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from authtui.cli import COMMANDS, main, parser_with_every_command
from authtui.commands.command_tree import command_tree
from authtui.commands.completion_scripts import MARK, SCRIPTS
from authtui.demo.story_file import read_names
from tests.program import environment, run, run_code
from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CTRL_U = "\x15"
START = {
    "bash": (("--norc", "--noprofile", "-i"), "bind 'set bell-style none'; . {script}"),
    "zsh": (
        ("-f", "-i"),
        "autoload -U compinit; compinit -D -u; unsetopt zle_bracketed_paste; . {script}",
    ),
}


class Shell:
    """A shell that has read the script and answers to Tab."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def tab(self, typed: str, *shown: str) -> None:
        """Type, press Tab twice, and see what comes to stand there; then clear the line."""
        begin = len(self._terminal.output)
        self._terminal.type(f"{typed}\t\t")
        assert self._terminal.sees(*shown, since=begin), self._terminal.text(begin)
        self._terminal.type(CTRL_U)
        self._terminal.settle(0.1)


@pytest.fixture(params=START)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    name: str = request.param
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"no {name} on this machine")
    script = tmp_path / "script"
    script.write_text(SCRIPTS[name](command_tree(parser_with_every_command())))
    words, begin = START[name]
    with Terminal(
        user_home=tmp_path, argv=(program, *words), env={"PS1": "> ", "TERM": "dumb"}
    ) as terminal:
        terminal.type(f"cd {tmp_path}; {begin.format(script=script)}; echo be''gun\n")
        assert terminal.sees("begun"), terminal.text()
        terminal.settle()
        yield Shell(terminal)


@pytest.mark.pty
def test_a_shell_completes_commands_options_words_and_paths(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    (tmp_path / "some-home").mkdir()
    shell.tab("authtui ", *COMMANDS)
    shell.tab("authtui che", "authtui check")
    shell.tab("authtui check --str", "--strict")
    shell.tab("authtui --sur", "--surface")
    shell.tab("authtui check --surface login", "login-status")
    shell.tab("authtui check --surface=login", "--surface=login-status")
    shell.tab("authtui check --explain workspace.f", "workspace.forced")
    shell.tab("authtui check --jwks ke", "keys.json")
    shell.tab("authtui --home some", "some-home")
    shell.tab("authtui --home some-home check --js", "--json")
    shell.tab("authtui run log", "run logout")
    shell.tab("authtui demo gho", "demo ghost")
    shell.tab("authtui completion ins", "completion install")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("authtui che", "check"),
        ("authtui check --str", "--strict"),
        ("authtui check --surface login", "login-status"),
        ("authtui check --explain workspace.f", "workspace.forced"),
        ("authtui check --jwks ke", "keys.json"),
        ("authtui --home some", "some-home/"),
        ("authtui run log", "logout"),
        ("authtui demo gho", "ghost"),
    ],
)
def test_fish_completes_them_too(tmp_path: Path, typed: str, offered: str) -> None:
    program = shutil.which("fish")
    if program is None:
        pytest.skip("no fish on this machine")
    (tmp_path / "keys.json").write_text("{}")
    (tmp_path / "some-home").mkdir()
    script = tmp_path / "script.fish"
    script.write_text(SCRIPTS["fish"](command_tree(parser_with_every_command())))
    answer = subprocess.run(
        [program, "--no-config", "-c", f"source {script}; complete -C '{typed}'"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stderr == ""
    assert offered in [line.partition("\t")[0] for line in answer.stdout.splitlines()]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_every_command_and_option_of_the_parsers_is_in_the_script(shell: str) -> None:
    tree = command_tree(parser_with_every_command())
    assert [command.name for command in tree.commands] == list(COMMANDS)
    script = SCRIPTS[shell](tree)
    for command in (tree, *tree.commands):
        assert command.name in script
        for option in command.options:
            for flag in option.flags:
                assert (flag.lstrip("-") if shell == "fish" else flag) in script


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_command_that_runs_another_program_or_opens_files_needs_no_line_here(
    tmp_path: Path, shell: str
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} on this machine")
    parser = parser_with_every_command()
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    runs = commands.add_parser("wrap", help="it's [odd]: a help text with `all` $(signs)")
    runs.add_argument("child", nargs=argparse.REMAINDER, metavar="COMMAND")
    commands.add_parser("view", help="opens").add_argument("files", nargs="+", metavar="FILE")
    script = tmp_path / "script"
    script.write_text(SCRIPTS[shell](command_tree(parser)))
    checked = subprocess.run([program, "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    offered = {"bash": "compgen -c", "zsh": "_command_names", "fish": "__fish_complete_command"}
    assert offered[shell] in script.read_text()


def test_the_words_of_a_story_are_those_that_can_be_played() -> None:
    demo = next(c for c in command_tree(parser_with_every_command()).commands if c.name == "demo")
    assert sorted(demo.arguments[0][0].words) == sorted(read_names())


def test_printing_a_script_needs_no_interface_and_no_network(tmp_path: Path) -> None:
    code = (
        "import sys, io; real, sys.stdout = sys.stdout, io.StringIO()\n"
        "from authtui.cli import main; main(['completion', 'bash'])\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules}), file=real)"
    )
    loaded = set(run_code(code, user_home=tmp_path).out.split())
    heavy = {"textual", "rich", "httpx", "jwt", "cryptography", "keyring", "starlette", "nacl"}
    assert "authtui" in loaded
    assert loaded & heavy == set()


# ── install ────────────────────────────────────────────────────────────────────────────────────

PLACES = {
    "bash": ".local/share/bash-completion/completions/authtui",
    "zsh": ".local/share/zsh/site-functions/_authtui",
    "fish": ".config/fish/completions/authtui.fish",
}


def install(home: Path, *words: str, of: str = "bash", says: str = "y\n") -> tuple[int, str]:
    env = {"SHELL": f"/usr/bin/{of}"}
    answer = run("completion", "install", *words, user_home=home, env=env, stdin=says)
    return answer.code, answer.out + answer.err


@pytest.mark.parametrize("shell", PLACES)
def test_install_says_what_it_writes_asks_and_writes_one_file(tmp_path: Path, shell: str) -> None:
    code, said = install(tmp_path, of=shell)
    assert code == 0
    assert f"~/{PLACES[shell]}" in said
    assert "[y/N]" in said
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / PLACES[shell]]
    script = SCRIPTS[shell](command_tree(parser_with_every_command()))
    assert (tmp_path / PLACES[shell]).read_text() == script
    assert "is there already" in install(tmp_path, of=shell)[1]


@pytest.mark.parametrize("says", ["n\n", "\n", "", "maybe\n"])
def test_any_other_answer_than_yes_writes_nothing(tmp_path: Path, says: str) -> None:
    code, said = install(tmp_path, says=says)
    assert code == 0
    assert "Nothing was written" in said
    assert list(tmp_path.iterdir()) == []


def test_a_named_shell_and_no_question(tmp_path: Path) -> None:
    code, said = install(tmp_path, "--shell=fish", "--yes", says="")
    assert code == 0
    assert "[y/N]" not in said
    assert (tmp_path / PLACES["fish"]).exists()


def test_an_older_script_of_ours_is_replaced_and_a_strangers_file_is_not(tmp_path: Path) -> None:
    place = tmp_path / PLACES["bash"]
    place.parent.mkdir(parents=True)
    place.write_text(f"# {MARK}\nold")
    assert "Replaces" in install(tmp_path)[1]
    assert "_authtui()" in place.read_text()
    place.write_text("echo mine\n")
    code, said = install(tmp_path)
    assert code == 2
    assert "stays as it is" in said
    assert place.read_text() == "echo mine\n"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file, not a folder")
    code, said = install(tmp_path)
    assert code == 2
    assert "was not written" in said


def test_an_unknown_shell_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = install(tmp_path, of="tcsh")
    assert code == 2
    assert "bash, zsh, fish" in said
    with pytest.raises(SystemExit, match="2"):
        main(["completion", "tcsh"])
    assert "tcsh" in capsys.readouterr().err
