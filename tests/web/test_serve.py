"""`authtui serve` as programs on the same machine see it, over real connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.cli import _parser, main
from authtui.commands import serve
from authtui.commands.options import common_words
from authtui.web.screens import COLUMNS, ROWS, clamped, read_message
from authtui.web.server import MOST_SCREENS
from tests.program import chatgpt_login, codex_home
from tests.web.browser import Serving, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path / "serve", codex_home(tmp_path, chatgpt_login())) as running:
        yield running


class Visitor(NamedTuple):
    """Who opened the link: the server's address, the cookie, and the path of the page."""

    address: str
    cookie: str
    page: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        url = path if "://" in path else f"{self.address}{path}"
        return httpx.get(url, headers={"Cookie": self.cookie, **headers})


def opened(served: Serving) -> Visitor:
    answer = httpx.get(served.link)
    assert answer.status_code == 200
    found = re.search(r"url=(/[^/]+/)", answer.text)
    assert found is not None
    return Visitor(served.address, answer.headers["set-cookie"].partition(";")[0], found[1])


@contextlib.asynccontextmanager
async def screen(
    visitor: Visitor, query: str = "", **headers: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    given = {"Cookie": visitor.cookie, "Origin": visitor.address, **headers}
    address = f"{visitor.address}{visitor.page}screen{query}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, headers=given) as connection,
    ):
        yield connection


async def drawn(connection: aiohttp.ClientWebSocketResponse, text: str) -> None:
    seen = b""
    while text.encode() not in seen:
        message = await asyncio.wait_for(connection.receive(), 30)
        assert message.type == aiohttp.WSMsgType.BINARY, message
        seen += message.data


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(numbers: list[int]) -> bool:
    deadline = time.monotonic() + 15
    while any(map(alive, numbers)) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return not any(map(alive, numbers))


# ── who comes in ───────────────────────────────────────────────────────────────────────────────


def test_the_link_gives_a_cookie_that_no_script_and_no_other_site_gets(served: Serving) -> None:
    answer = httpx.get(served.link)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert re.search(r"Path=/[\w-]{43}/", cookie)
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


def test_the_second_use_of_the_link_is_refused_in_a_plain_sentence(served: Serving) -> None:
    visitor = opened(served)
    for answer in (visitor.get(served.link), httpx.get(served.link)):
        assert answer.status_code == 403
        assert "opens once" in answer.text
        assert "set-cookie" not in answer.headers


def test_a_wrong_token_is_refused_and_does_not_use_the_link_up(served: Serving) -> None:
    assert httpx.get(f"{served.link[:-1]}!").status_code == 403
    assert httpx.get(f"{served.address}/open/x").status_code == 403
    opened(served)


def test_a_look_ahead_does_not_use_the_link_up(served: Serving) -> None:
    assert httpx.get(served.link, headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert httpx.head(served.link).status_code == 405
    opened(served)


def test_without_the_cookie_every_path_is_refused(served: Serving) -> None:
    page = opened(served).page
    for path in ("", "page.js", "terminal/js/textual.js", "screen", "other"):
        for cookie in ("", "authtui-session=wrong", "authtui-session="):
            answer = httpx.get(f"{served.address}{page}{path}", headers={"Cookie": cookie})
            assert answer.status_code == 403
            assert "one browser only" in answer.text


def test_a_name_that_was_pointed_at_this_machine_gets_nothing(served: Serving) -> None:
    port = served.address.rpartition(":")[2]
    wrong = {"Host": f"rebound.example:{port}"}
    assert httpx.get(served.link, headers=wrong).status_code == 403
    visitor = opened(served)  # the link is alive still
    assert visitor.get(visitor.page, **wrong).status_code == 403
    assert visitor.get(visitor.page, Host=f"localhost:{port}").status_code == 200


async def test_a_page_of_another_origin_opens_no_screen(served: Serving) -> None:
    visitor = opened(served)
    for origin in ("http://rebound.example", "null", ""):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            async with screen(visitor, Origin=origin):
                pass
    assert served.apps() == []


def test_it_listens_on_loopback_alone(served: Serving) -> None:
    port = int(served.address.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; the system names the address it would use
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((own, port), timeout=5)


def test_every_answer_forbids_the_page_any_other_place(served: Serving) -> None:
    visitor = opened(served)
    page = visitor.page
    answers = [visitor.get(p) for p in (page, f"{page}page.js", f"{page}nothing", "/open/x")]
    assert [a.status_code for a in answers] == [200, 200, 404, 403]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        for address in re.findall(r"\w+://[^ ;]+", policy):
            assert address.startswith(("ws://127.0.0.1:", "ws://localhost:"))
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    assert "http" not in re.sub(r"http-equiv", "", answers[0].text)


def test_no_folder_is_listed_and_none_is_left(served: Serving) -> None:
    visitor = opened(served)
    assert visitor.get(f"{visitor.page}terminal/").status_code in (403, 404)
    for path in ("terminal/../server.py", "terminal/%2e%2e/server.py", "terminal/%2Fetc%2Fpasswd"):
        assert visitor.get(f"{visitor.page}{path}").status_code in (403, 404)


# ── a screen, and its end ──────────────────────────────────────────────────────────────────────


async def test_a_closed_page_ends_its_app(served: Serving) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        apps = served.apps()
        assert len(apps) == 1
    assert await gone(apps)


async def test_leaving_the_app_closes_its_page(served: Serving) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        await connection.send_json(["stdin", "q"])
        async for _ in connection:
            pass
        assert connection.closed
        assert await gone(served.apps())


async def test_an_app_that_dies_closes_its_page(served: Serving) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        os.kill(served.apps()[0], signal.SIGKILL)
        async for _ in connection:
            pass
        assert connection.closed


async def test_what_a_page_says_wrongly_is_passed_over(served: Serving) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        wrong: list[Any] = [
            "no list",
            [],
            ["stdin"],
            ["stdin", 5],
            ["stdin", "\ud800"],
            ["resize", {"width": "wide", "height": None}],
            ["resize", {"width": 10**12, "height": -7}],
            ["open_url", {"url": "file:///etc/passwd"}],
        ]
        for message in wrong:
            await connection.send_str(json.dumps(message))
        await connection.send_str("{" * 10_000)
        await connection.send_bytes(b"\x00\xff")
        await connection.send_json(["resize", {"width": 100, "height": 30}])
        await connection.send_json(["stdin", "?"])
        await drawn(connection, "Keys")
    assert served.process.poll() is None


@pytest.mark.parametrize("width", ["1234567x", "9" * 5_000, "wide"], ids=len)
async def test_a_size_that_is_none_opens_a_screen_all_the_same(served: Serving, width: str) -> None:
    async with screen(opened(served), f"?width={width}&height=24") as connection:
        await drawn(connection, "authtui")


async def test_only_so_many_screens_are_open_at_a_time(served: Serving) -> None:
    visitor = opened(served)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(MOST_SCREENS):
            await stack.enter_async_context(screen(visitor))
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await stack.enter_async_context(screen(visitor))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_a_signal_ends_the_apps_and_then_the_server(
    served: Serving, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        apps = served.apps()
        served.process.send_signal(number)
        assert await asyncio.to_thread(served.process.wait, 15) == code
        assert await gone(apps)
    assert (tmp_path / "serve" / "err").read_text() == ""
    assert "Traceback" not in served.said


async def test_an_app_does_not_outlive_a_server_that_was_killed(served: Serving) -> None:
    with contextlib.suppress(aiohttp.ClientError, ConnectionError):
        async with screen(opened(served)) as connection:
            await drawn(connection, "Sources")
            apps = served.apps()
            served.process.kill()
            assert await gone(apps)


async def test_reading_only_writes_nothing_and_the_settings_stay(
    served: Serving, tmp_path: Path
) -> None:
    async with screen(opened(served)) as connection:
        await drawn(connection, "Sources")
        await connection.send_json(["stdin", "t"])
        await drawn(connection, "theme: light")
        for key in "lraoRuL":
            await connection.send_json(["stdin", key])
        await drawn(connection, "this screen is read-only")
        await connection.send_json(["stdin", "x"])
        await drawn(connection, "reveal is locked")
    assert [p for p in (tmp_path / "serve" / "user").rglob("*") if p.is_file()] == []


async def test_acting_can_be_allowed_and_the_presenter_lock_stays(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    with serving(tmp_path / "serve", home, "--allow-acting") as served:
        async with screen(opened(served)) as connection:
            await drawn(connection, "Sources")
            await connection.send_json(["stdin", "l"])
            await drawn(connection, "read again")
            await connection.send_json(["stdin", "x"])
            await drawn(connection, "reveal is locked")


async def test_a_folder_full_of_modules_is_not_run(tmp_path: Path) -> None:
    """Whoever starts it in a downloaded folder must not run what lies there."""
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("authtui", "textual", "json"):
        (trap / f"{name}.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')")
    args = _parser(["serve"]).parse_args(["serve"])
    process = await asyncio.create_subprocess_exec(
        *serve.app_words(args), "--version", cwd=trap, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.startswith(b"authtui ")
    assert not (tmp_path / "sprung").exists()


# ── the command ────────────────────────────────────────────────────────────────────────────────


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "in use" in shown.err


def test_without_the_extra_the_command_to_get_it_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda _name: None)
    assert main(["serve"]) == 2
    assert "pip install 'authtui[web]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--home=/x y", "--contract=0.128", "--surface=tui", "--offline"],
        ["--feature=use_agent_identity=on", "--feature=other=off", "--now=2026-04-15T12:00:00Z"],
        ["--assume=key_set=403", "--assume=task=403:{}"],
    ],
)
def test_the_app_behind_the_page_is_given_the_same_options(words: list[str]) -> None:
    args = _parser(words).parse_args(words)
    again = common_words(args)
    assert vars(_parser(again).parse_args(again)) == vars(args)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
WORDS = st.sampled_from(["stdin", "resize", "ping", "blur", "focus", "open_url"])
SIZES = st.fixed_dictionaries({"width": ANY_JSON, "height": ANY_JSON})


@given(st.text(st.characters()) | st.builds(lambda *v: json.dumps(v), WORDS, ANY_JSON | SIZES))
def test_whatever_a_page_says_is_keys_a_possible_size_or_nothing(text: str) -> None:
    match read_message(text):
        case "keys", keys:
            assert isinstance(keys, bytes)
        case "size", (width, height):
            assert COLUMNS[0] <= width <= COLUMNS[1]
            assert ROWS[0] <= height <= ROWS[1]
        case found:
            assert found is None or found[0] in ("ping", "blur", "focus")


def test_a_size_is_one_that_a_terminal_can_have() -> None:
    assert [clamped(n, (20, 500)) for n in (-1, 80, 10**30, "x", None, float("inf"))] == [
        20,
        80,
        500,
        20,
        20,
        20,
    ]
