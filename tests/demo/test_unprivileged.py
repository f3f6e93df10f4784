"""Read-only is read-only in a story, for root too, and only there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from authtui.demo.unprivileged import bound_by_modes, obey_mode_bits
from authtui.machine.files import stat_file

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import FileFacts


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    file = home / "auth.json"
    file.write_text("{}")
    file.chmod(0o400)
    home.chmod(0o500)
    return file


def test_mode_bits_bind_in_that_thread_whoever_runs_it(locked: Path) -> None:
    async def write() -> str:
        with locked.open("w") as file:
            file.write("x")
        return "written"

    with pytest.raises(PermissionError):
        bound_by_modes(write)
    assert locked.read_text() == "{}"


def test_what_looks_there_sees_that_it_cannot_be_written(locked: Path) -> None:
    async def look() -> FileFacts:
        return stat_file(locked)

    facts = bound_by_modes(look)
    assert facts.writable is False


def test_the_thread_may_repair_what_it_locked(locked: Path) -> None:
    async def repair() -> None:
        locked.parent.chmod(0o700)
        locked.chmod(0o600)
        locked.write_text("new")

    bound_by_modes(repair)
    assert locked.read_text() == "new"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root has it to lose")
def test_the_rest_of_the_program_keeps_its_rights(locked: Path) -> None:
    async def give_up() -> bool:
        return obey_mode_bits()

    assert bound_by_modes(give_up)
    locked.write_text("root still writes")
