"""Few dependencies: each is used, justified and licensed, and none does anything when imported."""

from __future__ import annotations

import ast
import json
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import authtui
from tests.distribution.dependencies import REASONS, SILENT, declared, licence
from tests.program import run_code

PACKAGE = Path(authtui.__file__).parent


def imported() -> set[str]:
    """The distributions that the sources import, anywhere in them."""
    names: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=found):
                    names |= {alias.name.partition(".")[0] for alias in found}
                case ast.ImportFrom(module=str(module), level=0):
                    names.add(module.partition(".")[0])
    outside = names - sys.stdlib_module_names - {"authtui"}
    owners = packages_distributions()
    return {owners[name][0].lower().replace("_", "-") for name in outside}


def test_what_is_declared_is_what_is_imported() -> None:
    assert set(declared()) == imported()


def test_each_has_a_reason_a_licence_and_a_lower_bound() -> None:
    assert set(REASONS) == set(declared())
    for name, (bounds, _) in declared().items():
        assert bounds.startswith(">="), name


@pytest.mark.parametrize("name", REASONS)
def test_the_licence_is_the_one_that_the_package_states(name: str) -> None:
    stated = licence(name)
    if name in SILENT:
        assert stated == ""
    else:
        assert REASONS[name].licence in stated or stated.endswith(
            f"{REASONS[name].licence} License"
        )


IMPORT_ALL = """
import json, pkgutil, sys
reached = []
def watch(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto",
                 "subprocess.Popen", "os.posix_spawn", "os.exec", "urllib.Request"):
        reached.append(f"{event} {given!r}"[:200])
sys.addaudithook(watch)
import authtui
names = [m.name for m in pkgutil.walk_packages(authtui.__path__, "authtui.")]
for name in names:
    if name != "authtui.__main__":
        __import__(name)
json.dump([len(names), reached], sys.stdout)
"""


def test_importing_all_of_it_reaches_no_network_and_starts_no_program(tmp_path: Path) -> None:
    count, reached = json.loads(run_code(IMPORT_ALL, user_home=tmp_path).out)
    assert count > 100
    assert reached == []
