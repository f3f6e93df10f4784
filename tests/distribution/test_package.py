"""What is built is what is meant: wheel and sdist install, start, and carry what they need.

Building takes packages from the index, so this runs where `AUTHTUI_UV` names a `uv`: as in
`.ci/run`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

import authtui
from tests.program import NOW, chatgpt_login, codex_home, environment
from tests.pty.harness import Terminal

ROOT = Path(__file__).parents[2]
UV = os.environ.get("AUTHTUI_UV", "")
STARTS_WITHIN = 60.0
pytestmark = pytest.mark.skipif(not UV, reason="AUTHTUI_UV names no uv; .ci/run gives one")


def uv(*words: str | Path, **extra: str) -> str:
    done = subprocess.run(
        [UV, *map(str, words)],
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never", **extra},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist and of the wheel that was made of the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--out-dir", folder, ROOT)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and nothing optional."""
    folder = tmp_path_factory.mktemp("installed")
    uv("venv", "--quiet", "--python", "python3", folder)
    uv("pip", "install", "--quiet", "--python", folder, wheel)
    return folder


def program(folder: Path, *words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "bin" / "authtui", *words],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_the_package_its_data_and_the_man_page_and_nothing_else(
    wheel: Path,
) -> None:
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "authtui"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    kept = listed or [
        str(p.relative_to(ROOT))
        for p in (ROOT / "authtui").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    ]
    man = f"authtui-{authtui.__version__}.data/data/share/man/man1/authtui.1"
    assert held == {*kept, man} - {"authtui/authtui.1", "authtui/README.md"}


def test_the_sdist_carries_what_it_takes_to_build_and_test(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "authtui/authtui.1"} <= held
    assert {"authtui/README.md", "tests/README.md", "tests/conftest.py"} <= held


def test_it_says_its_version_and_judges(installed: Path, tmp_path: Path) -> None:
    said = program(installed, "--version", home=tmp_path)
    assert (said.returncode, said.stdout) == (0, f"authtui {authtui.__version__}\n")
    home = codex_home(tmp_path, chatgpt_login())
    judged = program(installed, "check", f"--home={home}", f"--now={NOW}", home=tmp_path)
    assert (judged.returncode, judged.stderr) == (0, "")


def test_its_requirements_agree_with_one_another(installed: Path) -> None:
    uv("pip", "check", "--python", installed)


@pytest.mark.pty
def test_the_app_starts(installed: Path, tmp_path: Path) -> None:
    with Terminal(user_home=tmp_path, argv=(installed / "bin" / "authtui",)) as terminal:
        assert terminal.sees("Sources", "Checks", seconds=STARTS_WITHIN)
        terminal.type("q")
        assert terminal.wait() == 0


def test_the_stories_came_along(installed: Path, tmp_path: Path) -> None:
    played = program(installed, "demo", "ghost", "--headless", home=tmp_path)
    assert (played.returncode, played.stderr) == (0, "")


def test_the_man_page_is_where_man_looks(installed: Path) -> None:
    assert (installed / "share" / "man" / "man1" / "authtui.1").is_file()


def test_without_the_extra_serve_says_how_to_get_it(installed: Path, tmp_path: Path) -> None:
    said = program(installed, "serve", home=tmp_path)
    assert (said.returncode, said.stdout) == (2, "")
    assert "pip install 'authtui[web]'" in said.stderr


def test_uvx_runs_it(wheel: Path) -> None:
    words = ("tool", "run", "--python", "python3", "--from", wheel, "authtui", "--version")
    assert uv(*words) == f"authtui {authtui.__version__}\n"


def test_pipx_installs_it_with_its_man_page(wheel: Path, tmp_path: Path) -> None:
    python = shutil.which("python3")
    assert python is not None
    places = {
        "PIPX_HOME": str(tmp_path / "home"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_MAN_DIR": str(tmp_path / "man"),
    }
    uv("tool", "run", "--python", python, "pipx", "install", "--python", python, wheel, **places)
    said = program(tmp_path, "--version", home=tmp_path)
    assert said.stdout == f"authtui {authtui.__version__}\n"
    assert (tmp_path / "man" / "man1" / "authtui.1").is_file()
