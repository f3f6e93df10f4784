from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from authtui.exchanges.answers import Answer, AnswerProblem, WireFailure
from authtui.wire.client import Wire
from tests.wire.servers import NOW, answering, serving, wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.exchanges.records import RequestRecord

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl"
REFRESH = "rt-plantedplantedplanted"


def answered(answer: Answer | WireFailure) -> Answer:
    assert isinstance(answer, Answer), answer
    return answer


async def test_an_answer_is_told_before_and_after() -> None:
    headers = "content-type: application/json\r\nx-request-id: req_7\r\n"
    async with serving(answering(b'{"ok":true}', headers=headers)) as server, wire() as (c, book):
        url = f"{server.base}/v1/models?client_version=0.169.0&k=v"
        answer = answered(await c.request("GET", url, timeout=5))
        assert answer.json() == {"ok": True}
        assert answer.status_text == "200 OK"
        (begun,), (done,) = book.started, book.finished
        assert begun.under_way
        assert begun.number == done.number == answer.number == 1
        assert done.status == 200
        assert done.path == "/v1/models?client_version=0.169.0&k=…"
        assert done.purpose == "model-list"
        assert done.request_id == "req_7"
        assert done.bytes_received == 11
        assert done.at == NOW
        assert done.milliseconds is not None
        assert done.milliseconds > 0


async def test_json_goes_out_compact_with_its_type() -> None:
    async with serving(answering()) as server, wire() as (client, _):
        await client.request("POST", f"{server.base}/x", json={"a": [1, "ü"]}, timeout=5)
        assert server.bodies == ['{"a":[1,"ü"]}'.encode()]
        assert "content-type: application/json" in server.heads[0].lower()


async def test_a_refusal_is_an_answer_with_its_code_and_message() -> None:
    body = b'{"error":{"code":"refresh_token_reused","message":"used by rt-plantedplanted1"}}'
    async with serving(answering(body, "401 Unauthorized")) as server, wire() as (client, book):
        url, sent = f"{server.base}/oauth/token", {"refresh_token": REFRESH}
        answer = answered(await client.request("POST", url, json=sent, timeout=5))
        assert answer.status_text == "401 Unauthorized"
        assert answer.error_code == "refresh_token_reused"
        assert "planted" not in (answer.error_message or "")
        assert book.last.meaning.startswith("another copy of the client")
        assert book.last.colour == "fail"


async def test_the_bodies_of_credential_endpoints_are_not_kept() -> None:
    body = b'{"access_token":"%s","refresh_token":"%s"}' % (TOKEN.encode(), REFRESH.encode())
    async with serving(answering(body)) as server, wire() as (client, book):
        sent = {"refresh_token": REFRESH, "grant_type": "refresh_token"}
        await client.request("POST", f"{server.base}/oauth/token", json=sent, timeout=5)
        detail = book.last.detail
        assert detail is not None
        assert detail.request_body is None
        assert detail.response_body is None
        assert "carries credentials" in detail.response_note
        assert "planted" not in repr(book.last)


async def test_the_class_of_a_credential_is_recorded_and_never_its_value() -> None:
    lines = [
        ("Authorization", f"Bearer {TOKEN}"),
        ("ChatGPT-Account-ID", "acct-1"),
        ("Cookie", "session=plantedcookie"),
    ]
    headers = "set-cookie: a=plantedcookie\r\n"
    async with serving(answering(headers=headers)) as server, wire() as (client, book):
        await client.request("GET", f"{server.base}/x", headers=lines, timeout=5)
        assert TOKEN in server.heads[0]
        done = book.last
        assert done.authorization == "Bearer JWT"
        assert done.credential_mark is not None
        assert done.account_header == "acct-1"
        assert TOKEN not in repr(done)
        assert "plantedcookie" not in repr(done)


async def test_an_answer_does_not_print_its_body_or_headers() -> None:
    handler = answering(b"planted", headers="x-openai-authorization: planted\r\n")
    async with serving(handler) as server, wire() as (client, book):
        url = f"{server.base}/authenticate_app_v2"
        answer = answered(await client.request("GET", url, timeout=5))
        assert answer.header("X-OpenAI-Authorization") == "planted"
        assert "planted" not in f"{answer!r}{answer}{book.last!r}"


async def test_the_skew_of_the_clock_is_measured_from_the_servers_date() -> None:
    ahead = format_datetime(NOW + timedelta(minutes=7), usegmt=True)
    async with serving(answering(headers=f"date: {ahead}\r\n")) as server, wire() as (c, book):
        await c.request("GET", server.base, timeout=5)
        assert book.last.server_date == NOW + timedelta(minutes=7)
        assert book.last.skew_seconds is not None
        assert abs(book.last.skew_seconds - 420) < 2


async def test_an_equal_clock_has_no_skew_and_a_broken_date_none_at_all() -> None:
    same = format_datetime(NOW, usegmt=True)
    async with serving(answering(headers=f"date: {same}\r\n")) as server, wire() as (c, book):
        await c.request("GET", server.base, timeout=5)
        assert book.last.skew_seconds == 0.0
    async with serving(answering(headers="date: soon\r\n")) as server, wire() as (c, book):
        await c.request("GET", server.base, timeout=5)
        assert book.last.server_date is None
        assert book.last.skew_seconds is None


async def test_a_redirect_on_the_same_host_is_followed_and_linked() -> None:
    async def handler(head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith("GET /old"):
            writer.write(b"HTTP/1.1 307 T\r\nlocation: /new\r\ncontent-length: 0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    lines = [("authorization", f"Bearer {TOKEN}")]
    async with serving(handler) as server, wire() as (client, book):
        answer = answered(
            await client.request("GET", f"{server.base}/old", headers=lines, timeout=5)
        )
        assert answer.status == 200
        assert [r.redirect_of for r in book.finished] == [None, 1]
        assert TOKEN in server.heads[1]


async def test_a_redirect_to_another_host_is_not_followed_even_when_that_host_is_named() -> None:
    async with serving(answering()) as other:
        location = f"content-type: text/plain\r\nlocation: {other.base}/steal?token=abc\r\n"
        handler = answering(b"", "302 Found", location)
        hosts = ("127.0.0.1",)
        async with serving(handler) as server, wire(*hosts) as (client, book):
            answer = answered(await client.request("GET", server.base, timeout=5))
            assert answer.redirect_host == "127.0.0.1"
            assert other.heads == []
            assert "not followed" in book.last.meaning
            assert "abc" not in repr(book.last)


async def test_redirects_in_a_circle_end() -> None:
    handler = answering(b"", "302 Found", "location: /again\r\n")
    async with serving(handler) as server, wire() as (client, _):
        found = await client.request("GET", server.base, timeout=5)
        assert isinstance(found, WireFailure)
        assert found.kind == "redirects"
        assert len(server.heads) == 6


async def test_a_post_that_is_redirected_with_303_becomes_a_get_without_its_body() -> None:
    async def handler(head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith("POST"):
            writer.write(b"HTTP/1.1 303 See\r\nlocation: /done\r\ncontent-length: 0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async with serving(handler) as server, wire() as (client, _):
        await client.request("POST", f"{server.base}/x", json={"a": 1}, timeout=5)
        assert server.heads[1].startswith("GET /done")
        assert server.bodies[1] == b""


async def test_a_stream_is_left_after_its_last_event_although_it_stays_open() -> None:
    async def handler(_head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
            b'event: response.created\ndata: {"n":1}\n\n'
            b"event: response.completed\ndata: {}\n\n"
        )
        await writer.drain()
        await asyncio.sleep(5)

    async with serving(handler) as server, wire() as (client, _):
        url = f"{server.base}/backend-api/codex/responses"
        answer = answered(await client.request("POST", url, json={}, timeout=3))
        assert answer.text.endswith("event: response.completed\ndata: {}\n\n")


async def test_an_endless_stream_is_cut_at_the_limit() -> None:
    async def handler(_head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"event: x\ndata: y\n\n" * 50)
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(handler) as server, wire(largest_body=20_000) as (client, _):
        answer = answered(await client.request("GET", f"{server.base}/responses", timeout=5))
        assert answer.cut
        assert len(answer.body) == 20_000


async def test_what_is_no_json_is_a_problem_with_a_plain_sentence() -> None:
    bodies: Sequence[tuple[bytes, str]] = (
        (b"", "empty"),
        (b"<html>", "web page"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
    )
    for body, word in bodies:
        async with serving(answering(body)) as server, wire() as (client, _):
            found = answered(await client.request("GET", server.base, timeout=5)).json()
            assert isinstance(found, AnswerProblem)
            assert word in found.statement


async def test_a_retry_names_what_it_repeats() -> None:
    async with serving(answering()) as server, wire() as (client, book):
        first = answered(await client.request("GET", server.base, timeout=5))
        await client.request("GET", server.base, timeout=5, retry_of=first.number)
        assert book.last.retry_of == first.number


async def test_hostile_bytes_of_an_answer_do_not_reach_the_record() -> None:
    body = b'{"error":{"code":"x\\u001b[31m","message":"\\u202eevil"}}'
    headers = "content-type: text/\x1b[2Jhtml\r\nx-request-id: a\x9bb\r\n"
    async with serving(answering(body, "400 Bad", headers)) as server, wire() as (client, book):
        await client.request("GET", server.base, timeout=5)
        assert all(char.isprintable() for char in repr(book.last).replace("\\x", ""))


async def test_requests_at_the_same_time_have_their_own_numbers() -> None:
    async with serving(answering()) as server, wire() as (client, book):
        asked = [client.request("GET", server.base, timeout=5) for _ in range(8)]
        answers = await asyncio.gather(*asked)
        assert sorted(answered(a).number for a in answers) == list(range(1, 9))
        assert sorted(r.number for r in book.finished) == list(range(1, 9))


async def test_a_listener_that_raises_changes_nothing_and_is_remembered() -> None:
    def broken(_record: RequestRecord) -> None:
        raise RuntimeError("a listener")

    async with serving(answering()) as server:
        client = Wire(
            clock=lambda: NOW,
            allowed_hosts=frozenset(["127.0.0.1"]),
            on_started=broken,
            on_finished=broken,
        )
        async with client:
            assert answered(await client.request("GET", server.base, timeout=5)).ok
        assert len(client.listener_errors) == 2


async def test_a_cookie_of_one_answer_is_not_sent_with_the_next_request() -> None:
    handler = answering(headers="set-cookie: session=1; Path=/\r\n")
    async with serving(handler) as server, wire() as (client, _):
        await client.request("GET", server.base, timeout=5)
        await client.request("GET", server.base, timeout=5)
        assert "cookie" not in server.heads[1].lower()
