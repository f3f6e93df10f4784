"""The watched program: what it says is heard whole and without secrets, and it ends in order."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.capture import child as module
from authtui.capture.child import Child, Ending, KeyHider
from tests.program import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.capture.child import Stream

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


class Heard:
    """What a program said."""

    def __init__(self) -> None:
        self.lines: list[tuple[Stream, str]] = []
        self.batches = 0

    def __call__(self, stream: Stream, lines: tuple[str, ...]) -> None:
        self.batches += 1
        self.lines += [(stream, line) for line in lines]


def python(code: str, heard: Heard) -> Child:
    return Child([sys.executable, "-c", code], {"PATH": "/usr/bin:/bin"}, heard)


async def ended(code: str) -> tuple[Ending, Heard]:
    heard = Heard()
    child = python(code, heard)
    assert await child.start() is None
    return await asyncio.wait_for(child.wait(), 30), heard


async def until(heard: Heard, text: str) -> None:
    for _ in range(2000):
        if any(text in line for _, line in heard.lines):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(heard.lines)


async def test_both_streams_are_heard_line_by_line() -> None:
    code = "import sys; print('one'); print('two', file=sys.stderr); print('three', end='')"
    ending, heard = await ended(code)
    assert ending == Ending(0, None, "It ended well.")
    assert sorted(heard.lines) == [("stderr", "two"), ("stdout", "one"), ("stdout", "three")]


async def test_many_lines_come_in_few_batches() -> None:
    _, heard = await ended("for n in range(5000): print(n)")
    assert [line for _, line in heard.lines] == [str(n) for n in range(5000)]
    assert heard.batches < 200


async def test_a_line_without_an_end_is_bounded() -> None:
    ending, heard = await ended("print('x' * 3_000_000)")
    assert ending.exit_status == 0
    assert max(len(line) for _, line in heard.lines) < 5_000


async def test_its_exit_status_is_told() -> None:
    ending, _ = await ended("raise SystemExit(7)")
    assert ending == Ending(7, None, "It ended with exit code 7.")


async def test_a_program_that_is_killed_is_told_by_the_signal_s_name() -> None:
    ending, _ = await ended("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (ending.exit_status, ending.signal) == (None, "SIGKILL")
    assert ending.reason == "Something ended it (SIGKILL)."


async def test_a_program_that_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("x")
    for name, words in ((tmp_path / "nowhere", "No such file"), (tmp_path / "no", "denied")):
        problem = await Child([str(name)], {}, Heard()).start()
        assert problem is not None
        assert "cannot be started" in problem
        assert words in problem
    assert "cannot be started" in str(await Child(["a\0b"], {}, Heard()).start())


async def test_it_is_interrupted_first() -> None:
    heard = Heard()
    code = (
        "import time\nprint('ready', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: print('tidied up'); raise SystemExit(3)"
    )
    child = python(code, heard)
    await child.start()
    waiting = asyncio.ensure_future(child.wait())
    await until(heard, "ready")
    await child.end()
    assert (await waiting).exit_status == 3
    assert ("stdout", "tidied up") in heard.lines


async def test_one_that_does_not_listen_is_ended_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "INTERRUPT_SECONDS", 0.3)
    monkeypatch.setattr(module, "TERMINATE_SECONDS", 0.3)
    heard = Heard()
    code = (
        "import signal, time\n"
        "for s in (signal.SIGINT, signal.SIGTERM):\n"
        "  signal.signal(s, lambda n, f: print(signal.Signals(n).name, flush=True))\n"
        "print('ready', flush=True)\nwhile True: time.sleep(1)"
    )
    child = python(code, heard)
    await child.start()
    waiting = asyncio.ensure_future(child.wait())
    await until(heard, "ready")
    await child.end()
    ending = await waiting
    assert [line for _, line in heard.lines] == ["ready", "SIGINT", "SIGTERM"]
    assert (ending.signal, ending.reason) == ("SIGKILL", "Authtui ended it (SIGKILL).")


async def test_what_the_program_started_itself_does_not_keep_it_open() -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '30']); print('gone')"
    began = time.monotonic()
    ending, heard = await ended(code)
    assert ending.exit_status == 0
    assert heard.lines == [("stdout", "gone")]
    assert time.monotonic() - began < 15


def test_secrets_styles_and_control_bytes_do_not_get_out() -> None:
    hide = KeyHider()
    assert KEY not in hide(f"key {KEY}".encode())
    assert hide(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\r") == "red x"
    assert hide(b"\x1b\x07\xff") == "␛␇�" or "\x1b" not in hide(b"\x1b\x07\xff")


def test_a_private_key_in_several_lines_is_left_out_whole() -> None:
    hide = KeyHider()
    lines = ["before", "-----BEGIN RSA PRIVATE KEY-----", "c2VjcmV0IG9uZQ==", "c2VjcmV0IHR3bw=="]
    shown = [hide(line.encode()) for line in [*lines, "-----END RSA PRIVATE KEY-----", "after"]]
    assert shown[0] == "before"
    assert shown[-1] == "after"
    assert "c2Vj" not in "".join(shown)


@given(st.lists(st.binary(max_size=80), max_size=6))
def test_any_bytes_are_shown_harmlessly(lines: list[bytes]) -> None:
    hide = KeyHider()
    for line in lines:
        shown = hide(line)
        assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in shown)
