"""The ladder: every source of a credential, in the client's own order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.differences import status_words
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, safe
from authtui.tui.views.context import SOURCES, ViewContext, note

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, Source


def source_key(source: Source) -> str:
    """What makes a source the same source after a reload."""
    return f"{source.name}@{source.place}"


def sources_doc(view: ViewContext, width: int) -> Doc:
    """The pane of sources."""
    found = view.assessment
    if found is None:
        return Doc("Sources", note(view.busy or "Nothing has been read yet. l reads.", width))
    lines: list[Line] = []
    items: list[Item] = []
    listed = [s for s in found.sources if s.rank is not None]
    aside = [s for s in found.sources if s.rank is None]
    for source in listed:
        _row(source, found, view, lines, items)
    if aside:
        lines += [BLANK, Line((Span(" never used as a login here", "faint"),))]
        for source in aside:
            _row(source, found, view, lines, items)
    if not found.sources:
        lines += note("This generation of the client reads no source at all.", width)
    return Doc(
        "Sources", lines, items, info=(Span("first match wins", "faint"),), start=_start(items)
    )


def _start(items: list[Item]) -> int:
    for wanted in ("selected", "invalid", "unreadable"):
        for index, item in enumerate(items):
            if getattr(item.subject, "status", None) == wanted:
                return index
    return 0


def _row(
    source: Source, found: Assessment, view: ViewContext, lines: list[Line], items: list[Item]
) -> None:
    glyph, tone, _ = SOURCES[source.status]
    quiet = tone == "faint"
    index = len(items)
    items.append(
        Item(
            source_key(source),
            source,
            safe(source.name),
            safe(source.name, 60),
            next((f.secret for f in source.facts if f.secret is not None), None),
        )
    )
    rank = f"{source.rank:>2}" if source.rank is not None else "  "
    name_tone = "muted" if quiet else "strong"
    mark = (Span(" changed", "accent"),) if source_key(source) in view.marks else ()
    lines.append(
        Line(
            (Span(f"{rank} ", "faint"), Span(safe(source.name, 200), name_tone), *mark),
            (Span(f"{glyph} ", tone), Span(safe(status_words(source, found), 60), tone)),
            index,
        )
    )
    said = source.detail or ("" if quiet else source.reason)
    said = safe(said or source.kind or "", 400)
    if said and not (quiet and source.kind is None and source.detail is None):
        lines.append(Line((Span("   └ ", "border"), Span(said, "muted")), item=index))
    for fact in source.facts:
        if (text := view.in_clear(fact.secret)) is not None:
            shown = f"{safe(fact.label, 40)}  {text}"
            lines.append(Line((Span("   └ ", "border"), Span(shown, "warn")), item=index))
