"""Fuzz one reader: `python -m tests.fuzz TARGET SECONDS`, in an environment that has `atheris`.

Starts from the kept corpus and the seeds, and keeps what found new ground, minimised. `TARGET` is
one of `tests.fuzz.targets`, or `pipeline`; `list` names them, `replay` runs what is kept.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 16_384
_SECONDS_EACH = 20


def _modules() -> list[str]:
    import authtui

    found = (m.name for m in pkgutil.walk_packages(authtui.__path__, "authtui."))
    return [n for n in found if "__main__" not in n and ".demo" not in n and "tui.app" not in n]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _target(name: str) -> Callable[[bytes], None]:
    from tests.fuzz.pipeline import pipeline
    from tests.fuzz.targets import TARGETS

    return {**TARGETS, "pipeline": pipeline}[name]


def _inside(name: str, options: list[str]) -> None:
    # The process that libFuzzer takes over, and ends.
    import atheris  # where fuzzing is asked for, and only there

    with atheris.instrument_imports(include=["authtui", "tomllib"]):
        for module in _modules():
            importlib.import_module(module)
        reader = _target(name)
    atheris.Setup([os.environ["FUZZ_ITSELF"], *options], reader)
    atheris.Fuzz()


def _run(itself: Path, options: list[str | Path]) -> tuple[int, str]:
    done = subprocess.run(
        [itself, *map(str, options)],
        env={**os.environ, "FUZZ_ITSELF": str(itself), "PYTHONHASHSEED": "0"},
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stderr


def fuzz(name: str, seconds: int) -> int:
    """Fuzz, minimise, keep; what stopped it stays in the directory that is printed."""
    from tests.fuzz.corpus import read_corpus, write_corpus
    from tests.fuzz.seeds import SEEDS, WORDS

    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    grown, small = folder / "grown", folder / "small"
    for place in (grown, small):
        place.mkdir()
    for number, data in enumerate((*SEEDS[name], *read_corpus(name))):
        (grown / str(number)).write_bytes(data)
    itself = folder / "itself"  # libFuzzer starts itself anew to minimise: it needs a program
    itself.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.fuzz --inside {name} "$@"\n')
    itself.chmod(0o700)
    words = folder / "words"
    lines = ("".join(f"\\x{byte:02x}" for byte in word) for word in WORDS)
    words.write_text("".join(f'"{line}"\n' for line in lines))
    common = [f"-max_len={_LARGEST}", f"-timeout={_SECONDS_EACH}", "-rss_limit_mb=2048"]
    code, said = _run(
        itself,
        [
            *common, f"-dict={words}", f"-max_total_time={seconds}", f"-artifact_prefix={folder}/",
            "-print_final_stats=1", "-use_value_profile=1", grown,
        ],
    )  # fmt: skip
    (folder / "log").write_text(said)
    covered = re.findall(r"cov: (\d+) ft: (\d+)", said)
    executed = re.search(r"number_of_executed_units: (\d+)", said)
    _run(itself, [*common, "-merge=1", small, grown])
    kept = write_corpus(name, (path.read_bytes() for path in small.iterdir()))
    cov, features = covered[-1] if covered else ("?", "?")
    count = executed[1] if executed else "?"
    _say(f"{name}: {count} executions, cov {cov}, features {features}, {kept} inputs kept")
    if code:
        _say(f"{name}: stopped by a finding, see {folder}")
    return code


def main(arguments: list[str]) -> int:
    """The command line."""
    from tests.fuzz.seeds import SEEDS

    if arguments == ["list"]:
        _say("\n".join(SEEDS))
        return 0
    if len(arguments) != 2 or arguments[0] not in SEEDS or not arguments[1].isdigit():
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return fuzz(arguments[0], int(arguments[1]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        _inside(sys.argv[2], sys.argv[3:])
    sys.exit(main(sys.argv[1:]))
