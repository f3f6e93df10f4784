# `just` lists the recipes.
python := if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }

_default:
    @just --list

# a virtual environment with everything for development
setup:
    python3 -m venv .venv
    .venv/bin/pip install -q -e '.[dev]'

# the app; `just run --home DIR` for another state
run *options:
    {{python}} -m authtui {{options}}

# the verdict as text
check *options:
    {{python}} -m authtui check {{options}}

# the tests, or some: `just test tests/pty -k resize`
test *options:
    {{python}} -m pytest -q -n auto {{options}}

# style
lint:
    {{python}} -m ruff check .
    {{python}} -m ruff format --check .

# types, and who may import whom
types:
    {{python}} -m mypy
    {{python}} -c 'from importlinter.cli import lint_imports_command as lint; lint()'

# accept what the screens look like now
snapshots:
    {{python}} -m pytest -q tests/tui tests/traces --snapshot-update

# draw the pictures of this documentation anew
screenshots:
    {{python}} -m tests.tui.make_screenshots screenshots

# the parts of the pages that are made from the program
readme:
    {{python}} -m tests.architecture.readme_tables

# the man page, made of the command line's parsers
man:
    {{python}} -m tests.distribution.man_page

# times, as ratios of floors measured in the same run
bench rounds="9":
    {{python}} -m tests.benchmarks {{rounds}}
    {{python}} -m tests.benchmarks.request_log
    {{python}} -m tests.benchmarks.traces {{rounds}}
    {{python}} -m tests.benchmarks.capture
    {{python}} -m tests.benchmarks.growth

# fuzz one reader, in an environment that has atheris; `list` names them
fuzz target="list" seconds="60":
    {{python}} -m tests.fuzz {{target}} {{ if target == "list" { "" } else { seconds } }}

# what continuous integration runs: a fresh copy, a fresh environment
ci:
    .ci/run
