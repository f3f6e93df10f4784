"""What is used of a library though it promises nothing about it, is still there and of that shape.

Each test names the files that rely on the part, so that a new release of a library that has moved
it is read here first, and not in a capture that records nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tomllib
from types import FunctionType

import h11
import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from authtui.cli import parser_with_every_command
from authtui.wire.serving import config_for
from tests.architecture.test_rooms import PACKAGE, ROOT


def names_in(function: object) -> set[str]:
    """Give the names and attributes that a function's code touches."""
    assert isinstance(function, FunctionType), function
    return set(function.__code__.co_names)


def rely_on(part: str, *files: str) -> str:
    """Give the sentence a failure says; the files must exist and mention the part."""
    for file in files:
        assert part.rpartition(".")[2] in (PACKAGE / file).read_text(encoding="utf-8"), file
    return f"{part} has changed, on which authtui/{', authtui/'.join(files)} rely"


def test_argparse_looks_up_its_messages_by_a_name_that_can_be_replaced() -> None:
    said = rely_on('vars(argparse)["_"]', "cli.py")
    assert callable(vars(argparse).get("_")), said
    assert "_" in names_in(argparse.ArgumentParser.error), said


def test_argparse_lists_its_options_and_the_help_of_its_commands() -> None:
    file = "commands/command_tree.py"
    parser = parser_with_every_command()
    actions = getattr(parser, "_actions", None)
    assert isinstance(actions, list), rely_on("parser._actions", file)
    kind = getattr(argparse, "_SubParsersAction", None)
    assert isinstance(kind, type), rely_on("argparse._SubParsersAction", file)
    [commands] = [action for action in actions if isinstance(action, kind)]
    entries = getattr(commands, "_choices_actions", None)
    assert entries, rely_on("action._choices_actions", file)
    assert [entry.dest for entry in entries] == list(vars(commands)["choices"])
    assert all(isinstance(entry.help, str) for entry in entries)


def connection() -> H11Protocol:
    """Give a connection as the server makes one, before a client is there."""

    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError(scope, receive, send)

    async def made() -> H11Protocol:
        config = config_for(app, H11Protocol)
        config.load()
        return H11Protocol(config, uvicorn.server.ServerState(), {})

    return asyncio.run(made())


def test_a_connection_of_uvicorn_takes_its_events_from_a_parser_it_holds() -> None:
    said = rely_on("conn.next_event", "capture/proxy.py")
    made = connection()
    assert isinstance(made.conn, h11.Connection), said
    assert "next_event" in names_in(H11Protocol.handle_events), said
    assert callable(made.conn.next_event), said
    made.conn.receive_data(b"GET /a HTTP/1.1\r\nHoSt: b\r\n\r\n")
    event = made.conn.next_event()
    assert isinstance(event, h11.Request), said
    assert event.headers.raw_items() == [(b"HoSt", b"b")], said


def test_a_connection_of_uvicorn_hands_its_state_to_the_application() -> None:
    said = rely_on("app_state", "capture/proxy.py", "wire/serving.py")
    assert connection().app_state == {}, said
    assert "app_state" in names_in(H11Protocol.handle_events), said


def test_an_answer_that_the_tunnel_writes_itself_can_be_declared_written() -> None:
    file = "capture/tunnel.py"
    for part in ("response_started", "response_complete"):
        said = rely_on(f"http.cycle.{part}", file)
        assert part in names_in(RequestResponseCycle.__init__), said
        assert part in names_in(RequestResponseCycle.run_asgi), said
    made = connection()
    assert hasattr(made, "cycle"), rely_on("http.cycle", file)
    assert isinstance(made.connections, set), rely_on("http.connections", file)
    assert made.conn.trailing_data == (b"", False), rely_on("http.conn.trailing_data", file)


def test_a_server_of_uvicorn_serves_by_the_three_steps_that_are_replaced() -> None:
    server = uvicorn.Server(config_for(lambda: None, H11Protocol))
    for step in ("startup", "main_loop", "shutdown"):
        said = rely_on(f"Server.{step}", "wire/serving.py")
        assert asyncio.iscoroutinefunction(getattr(server, step, None)), said
        assert step in names_in(uvicorn.Server._serve), said
    assert "servers" in names_in(uvicorn.Server.startup), rely_on("servers", "wire/serving.py")
    assert isinstance(server.server_state.connections, set), rely_on(
        "server_state.connections", "wire/serving.py"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the event loop for processes is another")
async def test_a_process_of_asyncio_holds_the_transport_that_closes_its_pipes() -> None:
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    transport = getattr(process, "_transport", None)
    assert isinstance(transport, asyncio.SubprocessTransport), rely_on(
        "process._transport", "capture/guard.py"
    )
    transport.close()


@pytest.mark.parametrize("library", ["h11", "uvicorn", "textual"])
def test_a_library_whose_inside_is_used_is_bounded_above(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [wanted] = [d for d in project["dependencies"] if d.startswith(library)]
    assert ",<" in wanted
