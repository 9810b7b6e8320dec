"""Alert records as an Excel book: made in the background, noted in the ledger."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.archive import Filter
from alerts.models import Alert
from core.events import register
from core.exports import lists
from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.models import Job
from core.words import say
from core.zone import zone
from people.models import User

register({"alerts.exported": gettext_lazy("Alert records exported")})

CHUNK = 500
COLUMNS = (
    Column(gettext_lazy("What is wrong"), 40),
    Column(gettext_lazy("Workshop"), 16),
    Column(gettext_lazy("Raised"), 19, "time"),
    Column(gettext_lazy("Raised by"), 12),
    Column(gettext_lazy("Taken"), 19, "time"),
    Column(gettext_lazy("Taken by"), 12),
    Column(gettext_lazy("Minutes until taken"), 14, "number"),
    Column(gettext_lazy("Levels above the people on duty"), 14, "number"),
)


def _chunks(chosen: Filter, by: User) -> Iterator[list[Alert]]:
    found = chosen.of(Alert.objects.visible_to(by)).select_related("department", "raised_by", "acknowledged_by")
    rows = list(found)
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def write_book(path: Path, cover: Cover, chunks: Iterable[list[Alert]], heard: Callable[[int], None]) -> int:
    """heard: is told after each chunk how many are written. Returns that number at the end."""
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        sheet = Sheet(book, looks, _("Alerts"), COLUMNS)
        for chunk in chunks:
            for alert in chunk:
                sheet.write(_row(alert))
            heard(sheet.rows)
        sheet.close()
        write_cover(first, looks, _("Alert records"), cover.lines([(_("Alerts"), sheet.rows)]))
    return sheet.rows


def _row(alert: Alert) -> tuple[Any, ...]:
    taken = alert.acknowledged_at
    return (
        alert.line, say(alert.department.name) if alert.department else "", alert.raised_at.astimezone(zone()),
        alert.raised_by.name if alert.raised_by else "", taken and taken.astimezone(zone()),
        alert.acknowledged_by.name if alert.acknowledged_by else "",
        round((taken - alert.raised_at).total_seconds() / 60, 1) if taken else None, alert.step,
    )  # fmt: skip


RECORDS = lists.make_known(
    lists.Listing(
        kind="alerts",
        title=gettext_lazy("Alert records"),
        permission="alerts.acknowledge",
        filter=Filter,
        facts=lambda chosen: chosen.facts,
        rows=Alert.objects.visible_to,
        chunks=_chunks,
        writers={"xlsx": write_book},
        too_many={"xlsx": gettext_lazy("%(rows)d alerts are too many for one Excel file (%(most)d at most).")},
    )
)


def order_export(chosen: Filter, *, by: User) -> Job:
    return lists.order_list(RECORDS, chosen, "xlsx", by=by)
