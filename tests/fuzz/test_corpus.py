"""Whatever the fuzzer found worth keeping is still answered in order, and in no time."""

from __future__ import annotations

import os
import time

import pytest

from tests.fuzz.corpus import read_corpus
from tests.fuzz.pipeline import pipeline
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

# A whole home takes tens of milliseconds; a sample of them runs unless all are asked for.
ALL = bool(os.environ.get("AUTHTUI_LONG_TESTS"))
READERS = {**TARGETS, "pipeline": pipeline}


@pytest.mark.parametrize("target", SEEDS)
def test_every_kept_input_gets_an_orderly_answer(target: str) -> None:
    kept = read_corpus(target)
    if target == "pipeline" and not ALL:
        kept = kept[:: max(1, len(kept) // 40)]
    for data in (*SEEDS[target], *kept):
        started = time.thread_time()
        READERS[target](data)
        assert time.thread_time() - started < 2, data[:80]


def test_every_reader_has_something_to_start_from() -> None:
    assert SEEDS.keys() == READERS.keys()
