"""Handing in: the answers are checked and sealed, problems become hazards, and nothing comes twice or gets lost."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, visible_through
from core.errors import WrongStatus
from core.events import action, emit
from core.handed import Handed
from core.models import Attachment
from core.words import say, wordings
from core.zone import zone
from facilities.models import QRPoint
from hazards.actions import locked, report_hazard
from hazards.models import Evidence, Hazard, Level
from inspections.actions.runs import (
    hangs_at,
    note_late_start,
    refuse_early,
    refuse_new_on_locked,
    refuse_others,
    refuse_withdrawn,
)
from inspections.conditions import asked
from inspections.models import Answer, Item, Run
from people.models import User
from tenants import due

# A check that missed its window may still be handed in, marked as late, until the next one is due.
LATE_UNTIL = timedelta(hours=24)


@dataclass(frozen=True)
class Given:
    """One answer as it came from the phone."""

    item: Item
    value: str = ""
    number: Decimal | None = None
    text: str = ""
    photos: tuple[Attachment, ...] = ()
    voice: Attachment | None = None
    level: str = ""
    is_machine_stopped: bool | None = None
    answered_at: datetime | None = None

    @property
    def evidence(self) -> list[Attachment]:
        return [*self.photos, *([self.voice] if self.voice else [])]

    @property
    def said(self) -> set[str]:
        """What conditions of later items look at: the judgement, and the words of a choice in either language."""
        words = {self.value}
        if self.item.kind == Item.Kind.CHOICE and self.value != Answer.Value.NOT_IN_USE:
            words.add(self.text)
            words.update(wordings(self.item.choice_of(self.text)))
        return words


class AnswersRefused(PhotosRefused):
    """errors: a sentence per item id; the answers themselves are fine to be sent again."""

    def __init__(self, errors: dict[int, str], photos: Iterable[Any] = ()) -> None:
        super().__init__(_("Some answers are not complete yet. Look at the marked ones; nothing is lost."), photos)
        self.errors = errors


@visible_through
def photos_of_runs(user: User) -> Any:
    return Answer.photos.through.objects.filter(answer__run__in=Run.objects.visible_to(user)).values("attachment_id")


@visible_through
def voices_of_runs(user: User) -> Any:
    return Answer.objects.filter(run__in=Run.objects.visible_to(user), voice__isnull=False).values("voice_id")


@action
def submit_run(
    run: Run,
    given: Iterable[Given],
    *,
    by: User,
    ex: str = "",
    handed: Handed | None = None,
    label: QRPoint | None = None,
) -> Run:
    """Seals the answers and makes a hazard of each problem. The same submission again shows what was handed in.

    All times that count are ours: a hand-in that waited on a phone without network counts from its arrival, so past the
    window it is late, and what the phone's clock said stands beside it with the skew of that clock. What a colleague
    has handed in meanwhile stays; this one is then kept beside it as a run of its own. So is what a phone without network
    did on a machine that was locked meanwhile: kept, with a mark.

    ex: see start_run; asked for here where the check was begun without the server.
    label: what was scanned during the check. Its own proves where the inspector stood; that of another place proves
    nothing, refuses nothing, and is kept beside it.
    """
    runs = Run.objects.select_for_update(of=("self",)).select_related("checklist", "equipment", "area", "scanned")
    run = runs.get(pk=run.pk)
    if handed and (known := _known(handed, by)):
        return known
    refuse_others(run, by)
    if run.status == Run.Status.DONE and (handed is None or _is_same(run, handed, by)):
        return _same_again(run, by)
    if handed is None:
        refuse_withdrawn(run)
        refuse_new_on_locked(run)
    refuse_early(run)
    now = timezone.now()
    _refuse_too_late(run, now)
    answers = _checked(run, list(given))
    if run.status in (Run.Status.DONE, Run.Status.WITHDRAWN):
        run = _beside(run, by, now)
    if run.started_at is None:
        note_late_start(run, by, ex)
    skew = handed.skew(now) if handed else timedelta()
    hazards = [_keep_answer(run, answer, by, now, skew) for answer in answers]
    run.status, run.inspector, run.submitted_at = Run.Status.DONE, by, now
    run.started_at = _started(run, handed, now)
    run.seconds = _seconds(run.started_at, handed, now)
    run.is_late = bool(run.closes_at and now > run.closes_at)
    run.result = Run.Result.FAIL if any(hazards) else Run.Result.PASS
    _note_phone(run, handed, now)
    _note_label(run, label)
    run.stop_use = locked([run.equipment_id]).get(run.equipment_id) if run.equipment_id else None
    run.save()
    due.now("inspections.judge_run", run=run.pk)
    _say_submitted(run, answers, hazards, by)
    return run


def _known(handed: Handed, by: User) -> Run | None:
    """What this submission became already, where it did; with other answers it is refused."""
    known = Run.objects.select_related("checklist", "equipment", "area").filter(submission_id=handed.id).first()
    if known and (known.inspector_id, known.content_sha256) != (by.pk, handed.sha256):
        raise WrongStatus(
            _(
                "This record was handed in before with other answers. Those stand; tell the team leader what is different."
            )
        )
    return known


def _is_same(run: Run, handed: Handed, by: User) -> bool:
    return (run.inspector_id, run.content_sha256) == (by.pk, handed.sha256)


def _same_again(run: Run, by: User) -> Run:
    if run.inspector_id != by.pk:
        raise WrongStatus(
            _("%(name)s has already handed in this check.") % {"name": run.inspector.name if run.inspector else ""}
        )
    return run


def _refuse_too_late(run: Run, now: datetime) -> None:
    if run.closes_at and now > run.closes_at + LATE_UNTIL:
        raise WrongStatus(
            _("This check is from %(day)s and can no longer be handed in. Do today's.")
            % {"day": timezone.localdate(run.opens_at, zone())}
        )


def _beside(run: Run, by: User, now: datetime) -> Run:
    """A run of its own for a task that somebody else has done, or that was withdrawn: outside of its plan, so that
    no figure counts the task twice.
    """
    is_done = run.status == Run.Status.DONE
    return Run.objects.create(
        checklist=run.checklist,
        equipment=run.equipment,
        area=run.area,
        department_id=run.department_id,
        assignee=by,
        shift_id=run.shift_id,
        opens_at=run.opens_at if is_done else now,
        closes_at=run.closes_at if is_done else None,
        conflicts_with_id=(run.conflicts_with_id or run.pk) if is_done else None,
    )


def _started(run: Run, handed: Handed | None, now: datetime) -> datetime:
    """When we saw it begin; what began without network as the phone says, by our clock and within what is possible."""
    if run.started_at:
        return run.started_at
    if handed is None or handed.started_at is None:
        return now
    return _within(run, handed.started_at - handed.skew(now), now)


def _within(run: Run, moment: datetime, now: datetime) -> datetime:
    return max(run.opens_at, min(moment, now))


def _seconds(started_at: datetime, handed: Handed | None, now: datetime) -> int:
    """Two times of one clock tell how long it took even where the clock is wrong; the wait for the network is no work."""
    took = now - started_at
    if handed and handed.started_at and handed.submitted_at and handed.submitted_at >= handed.started_at:
        took = min(took, handed.submitted_at - handed.started_at)
    return round(took.total_seconds())


def _note_phone(run: Run, handed: Handed | None, now: datetime) -> None:
    if handed is None:
        return
    run.submission_id, run.content_sha256 = handed.id, handed.sha256
    run.phone_started_at, run.phone_submitted_at = handed.started_at, handed.submitted_at
    run.skew_seconds = handed.skew_seconds(now)


def _note_label(run: Run, label: QRPoint | None) -> None:
    if label and hangs_at(label, run):
        run.scanned = run.scanned or label
    elif label:
        run.other_label = label


def _say_submitted(run: Run, answers: list[Given], hazards: list[Hazard | None], by: User) -> None:
    phone = {"phone_at": run.phone_submitted_at, "skew_seconds": run.skew_seconds} if run.submission_id else {}
    emit(
        "run.submitted",
        run,
        by=by,
        result=run.result,
        is_late=run.is_late,
        answers=[{"item": answer.item.position, "value": answer.value, "number": answer.number} for answer in answers],
        photos=[photo.sha256 for answer in answers for photo in answer.photos],
        voices=[answer.voice.sha256 for answer in answers if answer.voice],
        scanned=run.scanned.code if run.scanned else "",
        hazards=[hazard.number for hazard in hazards if hazard],
        **phone,
    )
    if run.stop_use and run.started_at and run.started_at >= run.stop_use.locked_at:
        emit("run.on_locked", run, by=by, note=f"{run.stop_use.hazard.number} · {run.stop_use.reason}")
    if run.conflicts_with_id:
        note = f"{say(run.place.name)} · {say(run.checklist.title)}"
        emit("run.conflicted", run, by=by, note=note, first=run.conflicts_with_id)


def _checked(run: Run, given: list[Given]) -> list[Given]:
    """The answers to what was asked; an answer to an item whose condition is not met counts for nothing."""
    by_item = {answer.item.pk: answer for answer in given}
    items = list(run.checklist.items.select_related("category"))
    judged = [_judged(by_item.get(item.pk, Given(item))) for item in items]
    wanted = asked(items, {answer.item.pk: answer.said for answer in judged})
    answers = [answer for answer in judged if answer.item.pk in wanted]
    errors = {answer.item.pk: fault for answer in answers if (fault := _fault(answer))}
    used = _used([proof.pk for answer in answers for proof in answer.evidence])
    for answer in answers:
        if any(proof.pk in used for proof in answer.evidence):
            errors[answer.item.pk] = _("One of these photos belongs to another record already. Take a new one.")
    if errors:
        raise AnswersRefused(errors, used)
    return answers


def _used(proofs: list[Any]) -> set[Any]:
    """Those that prove something else already, or stand at two items."""
    twice = {pk for pk in proofs if proofs.count(pk) > 1}
    in_answers = Answer.photos.through.objects.filter(attachment__in=proofs).values_list("attachment_id", flat=True)
    spoken = Answer.objects.filter(voice__in=proofs).values_list("voice_id", flat=True)
    in_evidence = Evidence.objects.filter(attachment__in=proofs).values_list("attachment_id", flat=True)
    return twice.union(in_answers, spoken, in_evidence)


def _judged(answer: Given) -> Given:
    """A number outside its limits or a choice that counts as a problem is one, whatever was ticked; what needs no
    ticking is in order once it is there.
    """
    item = answer.item
    if answer.value == Answer.Value.NOT_IN_USE:
        return answer
    if item.kind == Item.Kind.NUMBER and answer.number is not None:
        is_low = item.minimum is not None and answer.number < item.minimum
        is_high = item.maximum is not None and answer.number > item.maximum
        if is_low or is_high:
            return replace(answer, value=Answer.Value.FAIL)
    if item.kind == Item.Kind.CHOICE and item.choice_of(answer.text).get("is_fail"):
        return replace(answer, value=Answer.Value.FAIL)
    has_content = answer.number is not None or answer.text or answer.photos
    if not answer.value and item.kind != Item.Kind.PASS_FAIL and has_content:
        return replace(answer, value=Answer.Value.PASS)
    return answer


def _fault(answer: Given) -> str:
    item = answer.item
    if answer.value not in Answer.Value.values:
        return _("Choose an answer.")
    if answer.value == Answer.Value.NOT_IN_USE:
        return "" if item.may_skip else _("This one is always checked. Answer whether it is in order.")
    if item.kind == Item.Kind.NUMBER and answer.number is None:
        return _("Type the number that the gauge shows.")
    if item.kind in (Item.Kind.TEXT, Item.Kind.CHOICE) and not answer.text:
        return _("Write or choose an answer.")
    wants_photo = item.photo == Item.PhotoRule.ALWAYS or (
        item.photo == Item.PhotoRule.ON_FAIL and answer.value == Answer.Value.FAIL
    )
    if (wants_photo or item.kind == Item.Kind.PHOTO) and not answer.photos:
        return _("Take a photo here.")
    return ""


def _keep_answer(run: Run, given: Given, by: User, now: datetime, skew: timedelta) -> Hazard | None:
    hazard = _hazard(run, given, by) if given.value == Answer.Value.FAIL else None
    answer = Answer.objects.create(
        run=run,
        item=given.item,
        value=given.value,
        number=given.number,
        text=given.text,
        answered_at=_within(run, given.answered_at - skew if given.answered_at else now, now),
        hazard=hazard,
        voice=given.voice,
    )
    answer.photos.set(given.photos)
    return hazard


def _what_is_wrong(given: Given) -> str:
    """The part that was looked at, with the number that was read and the worker's own words where there are some."""
    item = given.item
    part = say(item.shot) or say(item.category.name)
    if given.number is not None:
        part = f"{part} {given.number.normalize():f} {item.unit}".strip()
    if given.text.strip():
        return _("%(part)s, %(words)s") % {"part": part, "words": given.text.strip().splitlines()[0]}
    return _("%(part)s has a problem") % {"part": part} if item.shot and given.number is None else part


def _hazard(run: Run, given: Given, by: User) -> Hazard:
    item, place = given.item, run.equipment or run.area
    return report_hazard(
        by=by,
        title=f"{say(place.name)}：{_what_is_wrong(given)}"[:120],
        description="\n".join(filter(None, (given.text, say(item.text), say(item.accept)))),
        category=item.category,
        area=run.area,
        equipment=run.equipment,
        level=given.level or None,
        is_urgent=item.is_urgent or given.level == Level.MAJOR,
        is_machine_stopped=given.is_machine_stopped,
        photos=given.photos,
        voice=given.voice,
        source=Hazard.Source.INSPECTION,
    )
