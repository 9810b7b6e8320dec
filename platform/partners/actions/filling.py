"""A supplier fills in its report: answer by answer, with photos and its own papers, and hands it in."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, visible_through
from core.copies import copy_of
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from hazards.models import OPEN, Level
from inspections.models import Item
from partners.actions.guards import refuse_idle
from partners.actions.opening import forget
from partners.models import WORKFLOW, CorrectiveAction, Reply, ReplyPhoto, ReportFile, SelfInspection
from partners.scoring import Line, Rating, rate
from people.models import User

MOST_PHOTOS, MOST_FILES = 6, 8
LARGEST = Decimal("99999999")


@visible_through
def photos_of_replies(user: User) -> Any:
    return ReplyPhoto.objects.filter(reply__in=Reply.objects.visible_to(user)).values("attachment_id")


@visible_through
def files_of_reports(user: User) -> Any:
    return ReportFile.objects.filter(report__in=SelfInspection.objects.visible_to(user)).values("attachment_id")


def rated(report: SelfInspection) -> Rating:
    """As it stands now."""
    replies = report.replies.prefetch_related(
        "photos__attachment", "photos__like__attachment", "photos__like__reply__report"
    )
    items = list(report.checklist.items.select_related("category"))
    return rating_of(report, items, replies, lambda: has_major(report.company_id))


def rating_of(
    report: SelfInspection, items: Sequence[Item], replies: Iterable[Reply], is_major_now: Callable[[], bool]
) -> Rating:
    """is_major_now: whether a major hazard is open today; what is accepted stays as it was accepted."""
    is_capped = report.is_capped and not report.is_answerable
    if not is_capped and report.status != SelfInspection.Status.ACCEPTED:
        is_capped = is_major_now()
    return rate(items, {reply.item_id: reply for reply in replies}, has_major=is_capped)


def has_major(company_id: int) -> bool:
    """A major hazard at its site is open."""
    open_ones = CorrectiveAction.objects.filter(company=company_id, hazard__status__in=OPEN)
    return open_ones.filter(hazard__level=Level.MAJOR).exists()


def _held(report: SelfInspection, by: User) -> SelfInspection:
    """As it is now, under its lock, and open to whoever fills it in."""
    found = SelfInspection.objects.select_for_update(of=("self",)).select_related("company").get(pk=report.pk)
    if not by.can("partners.report") or not found.company.members.filter(user=by).exists():
        raise NotAllowed(_("Only the company itself fills in its report."))
    refuse_idle(found.company)
    if not found.is_answerable:
        raise WrongStatus(_("This report is handed in. It changes only if it comes back."))
    return found


@action
def answer(
    report: SelfInspection,
    item: Item,
    *,
    by: User,
    choice: int | None = None,
    number: Decimal | None = None,
    text: str = "",
    note: str = "",
    done_by: date | None = None,
) -> Reply:
    """Kept at once; sent twice, it is the same answer."""
    report = _held(report, by)
    if item.checklist_id != report.checklist_id:
        raise DomainError(_("This report does not ask that."))
    _refuse_impossible(item, choice, number)
    said = {
        "choice": choice,
        "number": number,
        "text": text.strip()[:500],
        "note": note.strip()[:500],
        "done_by": done_by,
    }
    facts = said | {"looked_at": timezone.now()}
    reply, _is_new = Reply.objects.update_or_create(report=report, item=item, defaults=facts)
    return reply


def _refuse_impossible(item: Item, choice: int | None, number: Decimal | None) -> None:
    choices = {Item.Kind.CHOICE: len(item.choices), Item.Kind.PASS_FAIL: 2}.get(Item.Kind(item.kind), 0)
    if choice is not None and not 0 <= choice < choices:
        raise DomainError(_("Choose one of the answers."))
    if number is None:
        return
    if not number.is_finite() or abs(number) > LARGEST:
        raise DomainError(_("This number is too long. The largest is %(limit)s.") % {"limit": LARGEST})
    if item.unit == "%" and not 0 <= number <= 100:
        raise DomainError(_("A share lies between 0 and 100 %."))
    if number < 0:
        raise DomainError(_("This number cannot be below 0."))


@action
def add_photos(report: SelfInspection, item: Item, photos: Iterable[Attachment], *, by: User) -> Reply:
    report, photos = _held(report, by), list(photos)
    if item.checklist_id != report.checklist_id:
        raise DomainError(_("This report does not ask that."))
    reply, _is_new = Reply.objects.get_or_create(report=report, item=item)
    there = set(reply.photos.values_list("attachment_id", flat=True))
    photos = [photo for photo in photos if photo.pk not in there]
    if len(there) + len(photos) > MOST_PHOTOS:
        raise DomainError(_("At most %(most)d photos for one question.") % {"most": MOST_PHOTOS})
    try:
        with transaction.atomic():
            ReplyPhoto.objects.bulk_create(_photo(reply, photo, report) for photo in photos)
    except IntegrityError:
        refusal = _("One of these photos belongs to another record already. Take a new one.")
        raise PhotosRefused(refusal, [photo.pk for photo in photos]) from None
    return reply


def _photo(reply: Reply, photo: Attachment, report: SelfInspection) -> ReplyPhoto:
    """What repeats a photo of an earlier report, or of another question, is kept, and the reviewer sees both."""
    earlier = ReplyPhoto.objects.filter(reply__report__company=report.company_id).exclude(reply=reply)
    return ReplyPhoto(reply=reply, attachment=photo, like=copy_of(photo, earlier))


@action
def drop_photo(photo: ReplyPhoto, *, by: User) -> None:
    _held(photo.reply.report, by)
    photo.delete()


@action
def add_file(report: SelfInspection, file: Attachment, *, by: User, pages: int | None = None) -> ReportFile:
    report = _held(report, by)
    if report.files.count() >= MOST_FILES:
        raise DomainError(_("At most %(most)d files for one report.") % {"most": MOST_FILES})
    kept = ReportFile.objects.create(report=report, attachment=file, pages=pages)
    emit("self_inspection.filed", report, by=by, file=file.sha256, pages=pages)
    return kept


@action
def drop_file(file: ReportFile, *, by: User) -> None:
    _held(file.report, by)
    file.delete()


@action
def submit_report(report: SelfInspection, *, by: User) -> SelfInspection:
    """Graded as it is handed in; a sentence says what is missing."""
    report = _held(report, by)
    rating = rated(report)
    if gaps := gaps_of(rating):
        raise DomainError(" ".join(gaps[:5]))
    data = {
        "score": rating.score,
        "grade": rating.grade,
        "untouched": sum(is_untouched(line) for line in rating.lines),
        "photos": [photo.attachment.sha256 for line in rating.lines if line.reply for photo in line.reply.photos.all()],
        "files": list(report.files.values_list("attachment__sha256", flat=True)),
    }
    columns: dict[str, Any] = {"score": rating.score, "grade": rating.grade, "is_capped": rating.is_capped}
    WORKFLOW.take("submit", report, by=by, data=data, submitted_at=timezone.now(), submitted_by=by, **columns)
    forget(report)
    return report


def is_untouched(line: Line) -> bool:
    return bool(line.reply and line.reply.is_prefilled and line.reply.looked_at is None)


def gaps_of(rating: Rating) -> list[str]:
    """What keeps it from being handed in, question by question."""
    found = []
    for number, line in enumerate(rating.lines, 1):
        if line.share is None:
            found.append(_("Question %(n)d is not answered yet.") % {"n": number})
        elif line.needs_photo and not (line.reply and line.reply.photos.all()):
            found.append(_("Question %(n)d needs a photo.") % {"n": number})
        elif line.share == 0 and line.item.weight and line.reply and not line.reply.note:
            found.append(_("Say at question %(n)d what you do about it.") % {"n": number})
    return found
