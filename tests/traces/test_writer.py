"""Recording: appended, never overwritten, bounded, recovered after a crash."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from authtui.directories import TRACE_KEY
from authtui.model import events as ev
from authtui.trace.reader import Refusal, open_trace
from authtui.trace.target import CannotRecordError, read_key
from authtui.trace.writer import TraceWriter, size_words
from authtui.trace.writer import record as start_recording
from tests.traces.made import AT, KEY, busy, lines_of, read, record, told, write
from tests.tui.samples import session


def test_it_is_a_plain_subscriber(tmp_path: Path) -> None:
    shown = session("healthy", load=False)
    writer = TraceWriter(tmp_path / "a.trace", key=KEY)
    shown.subscribe(writer)
    shown.load("start")
    shown.fail("register", "the server refused it")
    assert writer.close().events == 2
    trace = read(tmp_path / "a.trace")
    assert [(e.sequence, e.kind, e.cause) for e in trace] == [
        (1, "Loaded", "start"),
        (2, "Failed", "register"),
    ]
    assert trace.ended
    assert list(shown.subscriber_errors) == []


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_session_knew_before_is_the_first_event(tmp_path: Path) -> None:
    shown = busy(requests=3)
    writer = TraceWriter(tmp_path / "a.trace", key=KEY, state=shown.state)
    writer.close()
    trace = read(tmp_path / "a.trace")
    assert trace[0].kind == "Loaded"
    assert [e.kind for e in trace[1:]] == ["RequestStarted"] * 3


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    shown = session("healthy")
    writer = TraceWriter(tmp_path / "a.trace", key=KEY)
    shown.subscribe(writer)

    def publish() -> None:
        for number in range(200):
            shown.note_change("auth.json", (str(number),))

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(read(tmp_path / "a.trace")) == 800


@pytest.mark.parametrize(
    "content", [b"notes of mine\n", b'{"a": 1}\n', b"\0\1\2", b'{"authtui_trace": 9}\n']
)
def test_a_file_that_is_none_of_ours_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    path.chmod(0o644)
    before = path.stat()
    with pytest.raises(CannotRecordError, match="not a trace of authtui"):
        TraceWriter(path)
    assert path.read_bytes() == content
    assert (path.stat().st_mode, path.stat().st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_links_directories_and_pipes_are_not_written_to(tmp_path: Path) -> None:
    real = write(tmp_path / "real.trace", session("healthy"))
    (tmp_path / "link").symlink_to(real)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", ".", "none/there", "a\0b"):
        with pytest.raises(CannotRecordError):
            TraceWriter(Path(f"{tmp_path}/{name}"))


def test_two_recordings_do_not_mix(tmp_path: Path) -> None:
    first = TraceWriter(tmp_path / "a.trace", key=KEY)
    with pytest.raises(CannotRecordError, match="another recording"):
        TraceWriter(tmp_path / "a.trace", key=KEY)
    first.close()
    TraceWriter(tmp_path / "a.trace", key=KEY).close()


def test_a_recording_is_continued_with_the_same_stand_ins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", session("workspace-token"))
    first = read(path)[0]
    count = len(read(path))
    write(path, session("workspace-token"))
    trace = read(path)
    again = trace[count]
    assert again.sequence == count + 1
    assert isinstance(first, ev.Loaded)
    assert isinstance(again, ev.Loaded)
    assert again.assessment.matrix == first.assessment.matrix
    assert again.changes == ("another recording begins",)


def test_without_its_key_new_stand_ins_are_given_and_none_that_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", session("healthy"))
    writer = TraceWriter(path, key=b"o" * 32)
    shown = session("healthy")
    writer(shown.state, shown.events[0])
    writer.close()
    trace = read(path)
    accounts = [e.assessment.matrix[0].account_id for e in trace if isinstance(e, ev.Loaded)]
    assert accounts == ["acct-A", "acct-B"]


def test_numbers_of_requests_do_not_collide_with_those_of_an_earlier_part(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=4))
    shown = session("healthy")
    shown.request_finished(record(2, status=200, retry_of=1))
    write(path, shown)
    requests = [e.request for e in read(path) if isinstance(e, ev.RequestFinished)]
    numbers = [r.number for r in requests]
    assert len(set(numbers)) == len(numbers)
    assert requests[-1].retry_of == requests[-1].number - 1


@pytest.mark.parametrize("lost", [1, 5, 200])
def test_a_last_line_that_was_cut_off_is_taken_away_before_going_on(
    lost: int, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.trace", busy(requests=2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    kept = whole[:-lost].rpartition(b"\n")[0] + b"\n"
    writer = TraceWriter(path, key=KEY)
    assert writer.notice is not None
    assert "cut off" in writer.notice
    writer.close()
    assert path.read_bytes().startswith(kept)
    assert not read(path).notices


def test_a_recording_that_was_cut_off_opens_with_a_notice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=2))
    whole = len(read(path))
    path.write_bytes(path.read_bytes()[:-120])
    trace = read(path)
    assert trace.damage is None
    assert "cut off" in trace.notices[0]
    assert 0 < len(trace) < whole
    assert not trace.ended


def test_it_ends_at_its_size_limit_and_says_so_in_the_last_line(tmp_path: Path) -> None:
    shown = session("healthy", load=False)
    writer = TraceWriter(tmp_path / "a.trace", key=KEY, max_size=8_000)
    for number in range(1, 200):
        writer(shown.state, ev.RequestStarted(number, AT, "request", record(number)))
    done = writer.close()
    assert done.ended == "the limit of 7.8 KB is reached"
    path = tmp_path / "a.trace"
    assert path.stat().st_size <= 8_000
    assert b'"end":"size limit"' in path.read_bytes().splitlines()[-1]
    trace = read(path)
    assert trace.notices == ["the recording ended at its size limit"]
    assert 0 < len(trace) == done.events < 199


def test_looks_that_find_nearly_the_same_are_written_as_what_differs(tmp_path: Path) -> None:
    shown = session("workspace-token")
    for _ in range(20):
        shown.load("again")
    path = write(tmp_path / "a.trace", shown)
    assert path.stat().st_size < 100_000
    looks = [e for e in read(path) if isinstance(e, ev.Loaded)]
    assert len(looks) == 21
    assert {look.assessment.verdict for look in looks} == {looks[0].assessment.verdict}
    assert all(look.assessment.checks == looks[0].assessment.checks for look in looks)


def test_an_event_that_cannot_be_written_is_counted_in_the_file(tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "a.trace", key=KEY)
    shown = session("healthy")
    strange = record(1)._replace(colour="mauve")  # type: ignore[arg-type]
    writer(shown.state, ev.RequestStarted(1, AT, "x", strange))
    writer(shown.state, ev.RequestStarted(2, AT, "x", record(2)))
    assert writer.close().skipped == 1
    trace = read(tmp_path / "a.trace")
    assert len(trace) == 1
    assert trace.notices[0].startswith("1 events are missing")


def test_an_empty_file_may_be_recorded_to_and_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.touch(mode=0o644)
    TraceWriter(path, key=KEY).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_trace_that_somebody_damaged_is_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of(told(1)) + b"[]\n")
    with pytest.raises(CannotRecordError, match="line 3"):
        TraceWriter(path)


def test_the_key_of_the_marks_stays_on_the_machine(tmp_path: Path) -> None:
    key = read_key(tmp_path / "state")
    assert read_key(tmp_path / "state") == key
    assert stat.S_IMODE((tmp_path / "state" / TRACE_KEY).stat().st_mode) == 0o600
    path = write(tmp_path / "a.trace", session("healthy"))
    assert KEY.hex() not in path.read_text()


def test_a_key_that_cannot_be_kept_is_one_for_this_time(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    assert len(read_key(tmp_path / "state")) == 32


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1_023, "1023 bytes"), (4_300, "4.2 KB"), (64 * 1024**2, "64 MB")],
)
def test_sizes_are_said_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_opening_what_is_being_recorded_shows_what_is_there(tmp_path: Path) -> None:
    shown = session("healthy")
    writer = TraceWriter(tmp_path / "a.trace", key=KEY, state=shown.state)
    while writer.progress.events < 1:
        pass
    found = open_trace(tmp_path / "a.trace")
    assert not isinstance(found, Refusal)
    found.scan(100)
    assert len(found) == 1
    writer.close()


def test_what_happens_while_a_recording_begins_is_neither_lost_nor_written_twice(
    tmp_path: Path,
) -> None:
    shown = session("healthy")
    stop = threading.Event()

    def publish() -> None:
        while not stop.is_set():
            shown.note_change("auth.json", ("changed",))

    busy_one = threading.Thread(target=publish)
    busy_one.start()
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    writer, leave = start_recording(shown, tmp_path / "a.trace", environ)
    stop.set()
    busy_one.join()
    shown.fail("register", "the last one")
    leave()
    shown.fail("register", "after the end")
    writer.close()
    trace = read(tmp_path / "a.trace")
    kinds = [event.kind for event in trace]
    assert kinds[0] == "Loaded"
    assert kinds.count("Loaded") == 1
    assert kinds[-1] == "Failed"
    assert kinds.count("Failed") == 1


def test_a_strange_event_does_not_end_a_recording(tmp_path: Path) -> None:
    shown = session("healthy")
    writer = TraceWriter(tmp_path / "a.trace", key=KEY)
    writer(shown.state, ev.Failed(1, AT, "x", "load", 5))  # type: ignore[arg-type]
    writer(shown.state, ev.Failed(2, AT, "x", "load", "whole"))
    assert writer.close().skipped == 1
    assert len(read(tmp_path / "a.trace")) == 1
