"""No secret that passes on the wire, in whatever part of it, gets into a record or an export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from authtui.commands.event_lines import event_json, event_text
from authtui.exchanges.export import as_curl, as_har
from authtui.exchanges.request_filter import haystack
from authtui.model.events import RequestFinished, RequestStarted
from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES, SHAPED
from tests.canaries.typed import value
from tests.report.samples import made_report
from tests.tui.homes import NOW
from tests.wire.servers import answering, serving, wire

if TYPE_CHECKING:
    from authtui.exchanges.records import RequestRecord


class Passing(NamedTuple):
    """One exchange: what is asked, and what is answered."""

    path: str = "/v1/x"
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    content: bytes | None = None
    answer: bytes = b"{}"
    answer_headers: str = "content-type: application/json\r\n"
    status: str = "200 OK"
    method: str = "POST"


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _json(**fields: object) -> bytes:
    return json.dumps(fields).encode()


TYPED = {
    "code": "authorization code in a body",
    "state": "state in a body",
    "code_verifier": "PKCE verifier",
    "code_challenge": "PKCE challenge",
    "device_code": "device code",
    "device_auth_id": "device auth id",
    "user_code": "device user code",
    "client_secret": "client secret",
    "password": "password in a body",
    "refresh_token": "opaque refresh token",
    "access_token": "opaque access token",
    "id_token": "ID token",
    "subject_token": "federation token",
    "personal_access_token": "opaque personal access token",
    "task_id": "task id",
    "taskId": "task id",
    "encrypted_task_id": "encrypted task id",
    "encryptedTaskId": "encrypted task id",
    "background_task_id": "background task id",
    "agent_private_key": "seed of a key in base64",
    "api_key": "provider key",
    "biscuit": "biscuit",
    "cookie": "cookie",
    "signature": "agent identity JWT",
    "passphrase": "passphrase",
}
BY_KEY = {name: value(kind) for name, kind in TYPED.items()}
HEADERS = (
    ("Cookie", f"session={value('cookie')}; b={value('ID token')}"),
    ("X-Api-Key", value("key in a header")),
    ("X-Amz-Security-Token", value("AWS session token in a header")),
    ("X-OpenAI-Authorization", value("biscuit")),
    ("Proxy-Authorization", f"Basic {value('password in a body')}"),
    (
        "Referer",
        f"https://ada:{value('userinfo of an address')}@x.example/?code={value('state in a body')}",
    ),
)
ANSWERED = (
    f"set-cookie: session={value('answered cookie')}; Secure\r\n"
    f"location: https://ada:{value('userinfo of an address')}@x.example/cb?code="
    f"{value('authorization code in a body')}&state={value('state in a body')}"
    f"#t={value('ID token')}\r\n"
    "content-type: application/json\r\n"
)
EXCHANGES = {
    "typed fields of a body": Passing(json=BY_KEY, answer=_json(**BY_KEY)),
    "typed fields deep in a body": Passing(
        json={"a": [{"b": BY_KEY}]}, answer=_json(data=[{"x": BY_KEY}])
    ),
    "a form": Passing(
        path="/oauth/token",
        content=urlencode(BY_KEY).encode(),
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        answer=_json(**BY_KEY),
    ),
    "a form of an unknown endpoint": Passing(
        content=urlencode(
            {
                k: v
                for k, v in BY_KEY.items()
                if k
                in (
                    "code",
                    "state",
                    "user_code",
                    "code_verifier",
                    "refresh_token",
                    "client_secret",
                    "device_code",
                    "password",
                )
            }
        ).encode(),
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
    ),
    "a query": Passing(path=f"/cb?{urlencode(BY_KEY)}", method="GET"),
    "headers": Passing(headers=HEADERS, answer_headers=ANSWERED),
    "a redirect": Passing(answer_headers=ANSWERED, status="302 Found"),
    "the path of a task": Passing(path=f"/api/accounts/v1/agent/agent_1/task/{value('task id')}"),
    "an error": Passing(
        status="401 Unauthorized",
        answer=_json(error={"code": "invalid", "message": "no", "refresh_token": BY_KEY["state"]}),
    ),
    "prompts": Passing(path="/backend-api/codex/responses", json={"input": BY_KEY["state"]}),
}


def shaped(kind: str) -> dict[str, Passing]:
    """A secret known by its shape, in every part of an exchange by mistake."""
    text = CANARIES[kind].value
    line = _one_line(text)
    quoted = quote(line, safe="")
    return {
        "path": Passing(path=f"/v1/{quoted}/x"),
        "bare query": Passing(path=f"/v1?{quoted}", method="GET"),
        "query value": Passing(path=f"/v1?x={quoted}&client_version={quoted}", method="GET"),
        "query name": Passing(path=f"/v1?{quoted}=1", method="GET"),
        "headers": Passing(
            headers=(
                ("Authorization", line),
                ("ChatGPT-Account-ID", line),
                ("X-Anything", line),
                ("User-Agent", line),
            ),
            answer_headers=(
                f"x-request-id: {line}\r\nwww-authenticate: {line}\r\nx-any: {line}\r\n"
                f"date: {line}\r\ncontent-type: {line}\r\n"
            ),
        ),
        "body": Passing(json={"note": text, text: 1, "l": [text]}, answer=_json(note=text)),
        "text": Passing(
            content=text.encode(),
            headers=(("Content-Type", "text/plain"),),
            answer=text.encode(),
            answer_headers="content-type: text/plain\r\n",
        ),
        "page": Passing(
            answer=f"<!doctype html><title>{text}</title>{text}".encode(),
            answer_headers="content-type: text/html\r\n",
            status="403 Forbidden",
        ),
        "error": Passing(
            status="401 Unauthorized",
            answer=_json(error={"code": text, "message": f"bad {text}", "type": text}),
        ),
        "error of a credential endpoint": Passing(
            path="/oauth/token",
            json={"refresh_token": text},
            status="400 Bad Request",
            answer=_json(error=text, error_description=f"bad {text}"),
        ),
        "reason": Passing(status=f"401 {line}"),
        "redirect": Passing(
            status="302 Found", answer_headers=f"location: /next/{quoted}?c={quoted}\r\n"
        ),
    }


async def passed(given: Passing) -> list[RequestRecord]:
    """The records of an exchange, begun and ended."""
    handler = answering(given.answer, given.status, given.answer_headers)
    async with serving(handler) as server, wire() as (client, book):
        answer = await client.request(
            given.method,
            f"{server.base}{given.path}",
            headers=given.headers,
            json=given.json,
            content=given.content or b"",
            timeout=5,
        )
        shown = f"{answer!r}{answer}"
        assert leaks(shown) == set()
        return [*book.started, *book.finished]


def said_of(records: list[RequestRecord]) -> dict[str, str]:
    last = records[-1]
    events = (RequestStarted(1, NOW, "request", records[0]), RequestFinished(2, NOW, "r", last))
    report = made_report("healthy", [last])
    return {
        "HAR": json.dumps(as_har(records, "0"), ensure_ascii=False),
        "curl": as_curl(last),
        "event lines": json.dumps([event_json(e) for e in events]),
        "event text": "\n".join(map(event_text, events)),
        "filter": haystack(last),
        "repr": repr(records),
        "report": repr(report),
    }


@pytest.mark.parametrize("name", EXCHANGES)
async def test_a_secret_in_its_own_place_is_not_recorded(name: str) -> None:
    for output, text in said_of(await passed(EXCHANGES[name])).items():
        assert leaks(text) == set(), output


@pytest.mark.parametrize("kind", SHAPED)
async def test_a_secret_by_mistake_is_not_recorded(kind: str) -> None:
    for place, given in shaped(kind).items():
        for output, text in said_of(await passed(given)).items():
            assert leaks(text) == set(), f"{place}: {output}"


async def test_an_address_that_is_refused_is_not_repeated() -> None:
    for kind in SHAPED:
        quoted = quote(_one_line(CANARIES[kind].value), safe="")
        async with wire() as (client, book):
            for url in (
                f"https://{quoted[:60]}.example/x",
                f"https://elsewhere.example/{quoted}?a={quoted}",
                f"http://ada:{quoted}@elsewhere.example/",
                f"{quoted}",
                f"http://127.0.0.1:1/{quoted}",
            ):
                answer = await client.request("GET", url, timeout=2)
                told = [*book.started, *book.finished]
                assert leaks(f"{answer!r}{answer}{told!r}") == set(), f"{kind}: {url[:20]}"
