"""The register of risks as an Excel book: a cover, a row for each risk, a row for each rating."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.words import say
from core.zone import zone
from hazards.lec import plain
from risks.models import Assessment, Control, Risk

RISKS = (
    Column(gettext_lazy("Number"), 10),
    Column(gettext_lazy("Workshop"), 16),
    Column(gettext_lazy("Area"), 18),
    Column(gettext_lazy("Machine"), 18),
    Column(gettext_lazy("Risk point"), 30),
    Column(gettext_lazy("What is dangerous"), 36),
    Column(gettext_lazy("Kind of accident"), 16),
    Column("L", 6, "number"),
    Column("E", 6, "number"),
    Column("C", 6, "number"),
    Column("D", 8, "number"),
    Column(gettext_lazy("Risk"), 12),
    Column(gettext_lazy("Red at once"), 18),
    *(Column(kind.label, 30) for kind in Control),
    Column(gettext_lazy("Controlled by"), 26),
    Column(gettext_lazy("Responsible"), 12),
    Column(gettext_lazy("Rated on"), 19, "time"),
    Column(gettext_lazy("To be looked at anew on"), 12, "day"),
    Column(gettext_lazy("Out of the register"), 24),
)
RATINGS = (
    Column(gettext_lazy("Number"), 10),
    Column(gettext_lazy("Risk point"), 30),
    Column(gettext_lazy("Rated on"), 19, "time"),
    Column(gettext_lazy("Rated by"), 12),
    Column(gettext_lazy("Reason"), 36),
    Column("L", 6, "number"),
    Column("E", 6, "number"),
    Column("C", 6, "number"),
    Column("D", 8, "number"),
    Column(gettext_lazy("Risk"), 12),
)


def write_book(path: Path, cover: Cover, chunks: Iterable[list[Risk]], heard: Callable[[int], None]) -> int:
    """heard: is told after each chunk how many risks are written. Returns that number at the end."""
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        risks = Sheet(book, looks, _("Risks"), RISKS)
        ratings = Sheet(book, looks, _("Ratings"), RATINGS)
        for chunk in chunks:
            for risk in chunk:
                risks.write(_risk(risk))
                for rating in risk.assessments.all():
                    ratings.write(_rating(risk, rating))
            heard(risks.rows)
        for sheet in (risks, ratings):
            sheet.close()
        counts = [(_("Risks"), risks.rows), (_("Ratings"), ratings.rows)]
        write_cover(first, looks, _("Register of risks"), cover.lines(counts))
    return risks.rows


def _risk(risk: Risk) -> tuple[Any, ...]:
    return (
        risk.number, say(risk.area.department.name), say(risk.area.name),
        say(risk.equipment.name) if risk.equipment else "", risk.title, say(risk.factors), risk.accident_words,
        *_values(risk), risk.get_colour_display(), risk.get_direct_red_display() if risk.direct_red else "",
        *("；".join(risk.controls.get(kind.value, ())) for kind in Control),
        risk.level_words, risk.owner.name if risk.owner else "", risk.rated_at.astimezone(zone()), risk.review_on,
        risk.retired_reason,
    )  # fmt: skip


def _rating(risk: Risk, rating: Assessment) -> tuple[Any, ...]:
    by = rating.by.name if rating.by else ""
    at = rating.at.astimezone(zone())
    return (risk.number, risk.title, at, by, rating.reason, *_values(rating), rating.get_colour_display())


def _values(row: Risk | Assessment) -> tuple[float, ...]:
    return tuple(plain(value) for value in (row.likelihood, row.exposure, row.consequence, row.score))
