"""The project's own recordings: states that were drawn or thought of, and what real clients did.

Usage: `python -m tests.oracle.own RUNS.jsonl…`: adds the runs of those files (as `drive_wide`
keeps them) to `own.jsonl.xz`, and the public keys beside them (`RUNS.jwks`) to `own-jwks.json`.
Every key and token in them is made up and opens nothing.
"""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OWN = HERE / "own.jsonl.xz"
OWN_KEYS = HERE / "own-jwks.json"
_NOT_KEPT = ("seconds",)


def add(files: list[Path]) -> int:
    """Add the runs of these files; how many there are now. A run that is there is replaced."""
    kept = {_identity(run): run for run in read()}
    keys = {key["kid"]: key for key in json.loads(OWN_KEYS.read_text("utf-8"))["keys"]}
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            run = {k: v for k, v in json.loads(line).items() if k not in _NOT_KEPT}
            kept[_identity(run)] = run
        beside = file.with_suffix(".jwks")
        if beside.exists():
            key = json.loads(beside.read_text("utf-8"))
            keys[key["kid"]] = key
    with lzma.open(OWN, "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as out:
        for identity in sorted(kept):
            out.write(json.dumps(kept[identity], ensure_ascii=False, sort_keys=True) + "\n")
    OWN_KEYS.write_text(json.dumps({"keys": list(keys.values())}, indent=1) + "\n", "utf-8")
    return len(kept)


def read() -> list[dict[str, Any]]:
    """The runs that are kept."""
    with lzma.open(OWN, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _identity(run: dict[str, Any]) -> tuple[str, str, str]:
    return run["version"], run["case"], run["command"]


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.stdout.write(f"{add([Path(name) for name in sys.argv[1:]])} runs\n")
