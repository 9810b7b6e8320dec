"""A run from its beginning to being missed; handing it in stands in submit.py."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.words import say
from core.zone import zone
from facilities.models import Area, Equipment, QRPoint
from hazards.actions import refuse_locked
from inspections.models import Checklist, ExWay, Pause, Run
from people.models import User


@action
def miss_run(run: Run) -> Run:
    """漏检: its window is over and nobody handed it in; where its machine stands still, it is excused."""
    pause = Pause.objects.covering(run.closes_at).filter(equipment=run.equipment_id).first() if run.closes_at else None
    status, name = (Run.Status.EXCUSED, "run.excused") if pause else (Run.Status.MISSED, "run.missed")
    unfinished = Run.objects.filter(pk=run.pk, status__in=(Run.Status.DUE, Run.Status.DOING))
    if unfinished.update(status=status, pause=pause):
        run.status, run.pause = status, pause
        emit(name, run, by=None, **({"pause": pause.pk} if pause else {}))
    return run


@action
def open_run(checklist: Checklist, place: Equipment | Area, *, by: User, scanned: QRPoint | None = None) -> Run:
    """A check that nobody planned: whoever scans the machine may do it; one that they have begun goes on.

    Where explosions threaten it does not begin yet: first the inspector says how photos are taken.
    """
    if not by.can("inspections.run", place):
        raise NotAllowed(_("Your role does not do inspections."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    machine, area = (place, place.area) if isinstance(place, Equipment) else (None, place)
    open_ones = Run.objects.filter(status__in=(Run.Status.DUE, Run.Status.DOING), plan=None, checklist=checklist)
    if standing := open_ones.filter(assignee=by, equipment=machine, area=area).first():
        return note_scan(standing, scanned, by=by) if scanned else standing
    refuse_locked(machine)
    run = Run.objects.create(
        checklist=checklist,
        equipment=machine,
        area=area,
        department_id=place.department_id,
        assignee=by,
        opens_at=timezone.now(),
        scanned=scanned,
    )
    return run if area.is_ex else start_run(run, by=by)


@action
def start_run(run: Run, *, by: User, ex: str = "", scanned: QRPoint | None = None) -> Run:
    """Notes who began and when; beginning again changes nothing but the label, where only now one was scanned.

    ex: in an explosion-hazard area, how photos are taken there (ExWay); without it such a check does not begin.
    """
    refuse_others(run, by)
    refuse_withdrawn(run)
    refuse_early(run)
    if scanned:
        note_scan(run, scanned, by=by)
    if run.status != Run.Status.DUE:
        refuse_new_on_locked(run)
        return run
    refuse_locked(run.equipment)
    _refuse_careless(run, ex)
    if Run.objects.filter(pk=run.pk, status=Run.Status.DUE).update(
        status=Run.Status.DOING, inspector=by, started_at=timezone.now()
    ):
        run.refresh_from_db()
        _note_start(run, by, ex)
    return run


def _note_start(run: Run, by: User, ex: str) -> None:
    label = {"scanned": run.scanned.code} if run.scanned else {}
    emit("run.started", run, by=by, **({"ex": ex} if run.area.is_ex else {}), **label)


def note_late_start(run: Run, by: User, ex: str) -> None:
    """A check that was begun without the server says in an explosion-hazard area how photos were taken."""
    if run.area.is_ex:
        _refuse_careless(run, ex)
        _note_start(run, by, ex)


def _refuse_careless(run: Run, ex: str) -> None:
    if run.area.is_ex and ex not in ExWay.values:
        raise DomainError(
            _("Explosion hazard here: say first whether you photograph from outside or with an Ex phone.")
        )


@action
def note_scan(run: Run, point: QRPoint, *, by: User) -> Run:
    """Proof that somebody stood at the place: its label was scanned before the check was handed in."""
    refuse_others(run, by)
    if not hangs_at(point, run):
        raise DomainError(
            _("This label belongs to %(label)s. This check is for %(place)s: scan the label there.")
            % {"label": say(point.place.name), "place": say(run.place.name)}
        )
    if run.scanned_id is None and run.status != Run.Status.DONE:
        Run.objects.filter(pk=run.pk, scanned=None).update(scanned=point)
        run.scanned = point
    return run


def hangs_at(point: QRPoint, run: Run) -> bool:
    return (point.equipment_id, point.area_id) == (run.equipment_id, None if run.equipment_id else run.area_id)


def refuse_others(run: Run, by: User) -> None:
    """Only those whose task it is, or who stand in for them, hand in a run."""
    if not (by.can("inspections.run", run) and Run.objects.assigned_to(by).filter(pk=run.pk).exists()):
        raise NotAllowed(_("This check is somebody else's task. Do your own, or ask the team leader to swap."))


def refuse_withdrawn(run: Run) -> None:
    if run.status == Run.Status.WITHDRAWN:
        raise WrongStatus(_("The plan was changed and this check withdrawn. Look at today's list."))


def refuse_new_on_locked(run: Run) -> None:
    """A check that was begun before the machine was locked did happen, and may be handed in; a new one may not begin."""
    if run.started_at is None:
        refuse_locked(run.equipment)


def refuse_early(run: Run) -> None:
    if run.opens_at > timezone.now():
        opens = timezone.localtime(run.opens_at, zone())
        raise WrongStatus(_("This check opens at %(at)s. Come back then.") % {"at": f"{opens:%m-%d %H:%M}"})
