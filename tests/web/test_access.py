"""The link opens once, and only the address that is served counts as its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.web.access import Access

PORT = 4711
ANY_TEXT = st.text(st.characters(), max_size=80)


def test_the_token_of_the_link_is_exchanged_once_and_then_dead() -> None:
    access = Access(PORT)
    token = access.link.rpartition("/")[2]
    cookie = access.exchange(token)
    assert access.knows(cookie)
    assert access.exchange(token) is None
    assert access.link == ""


def test_before_the_exchange_no_cookie_is_known() -> None:
    access = Access(PORT)
    assert not access.knows(None)
    assert not access.knows("")


@given(ANY_TEXT)
def test_any_other_text_opens_nothing_and_leaves_the_link_alive(text: str) -> None:
    access = Access(PORT)
    token = access.link.rpartition("/")[2]
    assert access.exchange(text) is None
    cookie = access.exchange(token)
    assert cookie is not None
    assert not access.knows(text)


def test_links_cookies_and_paths_of_two_runs_have_nothing_in_common() -> None:
    seen = set()
    for _ in range(100):
        access = Access(PORT)
        token = access.link.rpartition("/")[2]
        seen |= {token, access.exchange(token), access.path}
        assert len(token) >= 43  # 256 bits
    assert len(seen) == 300


@pytest.mark.parametrize("host", ["127.0.0.1:4711", "localhost:4711"])
def test_the_address_is_this_machine_and_the_port(host: str) -> None:
    access = Access(PORT)
    assert access.is_address(host)
    assert access.is_own_page(f"http://{host}", host)


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
    assert not Access(PORT).is_address(host)
    assert not Access(PORT).is_own_page(f"http://{host}", host)


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
    assert not Access(PORT).is_own_page(origin, "127.0.0.1:4711")
