"""A released client and authtui on one keyring entry. Needs AUTHTUI_CODEX_BINARY and a keyring."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.demo.test_real_client import BINARY, NAMESPACE, PROJECT, home, version
from tests.faults.test_keyring import needs_a_keyring

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "version"]  # fixtures, used here too

SCRIPT = """
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
echo sk-proj-made-up | "$CLIENT" login --with-api-key >&2 || exit 3
for action in logout restore; do
  "$PYTHON" -m authtui run "$action" --live >&2 || exit 4
  "$CLIENT" login status 2>&1 | grep -c "API key configured\\|using an API key"
done
exit 0
"""


@needs_a_keyring
def test_the_client_sees_what_authtui_removed_and_put_back(
    version: tuple[int, int, int], home: Path
) -> None:
    del version
    (home / "config.toml").write_text('cli_auth_credentials_store = "keyring"\n')
    own = {"HOME": str(home), "CODEX_HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run(
        [*NAMESPACE, "dbus-run-session", "--", "sh", "-c", SCRIPT],
        env={**os.environ, **own, "CLIENT": BINARY, "PYTHON": sys.executable},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "1"], done.stderr
