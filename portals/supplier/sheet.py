"""A report as a page shows it: each question with its answer, what was said before, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.templatetags.core_tags import normal
from core.words import say
from inspections.models import Item
from partners.actions.filling import is_untouched
from partners.answers import choices_of, sections_of, words_of
from partners.models import Reply, SelfInspection
from partners.scoring import Line, Rating, share_of

TONES = {0: "n", 1: "y"}


@dataclass
class Row:
    """number: among those that are asked, 0 where it is not. options: number, words, look and whether it is taken."""

    item: Item
    number: int
    line: Line | None
    reply: Reply | None
    before: str = ""
    section: str = ""
    options: list[tuple[int, str, str, bool]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def photos(self) -> list[Any]:
        return list(self.reply.photos.all()) if self.reply else []

    @property
    def is_untouched(self) -> bool:
        return bool(self.line and is_untouched(self.line))

    @property
    def is_changed(self) -> bool:
        """It says something else than last time."""
        return bool(self.before) and self.before != words_of(self.item, self.reply)

    @property
    def said(self) -> str:
        return words_of(self.item, self.reply)

    @property
    def is_done(self) -> bool:
        """Asked and answered, with its photo where it needs one."""
        return bool(self.line) and is_done(self.line)  # type: ignore[arg-type]

    @property
    def takes_photos(self) -> bool:
        return self.item.photo != Item.PhotoRule.NEVER

    @property
    def needs_photo(self) -> bool:
        return bool(self.line and self.line.needs_photo and not self.photos)

    @property
    def repeats(self) -> bool:
        """One of its photos was there before."""
        return any(photo.like_id for photo in self.photos)

    @property
    def asks_note(self) -> bool:
        """What is not in order is explained."""
        share = self.line.share if self.line else None
        return bool(self.item.weight) and share is not None and share < 1


def rows_of(
    report: SelfInspection, rating: Rating, former: SelfInspection | None, typed: Mapping[str, str] | None = None
) -> list[Row]:
    lines = {line.item.pk: (number, line) for number, line in enumerate(rating.lines, 1)}
    replies = {reply.item_id: reply for reply in report.replies.all()}
    old = {reply.item_id: reply for reply in former.replies.select_related("item")} if former else {}
    items, rows = list(report.checklist.items.all()), []
    sections = sections_of(items)
    for item in items:
        number, line = lines.get(item.pk, (0, None))
        reply = line.reply if line else replies.get(item.pk)
        before = old.get(item.pk) or old.get(item.origin_id or 0)
        row = Row(item, number, line, reply, words_of(item, before) if before else "", sections[item.pk])
        row.typed = _typed(item, reply, typed)
        row.options = _options(item, row.typed["choice"])
        rows.append(row)
    return rows


@dataclass
class Part:
    """What stands under one heading; without any, all of it."""

    title: str
    rows: list[Row]

    @property
    def asked(self) -> int:
        return sum(row.line is not None for row in self.rows)

    @property
    def answered(self) -> int:
        return sum(row.is_done for row in self.rows)


def parts_of(rows: list[Row]) -> list[Part]:
    return [Part(title, list(of)) for title, of in groupby(rows, key=lambda row: row.section)]


def first_open(rows: list[Row]) -> Row | None:
    """Where somebody goes on."""
    return next((row for row in rows if row.line and not row.is_done), None)


def _typed(item: Item, reply: Reply | None, typed: Mapping[str, str] | None) -> dict[str, str]:
    """What stands in its fields: what was typed, where the page comes back, else what is kept."""
    kept = {
        "choice": "" if reply is None or reply.choice is None else str(reply.choice),
        "number": normal(reply.number) if reply and reply.number is not None else "",
        "text": reply.text if reply else "",
        "note": reply.note if reply else "",
        "done_by": reply.done_by.isoformat() if reply and reply.done_by else "",
    }
    return {name: (typed or {}).get(f"{item.pk}-{name}", value) for name, value in kept.items()}


def _options(item: Item, chosen: str) -> list[tuple[int, str, str, bool]]:
    return [(n, text, _look(item, n), str(n) == chosen) for n, text in enumerate(choices_of(item))]


def _look(item: Item, number: int) -> str:
    if not item.weight:
        return "m"
    share = share_of(item, Reply(item=item, choice=number))
    return TONES.get(int(share), "m") if share in (0, 1) else "m"


def is_done(line: Line) -> bool:
    return line.share is not None and not (line.needs_photo and not (line.reply and line.reply.photos.all()))


def tip_of(rating: Rating) -> str:
    """How far it is to the next grade, and what would bring most."""
    if rating.is_capped:
        return _("A major hazard is open, so the grade is D. Put it right first.")
    if rating.score is None or not rating.missing or not rating.faults:
        return ""
    best = max(rating.faults, key=lambda line: line.lost)
    words = {"n": rating.missing, "what": say(best.item.text)}
    return _("%(n)d points to the next grade. Most is lost at “%(what)s”.") % words


def score_as_json(rating: Rating, reply: Reply | None) -> dict[str, Any]:
    photos = reply.photos.select_related("attachment").all() if reply else []
    return {
        "score": rating.score,
        "grade": rating.grade,
        "answered": rating.answered,
        "asked": [line.item.pk for line in rating.lines],
        "done": [line.item.pk for line in rating.lines if is_done(line)],
        "tip": tip_of(rating),
        "photos": [
            {"id": photo.pk, "url": reverse("file", args=[photo.attachment_id]), "like": photo.like_id is not None}
            for photo in photos
        ],
    }
