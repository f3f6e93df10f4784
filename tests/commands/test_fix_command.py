"""`authtui fix`: a proven repair is shown as a difference, done once confirmed, and undone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "sk-proj-Ab3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xYAb3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"
COMMENTED = f'{{\n  // mine\n  "OPENAI_API_KEY": "{KEY}",\n}}\n'
PROVIDER = """\
model_provider = "cm" # mine

[model_providers.cm]
name = "cm"
base_url = "http://127.0.0.1:48760/v1"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    (made / "auth.json").write_text(COMMENTED)
    (made / "auth.json").chmod(0o600)
    return made


def authtui(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "authtui", *arguments, "--home", str(home), "--contract", "0.169.0"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home.parent), "LANG": "C.UTF-8"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_nothing_is_changed_where_nobody_can_be_asked(home: Path) -> None:
    done = authtui(home, "fix")
    assert done.returncode == 1
    assert "-  // mine" in done.stdout
    assert KEY not in done.stdout
    assert (home / "auth.json").read_text() == COMMENTED
    assert sorted(path.name for path in home.iterdir()) == ["auth.json"]


def test_a_repaired_record_is_ready_and_what_it_was_can_be_put_back(home: Path) -> None:
    done = authtui(home, "fix", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Now: Ready: API key" in done.stdout
    assert json.loads((home / "auth.json").read_text()) == {"OPENAI_API_KEY": KEY}
    assert authtui(home, "run", "restore", "--live").returncode == 0
    assert (home / "auth.json").read_text() == COMMENTED


def test_a_key_of_the_configuration_is_set_and_all_else_stays(home: Path) -> None:
    (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": KEY}))
    (home / "config.toml").write_text(PROVIDER)
    (home / "config.toml").chmod(0o644)
    done = authtui(home, "fix", "1", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["fixes"][0]["leads_to"] == "ready"
    assert document["applied"] == 1
    text = (home / "config.toml").read_text()
    assert text.replace("requires_openai_auth = true\n", "") == PROVIDER
    assert (home / "config.toml").stat().st_mode & 0o777 == 0o644
    assert Path(document["backup"]).read_text() == PROVIDER


def test_a_healthy_home_is_offered_nothing(home: Path) -> None:
    (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": KEY}))
    done = authtui(home, "fix")
    assert done.returncode == 0
    assert "Nothing here can be repaired" in done.stdout
    assert authtui(home, "fix", "3").returncode == 2
