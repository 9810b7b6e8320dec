"""Self-inspections for paper and sheets, read in chunks: each with its answers and the hashes of its photos."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Prefetch

from core.models import Attachment
from core.words import say
from core.zone import zone
from hazards.models import OPEN, Level
from inspections.models import Item
from partners.actions.filling import is_untouched, rating_of
from partners.answers import sections_of, words_of
from partners.archive import Filter
from partners.models import CorrectiveAction, Reply, ReplyPhoto, SelfInspection
from partners.scoring import Line, Rating

CHUNK = 100


class AnswerRow(NamedTuple):
    """points: what it brought, of `weight`; repeated: photos that an earlier report has too."""

    number: int
    section: str
    text: str
    said: str
    points: Decimal | None
    weight: int
    lost: Decimal
    note: str
    done_by: date | None
    is_untouched: bool
    photos: list[Attachment]
    repeated: int

    @property
    def hashes(self) -> str:
        return "\n".join(photo.sha256 for photo in self.photos)


class ReportRow(NamedTuple):
    """score and grade: as they stand on the pages; reasons: where points were lost, the most first."""

    id: int
    company: str
    period: str
    starts_on: date
    ends_on: date
    due_on: date
    version: int
    handed_in: datetime | None
    handed_in_by: str
    days_late: int
    status: str
    score: int | None
    grade: str
    is_capped: bool
    reasons: list[tuple[str, Decimal]]
    returns: int
    reason: str
    decided: datetime | None
    decided_by: str
    spot: str
    corrections: str
    files: list[Attachment]
    answers: list[AnswerRow]

    @property
    def photos(self) -> int:
        return sum(len(answer.photos) for answer in self.answers)

    @property
    def repeated(self) -> int:
        return sum(answer.repeated for answer in self.answers)

    @property
    def untouched(self) -> int:
        return sum(answer.is_untouched for answer in self.answers)

    @property
    def hashes(self) -> str:
        return "\n".join(f"{file.name} {file.sha256}" for file in self.files)


def near() -> tuple[Any, ...]:
    photos = Prefetch("photos", ReplyPhoto.objects.select_related("attachment"))
    replies = Prefetch("replies", Reply.objects.prefetch_related(photos))
    return replies, "files__attachment", "corrections__hazard"


_BESIDE = ("company", "checklist", "submitted_by", "decided_by", "spot_check")


def chunks(chosen: Filter, user: Any) -> Iterator[list[ReportRow]]:
    """Oldest period first."""
    found = chosen.of(SelfInspection.objects.visible_to(user)).order_by("starts_on", "company__name", "pk")
    reports = found.select_related(*_BESIDE).prefetch_related(*near()).iterator(chunk_size=CHUNK)
    read = lru_cache(maxsize=50)(_items)
    majors = frozenset(
        CorrectiveAction.objects.filter(hazard__status__in=OPEN, hazard__level=Level.MAJOR).values_list(
            "company_id", flat=True
        )
    )
    while part := list(islice(reports, CHUNK)):
        yield [_row(report, read(report.checklist_id), report.company_id in majors) for report in part]


def row_of(report: SelfInspection) -> ReportRow:
    """Of one report alone."""
    found = SelfInspection.objects.select_related(*_BESIDE).prefetch_related(*near()).get(pk=report.pk)
    majors = CorrectiveAction.objects.filter(
        company=found.company_id, hazard__status__in=OPEN, hazard__level=Level.MAJOR
    )
    return _row(found, _items(found.checklist_id), majors.exists())


def _items(checklist: int) -> list[Item]:
    return list(Item.objects.filter(checklist=checklist).select_related("category"))


def _row(report: SelfInspection, items: list[Item], is_major_now: bool) -> ReportRow:
    rating = rating_of(report, items, report.replies.all(), lambda: is_major_now)
    here, check = zone(), getattr(report, "spot_check", None)
    sections = sections_of(items)
    is_graded = report.score is not None and not report.is_answerable
    return ReportRow(
        id=report.pk,
        company=report.company.name,
        period=report.period,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        due_on=report.due_on,
        version=report.checklist.version,
        handed_in=report.submitted_at and report.submitted_at.astimezone(here),
        handed_in_by=report.submitted_by.name if report.submitted_by else "",
        days_late=report.days_late,
        status=report.get_status_display(),
        score=report.score if is_graded else None,
        grade=report.grade if is_graded else "",
        is_capped=is_graded and rating.is_capped,
        reasons=_reasons(rating),
        returns=report.returns,
        reason=report.reason,
        decided=report.decided_at and report.decided_at.astimezone(here),
        decided_by=report.decided_by.name if report.decided_by else "",
        spot=f"{check.get_result_display()} {check.note}".strip() if check and check.done_at else "",
        corrections="、".join(sorted(each.hazard.number for each in report.corrections.all())),
        files=[file.attachment for file in report.files.all()],
        answers=[_answer(number, line, sections[line.item.pk]) for number, line in enumerate(rating.lines, 1)],
    )


def _reasons(rating: Rating) -> list[tuple[str, Decimal]]:
    return [(say(line.item.text), line.lost) for line in rating.faults]


def _answer(number: int, line: Line, section: str) -> AnswerRow:
    item, reply = line.item, line.reply
    shots = list(reply.photos.all()) if reply else []
    return AnswerRow(
        number=number,
        section=section,
        text=say(item.text),
        said=words_of(item, reply),
        points=line.points if item.weight else None,
        weight=item.weight,
        lost=line.lost,
        note=reply.note if reply else "",
        done_by=reply.done_by if reply else None,
        is_untouched=is_untouched(line),
        photos=[shot.attachment for shot in shots],
        repeated=sum(shot.like_id is not None for shot in shots),
    )
