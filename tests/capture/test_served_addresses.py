"""What a program says of its servers names them, not the proxy between."""

from __future__ import annotations

from authtui.capture.upstreams import Door, Doors, Upstream, upstream_of

PROXY = "http://127.0.0.1:4711"


def server(url: str) -> Upstream:
    found = upstream_of(url)
    assert isinstance(found, Upstream)
    return found


def doors() -> Doors:
    api, chatgpt = (
        server("https://api.openai.com/v1"),
        server("https://chatgpt.com/backend-api/codex"),
    )
    return Doors(
        [Door("model", api, chatgpt), Door("auth", server("https://auth.openai.com"))], "s3cret"
    )


def test_an_address_of_the_proxy_becomes_that_of_the_server() -> None:
    made = doors()
    said = f"url: {PROXY}/s3cret/model/responses, then {PROXY}/s3cret/auth/oauth/token"
    assert made.as_served(said, PROXY) == (
        "url: https://api.openai.com/v1/responses, then https://auth.openai.com/oauth/token"
    )


def test_a_door_that_leads_to_two_servers_names_the_one_it_led_to() -> None:
    made = doors()
    made.passed(made.all[0], server("https://chatgpt.com/backend-api/codex"))
    said = "ws://127.0.0.1:4711/s3cret/model/responses"
    assert made.as_served(said, PROXY) == "wss://chatgpt.com/backend-api/codex/responses"


def test_whatever_else_holds_the_secret_does_not_show_it() -> None:
    assert "s3cret" not in doors().as_served("http://elsewhere/s3cret/x", PROXY)
    assert doors().as_served("nothing of ours", PROXY) == "nothing of ours"
