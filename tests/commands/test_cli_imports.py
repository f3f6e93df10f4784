"""Nobody pays for what they do not use: what is imported, seen in the program's own process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.program import api_key_login, chatgpt_login, codex_home, jwt, run_code

if TYPE_CHECKING:
    from pathlib import Path

CHECK = """
import io, json, sys
out = sys.stdout
sys.stdout = io.StringIO()
from authtui.cli import main
main(["check", *sys.argv[1:]])
json.dump(sorted(m.partition(".")[0] for m in sys.modules), out)
"""
FIRST_FRAME = """
import asyncio, json, sys
from authtui.cli import _parser
from authtui.commands.session import make_session
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
args = _parser(sys.argv[1:]).parse_args(sys.argv[1:])
seen = []
async def look():
    app = AuthtuiApp(make_session(args, {}), Settings(), watch=False)
    async with app.run_test(size=(120, 40)):
        seen.extend(sys.modules)
asyncio.run(look())
json.dump(sorted(m.partition(".")[0] for m in seen), sys.stdout)
"""
HEAVY = (
    "textual",
    "rich",
    "httpx",
    "jwt",
    "keyring",
    "asyncio",
    "starlette",
    "uvicorn",
    "nacl",
    "watchfiles",
    "platformdirs",
)
STATES = {"nothing": None, "api key": api_key_login(), "chatgpt": chatgpt_login(), "broken": "{"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("option", ["--json", "--contract=current"])
def test_check_imports_no_interface_network_keyring_or_cryptography(
    tmp_path: Path, state: str, option: str
) -> None:
    home = codex_home(tmp_path, STATES[state])
    answer = run_code(CHECK, "--home", home, option, user_home=tmp_path)
    loaded = set(json.loads(answer.out))
    assert loaded & {*HEAVY, "cryptography", "dataclasses", "inspect"} == set()


def test_check_imports_cryptography_only_for_an_identity_with_a_key(tmp_path: Path) -> None:
    identity = jwt({"workspace_id": "o", "agent_runtime_id": "a", "agent_private_key": "x"})
    home = codex_home(tmp_path, {"auth_mode": "agentIdentity", "agent_identity": identity})
    answer = run_code(CHECK, "--home", home, user_home=tmp_path)
    assert set(json.loads(answer.out)) & set(HEAVY) == set()


def test_the_first_frame_waits_for_no_network_cryptography_keyring_or_watcher(
    tmp_path: Path,
) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    answer = run_code(FIRST_FRAME, "--home", home, user_home=tmp_path)
    assert answer.err == ""
    slow = {"httpx", "jwt", "cryptography", "keyring", "watchfiles", "nacl", "uvicorn", "starlette"}
    assert set(json.loads(answer.out)) & slow == set()


MENU = """
import asyncio, json, sys
from datetime import UTC, datetime
from authtui.demo.story import Story
from authtui.demo.story_file import read_names, read_story
from authtui.settings import Settings
from authtui.tui.story.story_app import StoryApp
seen = []
async def look():
    stories = tuple(s for s in map(read_story, read_names()) if isinstance(s, Story))
    app = StoryApp(stories, Settings(), clock=lambda: datetime.now(UTC))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        seen.extend(sys.modules)
asyncio.run(look())
json.dump(sorted(m.partition(".")[0] for m in seen), sys.stdout)
"""


def test_the_menu_of_stories_waits_for_no_server_network_or_cryptography(tmp_path: Path) -> None:
    answer = run_code(MENU, user_home=tmp_path)
    assert answer.err == ""
    slow = {"httpx", "jwt", "cryptography", "keyring", "watchfiles", "nacl", "uvicorn", "starlette"}
    assert set(json.loads(answer.out)) & slow == set()
