"""The link opens once, and only the address that is served counts as its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.web.door import Door

PORT = 4711
ANY_TEXT = st.text(st.characters(), max_size=80)


def test_the_token_of_the_link_is_exchanged_once_and_then_dead() -> None:
    door = Door(PORT)
    token = door.link.rpartition("/")[2]
    cookie = door.exchange(token)
    assert door.knows(cookie)
    assert door.exchange(token) is None
    assert door.link == ""


def test_before_the_exchange_no_cookie_is_known() -> None:
    door = Door(PORT)
    assert not door.knows(None)
    assert not door.knows("")


@given(ANY_TEXT)
def test_any_other_text_opens_nothing_and_leaves_the_link_alive(text: str) -> None:
    door = Door(PORT)
    token = door.link.rpartition("/")[2]
    assert door.exchange(text) is None
    cookie = door.exchange(token)
    assert cookie is not None
    assert not door.knows(text)


def test_links_cookies_and_rooms_of_two_runs_have_nothing_in_common() -> None:
    seen = set()
    for _ in range(100):
        door = Door(PORT)
        token = door.link.rpartition("/")[2]
        seen |= {token, door.exchange(token), door.room}
        assert len(token) >= 43  # 256 bits
    assert len(seen) == 300


@pytest.mark.parametrize("host", ["127.0.0.1:4711", "localhost:4711"])
def test_the_address_is_this_machine_and_the_port(host: str) -> None:
    door = Door(PORT)
    assert door.is_address(host)
    assert door.is_own_page(f"http://{host}", host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "127.0.0.1",
        "127.0.0.1:4712",
        "rebound.example:4711",
        "127.0.0.1.rebound.example:4711",
        "localhost:4711.rebound.example",
        "localhost:4711@rebound.example",
        "0.0.0.0:4711",
        "[::1]:4711",
    ],
)
def test_no_other_name_is(host: str | None) -> None:
    assert not Door(PORT).is_address(host)
    assert not Door(PORT).is_own_page(f"http://{host}", host)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://127.0.0.1:4711",
        "http://localhost:4711",
        "http://127.0.0.1:4712",
        "http://127.0.0.1:4711.rebound.example",
    ],
)
def test_a_page_of_another_origin_opens_no_screen(origin: str | None) -> None:
    assert not Door(PORT).is_own_page(origin, "127.0.0.1:4711")
