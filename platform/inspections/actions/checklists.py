"""Checklists are designed as drafts; publishing makes a draft the version in use, and no version changes after that."""

from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from facilities.models import Area, EquipmentType
from inspections.estimate import expected_seconds
from inspections.models import Audience, Checklist, Item, Plan, Run, Theme
from inspections.rules import MOST_ITEMS, ItemRefused, checklist_faults, clean, item_faults
from inspections.versions import CONTENT, draft_stamp, head_stamp, items_of, last_hand
from people.models import User

RUNS_MEASURED = 200


@action
def create_checklist(
    title: dict | str,
    frequency: str,
    *,
    by: User | None,
    target_type: EquipmentType | None = None,
    target_area: Area | None = None,
    items: Iterable[Item] = (),
    audience: str = Audience.STAFF,
) -> Checklist:
    """The first draft of a new list, empty or with copies of these items. by=None is the operator or the demo."""
    refuse_unless_designer(by)
    copied = list(islice(items, MOST_ITEMS + 1))
    refuse_too_many(len(copied))
    draft = Checklist(
        code=uuid4().hex[:12],
        title=clean(title),
        frequency=frequency,
        audience=audience,
        target_type=target_type,
        target_area=target_area,
        status=Checklist.Status.DRAFT,
    )
    _refuse_faults(draft)
    draft.seconds = expected_seconds(copied, frequency, audience=audience)
    draft.save()
    Item.objects.bulk_create(_copy(item, draft) for item in copied)
    emit("checklist.created", draft, by=by, code=draft.code, title=draft.title, items=len(copied))
    return draft


@action
def draft_checklist(checklist: Checklist, *, by: User) -> Checklist:
    """A draft to change this list in: the one that is open already, or a copy of the newest version."""
    refuse_unless_designer(by)
    _lock(checklist)
    versions = Checklist.objects.filter(code=checklist.code).order_by("-version")
    if standing := versions.filter(status=Checklist.Status.DRAFT).first():
        return standing
    newest = versions[0]
    draft = Checklist.objects.create(
        code=newest.code,
        version=newest.version + 1,
        title=newest.title,
        audience=newest.audience,
        frequency=newest.frequency,
        target_type_id=newest.target_type_id,
        target_area_id=newest.target_area_id,
        seconds=newest.seconds,
        status=Checklist.Status.DRAFT,
    )
    Item.objects.bulk_create(_copy(item, draft, origin=item) for item in newest.items.all())
    emit("checklist.drafted", draft, by=by, code=draft.code, version=draft.version)
    return draft


@action
def change_checklist(
    draft: Checklist,
    *,
    by: User,
    title: dict | str,
    frequency: str,
    target_type: EquipmentType | None,
    target_area: Area | None,
    stamp: str | None = None,
) -> Checklist:
    """What the list is called, how often it is done and for what."""
    draft = open_draft(draft, by)
    before = head_stamp(draft)
    refuse_old(stamp, before, draft)
    draft.title, draft.frequency = clean(title), frequency
    draft.target_type, draft.target_area = target_type, target_area
    _refuse_faults(draft)
    draft.save()
    retime(draft)
    if head_stamp(draft) != before:
        emit("checklist.changed", draft, by=by, title=draft.title, frequency=frequency)
    return draft


@action
def publish_checklist(draft: Checklist, *, by: User, stamp: str | None = None) -> Checklist:
    """The draft becomes the version in use, also for the plans; runs that exist keep the version they were made with.

    stamp: of the draft that was compared, so that nothing is published that nobody has looked at.
    """
    refuse_unless_designer(by)
    _lock(draft)
    draft = fresh_draft(draft)
    items = items_of(draft)
    refuse_old(stamp, draft_stamp(draft, items), draft)
    _refuse_unfinished(items)
    Checklist.objects.filter(code=draft.code).current().update(status=Checklist.Status.RETIRED)
    draft.seconds = foretell(draft, items)
    draft.status, draft.published_at = Checklist.Status.CURRENT, timezone.now()
    draft.save()
    plans = Theme.objects.filter(checklist__code=draft.code).exclude(checklist=draft).update(checklist=draft)
    emit(
        "checklist.published",
        draft,
        by=by,
        code=draft.code,
        version=draft.version,
        title=draft.title,
        items=len(items),
        seconds=draft.seconds,
        content=draft_stamp(draft, items),
        themes=plans,
    )
    return draft


@action
def discard_draft(draft: Checklist, *, by: User) -> None:
    """What was changed is gone; the version in use stays as it is."""
    draft = open_draft(draft, by)
    emit("checklist.discarded", draft, by=by, code=draft.code, version=draft.version, title=draft.title)
    draft.delete()


@action
def retire_checklist(checklist: Checklist, *, by: User) -> Checklist:
    """Takes a whole list out of use; its versions and runs stay readable, and a new draft brings it back."""
    refuse_unless_designer(by)
    _lock(checklist)
    versions = Checklist.objects.filter(code=checklist.code)
    if versions.filter(status=Checklist.Status.DRAFT).exists():
        raise WrongStatus(_("A draft of this list is open. Publish or discard it first."))
    plans = Plan.objects.filter(is_active=True, themes__checklist__code=checklist.code).distinct()
    if names := [f"“{name}”" for name in plans.values_list("name", flat=True)[:3]]:
        raise DomainError(
            _("These plans use the list: %(plans)s. Stop or change them first.") % {"plans": ", ".join(names)}
        )
    retired = versions.current().first()
    if retired is None:
        raise WrongStatus(_("This list is out of use already."))
    retired.status = Checklist.Status.RETIRED
    retired.save()
    emit("checklist.retired", retired, by=by, code=retired.code, version=retired.version, title=retired.title)
    return retired


def refuse_unless_designer(by: User | None) -> None:
    if by is not None and not by.can("inspections.design"):
        raise NotAllowed(_("Your role does not change checklists. Ask the safety officer."))


def refuse_too_many(count: int) -> None:
    if count > MOST_ITEMS:
        raise DomainError(_("A list holds at most %(n)d items. Make two lists of it.") % {"n": MOST_ITEMS})


def refuse_old(stamp: str | None, now: str, draft: Checklist) -> None:
    """None asks nothing; pages send the stamp of what they showed."""
    if stamp is not None and stamp != now:
        raise WrongStatus(
            _("%(name)s changed this in the meantime. Nothing was overwritten; look at what stands there now.")
            % {"name": last_hand(draft)}
        )


def open_draft(draft: Checklist, by: User) -> Checklist:
    """Locked, so that changes come one after the other; refuses everything that is no draft any more."""
    refuse_unless_designer(by)
    Checklist.objects.select_for_update().filter(pk=draft.pk).first()
    return fresh_draft(draft)


def fresh_draft(draft: Checklist) -> Checklist:
    found = Checklist.objects.filter(pk=draft.pk).select_related("target_type", "target_area").first()
    if found is None:
        raise WrongStatus(_("This draft was discarded in the meantime. Begin a new one."))
    if found.status != Checklist.Status.DRAFT:
        raise WrongStatus(_("This version is published and never changes. Begin a new draft."))
    return found


def retime(draft: Checklist) -> None:
    draft.seconds = foretell(draft, items_of(draft))
    draft.save(update_fields=["seconds"])


def foretell(draft: Checklist, items: Sequence[Item]) -> int:
    """Its seconds, put right by the handed-in runs of the version in use."""
    former = Checklist.objects.filter(code=draft.code).current().first()
    if former is None:
        return expected_seconds(items, draft.frequency, audience=draft.audience)
    done = Run.objects.filter(checklist=former, status=Run.Status.DONE, seconds__isnull=False).order_by("-submitted_at")
    measured = [seconds or 0 for seconds in done.values_list("seconds", flat=True)[:RUNS_MEASURED]]
    return expected_seconds(items, draft.frequency, items_of(former), measured, draft.audience)


def _lock(checklist: Checklist) -> None:
    """All versions of the list: who publishes, drafts or retires it goes one after the other."""
    list(Checklist.objects.select_for_update().filter(code=checklist.code).order_by("pk"))


def _copy(item: Item, draft: Checklist, origin: Item | None = None) -> Item:
    columns = {name: getattr(item, name) for name in (*CONTENT, "position", "only_if_position")}
    return Item(checklist=draft, origin=origin, **columns)


def _refuse_faults(draft: Checklist) -> None:
    if faults := checklist_faults(draft):
        raise ItemRefused(faults)


def _refuse_unfinished(items: Sequence[Item]) -> None:
    if not items:
        raise DomainError(_("The list is empty. Add at least one item."))
    refuse_too_many(len(items))
    faults = [(item, fault) for item in items for fault in item_faults(item, items).values()]
    if faults:
        lines = [_("Item %(n)d: %(fault)s") % {"n": item.position, "fault": fault} for item, fault in faults[:5]]
        raise DomainError(" ".join(lines))
