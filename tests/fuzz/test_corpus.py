"""Whatever the fuzzer found worth keeping is still answered in order, and in no time."""

from __future__ import annotations

import time

import pytest

from tests.fuzz.corpus import read_corpus
from tests.fuzz.pipeline import pipeline
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

READERS = {**TARGETS, "pipeline": pipeline}


@pytest.mark.parametrize("target", SEEDS)
def test_every_kept_input_gets_an_orderly_answer(target: str) -> None:
    for data in (*SEEDS[target], *read_corpus(target)):
        started = time.thread_time()
        READERS[target](data)
        assert time.thread_time() - started < 2, data[:80]


def test_every_reader_has_something_to_start_from() -> None:
    assert SEEDS.keys() == READERS.keys()
