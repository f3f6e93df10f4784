"""Completion for bash, zsh and fish: three ways of writing the same command tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.commands.command_tree import Command, Option, Value

MARK: Final = "made by `authtui completion`"
"""Stands in the first lines of each script: a file without it is somebody else's."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


# ── bash ───────────────────────────────────────────────────────────────────────────────────────

_BASH: Final = """\
# bash completion for authtui, {mark}
_authtui() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command= after= words= i
    COMPREPLY=()
    # `--option=value` arrives as three words.
    if [[ $word == = ]]; then word=
    elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
        --) after=--; break ;;
        {takers}) [[ ${{COMP_WORDS[i + 1]}} == = ]] && ((i++)); ((i++)) ;;
        {commands}) [[ -z $command ]] && command=${{COMP_WORDS[i]}} ;;
        esac
    done
    case $after$command:$before in
{values}
    *)
        case $after$command:$word in
{options}
{arguments}
        esac ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _authtui authtui
"""


def bash(tree: Command) -> str:
    """The script for bash 4 or newer; it needs nothing else."""
    every = (tree, *tree.commands)
    takers: set[str] = set()
    values, options, arguments = [], [], []
    for command in every:
        for option in command.options:
            if option.value.kind != "none":
                takers.update(option.flags)
                names = "|".join(f"{command.name}:{flag}" for flag in option.flags)
                values.append(f"    {names}) {_bash_value(option.value)} ;;")
        flags = " ".join(flag for option in command.options for flag in option.flags)
        options.append(f'        {command.name}:-*) words="{flags}" ;;')
        for value, _ in command.arguments[:1]:
            arguments.append(f"        {command.name}:*) {_bash_value(value)} ;;")
            if value.kind == "command":
                arguments.append(f"        --{command.name}:*) {_bash_value(value)} ;;")
    names = " ".join(command.name for command in tree.commands)
    arguments.append(f'        :*) words="{names}" ;;')
    return _BASH.format(
        mark=MARK,
        takers="|".join(sorted(takers)),
        commands="|".join(command.name for command in tree.commands),
        values="\n".join(values),
        options="\n".join(options),
        arguments="\n".join(arguments),
    )


def _bash_value(value: Value) -> str:
    match value.kind:
        case "words":
            return f'words="{" ".join(value.words)}"'
        case "file":
            return "compopt -o default; return"
        case "directory":
            return "compopt -o dirnames; return"
        case "command":
            return 'COMPREPLY=($(compgen -c -- "$word")); return'
        case _:
            return "return"


# ── zsh ────────────────────────────────────────────────────────────────────────────────────────

_ZSH: Final = """\
#compdef authtui
# zsh completion for authtui, {mark}
_authtui() {{
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C -S \\
{options}
    '1:command:->command' \\
    '*::argument:->arguments'
  case $state in
  command)
    local -a commands=(
{commands}
    )
    _describe command commands ;;
  arguments)
    case $line[1] in
{cases}
    esac ;;
  esac
}}
if [[ $funcstack[1] == _authtui ]]; then _authtui "$@"; else compdef _authtui authtui; fi
"""


def zsh(tree: Command) -> str:
    """The script for zsh, as a function to load or to source."""
    cases = []
    for command in tree.commands:
        words = [_zsh_option(option) for option in command.options]
        for place, (value, told) in enumerate(command.arguments, 1):
            where = "*" if value.many else str(place)
            words.append(_zsh_quoted(f"{where}:{_zsh_plain(told or value.name)}:{_zsh(value)}"))
        joined = " \\\n        ".join(words)
        cases.append(f"    {command.name})\n      _arguments -S \\\n        {joined} ;;")
    return _ZSH.format(
        mark=MARK,
        options="\n".join(f"    {_zsh_option(option)} \\" for option in tree.options),
        commands="\n".join(
            "      " + _zsh_quoted(f"{c.name}:{_one_line(c.help)}") for c in tree.commands
        ),
        cases="\n".join(cases),
    )


def _zsh_option(option: Option) -> str:
    told = f"[{_zsh_plain(option.help)}]"
    if option.value.kind == "none":
        takes = ""
    else:
        takes = f":{_zsh_plain(option.value.name)}:{_zsh(option.value)}"
    equals = "=" if takes else ""
    if len(option.flags) == 1:
        return _zsh_quoted(f"*{option.flags[0]}{equals}{told}{takes}")
    flags = ",".join(f + (equals if f.startswith("--") else "") for f in option.flags)
    return "'*'{" + flags + "}" + _zsh_quoted(told + takes)


def _zsh(value: Value) -> str:
    match value.kind:
        case "words":
            return f"({' '.join(value.words)})"
        case "file":
            return "_files"
        case "directory":
            return "_files -/"
        case "command":
            return "_command_names -e"
        case _:
            return " "


def _zsh_plain(text: str) -> str:
    return "".join(f"\\{c}" if c in "[]:\\" else c for c in _one_line(text))


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


# ── fish ───────────────────────────────────────────────────────────────────────────────────────


def fish(tree: Command) -> str:
    """The script for fish 3 or newer."""
    lines = [f"# fish completion for authtui, {MARK}", "complete -c authtui -e", _FISH_NONE]
    at_first = "__fish_use_subcommand"
    for command in tree.commands:
        told = _fish_quoted(_one_line(command.help))
        lines.append(f"complete -c authtui -n {at_first} -a {command.name} -d {told}")
    for command in (tree, *tree.commands):
        when = f"'__fish_seen_subcommand_from {command.name}'" if command.name else at_first
        lines += [f"complete -c authtui -n {when} {_fish_option(o)}" for o in command.options]
        for value, _ in command.arguments:
            if offered := _fish(value):
                lines.append(f"complete -c authtui -n {when} {offered}")
    return "\n".join(lines) + "\n"


_FISH_NONE: Final = "complete -c authtui -f"


def _fish_option(option: Option) -> str:
    flags = [f"-l {f[2:]}" if f.startswith("--") else f"-s {f[1:]}" for f in option.flags]
    words = [*flags, "-d", _fish_quoted(_one_line(option.help))]
    if option.value.kind != "none":
        words += ["-r", _fish(option.value) or "-f"]
    return " ".join(words)


def _fish(value: Value) -> str:
    match value.kind:
        case "words":
            return f"-f -a {_fish_quoted(' '.join(value.words))}"
        case "file":
            return "-F"
        case "directory":
            return "-f -a '(__fish_complete_directories)'"
        case "command":
            return "-f -a '(__fish_complete_command)'"
        case _:
            return ""


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Final[dict[str, Callable[[Command], str]]] = {"bash": bash, "zsh": zsh, "fish": fish}
