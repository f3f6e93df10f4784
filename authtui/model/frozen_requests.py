"""The requests of a state: an immutable sequence that is cheap to copy with a change.

A tuple of ten thousand records would be copied whole for each request that starts or ends. Here the
records are kept in blocks, and a copy shares all blocks but the one that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from authtui.exchanges.records import RequestRecord

    Block = tuple[RequestRecord, ...]

BLOCK: Final = 128


class FrozenRequests(Sequence["RequestRecord"]):
    """Records, oldest first.

    Every block but the last is full; the first `_gone` records of the first block do not count.
    """

    __slots__ = ("_blocks", "_gone", "_length")

    def __init__(self, records: Iterable[RequestRecord] = ()) -> None:
        given = tuple(records)
        self._blocks: tuple[Block, ...] = tuple(
            given[start : start + BLOCK] for start in range(0, len(given), BLOCK)
        )
        self._gone = 0
        self._length = len(given)

    @classmethod
    def of(cls, records: Sequence[RequestRecord]) -> FrozenRequests:
        """The same records, frozen; those that are already stay as they are."""
        return records if isinstance(records, FrozenRequests) else cls(records)

    def _made(self, blocks: tuple[Block, ...], gone: int, length: int) -> FrozenRequests:
        made = FrozenRequests.__new__(FrozenRequests)
        made._blocks, made._gone, made._length = blocks, gone, length
        return made

    def appended(self, record: RequestRecord) -> FrozenRequests:
        """With one more at the end."""
        blocks = self._blocks
        if blocks and len(blocks[-1]) < BLOCK:
            blocks = (*blocks[:-1], (*blocks[-1], record))
        else:
            blocks = (*blocks, (record,))
        return self._made(blocks, self._gone, self._length + 1)

    def replaced(self, index: int, record: RequestRecord) -> FrozenRequests:
        """With another record at an index."""
        number, place = divmod(self._gone + index, BLOCK)
        block = self._blocks[number]
        block = (*block[:place], record, *block[place + 1 :])
        blocks = (*self._blocks[:number], block, *self._blocks[number + 1 :])
        return self._made(blocks, self._gone, self._length)

    def newest(self, count: int) -> FrozenRequests:
        """The last `count` of them."""
        extra = self._length - count
        if extra <= 0:
            return self
        whole, gone = divmod(self._gone + extra, BLOCK)
        return self._made(self._blocks[whole:], gone, count)

    def without_details(self) -> FrozenRequests:
        """The same exchanges without headers and bodies; blocks that have none are shared."""
        blocks = tuple(
            tuple(r.without_detail() for r in block)
            if any(r.detail is not None for r in block)
            else block
            for block in self._blocks
        )
        return self._made(blocks, self._gone, self._length)

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> RequestRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RequestRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> RequestRecord | tuple[RequestRecord, ...]:
        """One, or the ones of a slice."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(self._length)))
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError(index)
        number, place = divmod(self._gone + index, BLOCK)
        return self._blocks[number][place]

    def __iter__(self) -> Iterator[RequestRecord]:
        skip = self._gone
        for block in self._blocks:
            yield from block[skip:] if skip else block
            skip = 0

    def __eq__(self, other: object) -> bool:
        """Equal to any sequence of equal records."""
        if not isinstance(other, FrozenRequests | tuple):
            return NotImplemented
        return len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """In keeping with equality."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """How many; the records themselves would fill screens."""
        return f"<{self._length} requests>"
