"""The shape of HAR 1.2, as far as its specification calls a field required."""

from __future__ import annotations

from datetime import datetime
from typing import Any

NUMBER = (int, float)
PAIR = {"name": str, "value": str}
SCHEMA: dict[str, Any] = {
    "log": {
        "version": str,
        "creator": {"name": str, "version": str},
        "entries": [
            {
                "startedDateTime": datetime,
                "time": NUMBER,
                "request": {
                    "method": str,
                    "url": str,
                    "httpVersion": str,
                    "cookies": [PAIR],
                    "headers": [PAIR],
                    "queryString": [PAIR],
                    "headersSize": int,
                    "bodySize": int,
                },
                "response": {
                    "status": int,
                    "statusText": str,
                    "httpVersion": str,
                    "cookies": [PAIR],
                    "headers": [PAIR],
                    "content": {"size": int, "mimeType": str},
                    "redirectURL": str,
                    "headersSize": int,
                    "bodySize": int,
                },
                "cache": {},
                "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
            }
        ],
    }
}


def faults(value: object, schema: object = SCHEMA, where: str = "$") -> list[str]:
    """What in a value is not as the schema wants it; fields it does not name are free."""
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        found = [f"{where}.{name} is missing" for name in schema if name not in value]
        for name in schema.keys() & value.keys():
            found += faults(value[name], schema[name], f"{where}.{name}")
        return found
    if isinstance(schema, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [f for n, v in enumerate(value) for f in faults(v, schema[0], f"{where}[{n}]")]
    if schema is datetime:
        return [] if datetime.fromisoformat(str(value)).tzinfo else [f"{where} has no zone"]
    assert isinstance(schema, (type, tuple))
    return [] if isinstance(value, schema) else [f"{where} is {type(value).__name__}"]
