"""Parts of the work in a joint group: given to a member, done with a result, or overdue."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from hazards.actions.groups import look_again, require_member, require_open
from hazards.models import JointGroup, SubTask
from people.models import User
from tenants import due

LONGEST = timedelta(days=365)


@action
def add_subtask(group: JointGroup, *, by: User, title: str, owner: User, due_at: datetime) -> SubTask:
    """Its owner is told now, and again when the time is over; an outsider can be the owner, not the one who gives it."""
    require_open(group.hazard)
    if not by.is_staff_member:
        raise NotAllowed(_("Say it in the group; the people of the factory hand out the work."))
    require_member(group, by)
    _refuse_unfit(group, title, owner, due_at)
    task = SubTask.objects.create(
        group=group, title=title.strip(), owner=owner, due_at=due_at, created_by=by, created_at=timezone.now()
    )
    due.at(due_at, "hazards.remind_subtask", key=f"subtask:{task.pk}", subtask=task.pk)
    emit("subtask.added", group, by=by, subtask=task.pk, told=[owner.pk], note=task.title, until=due_at)
    look_again(group.hazard)
    return task


def _refuse_unfit(group: JointGroup, title: str, owner: User, due_at: datetime) -> None:
    if not title.strip():
        raise DomainError(_("Write what is to be done."))
    if not group.present().filter(user=owner).exists():
        raise DomainError(_("%(name)s is not in the group. Add them first.") % {"name": owner.name})
    if not timezone.now() < due_at <= timezone.now() + LONGEST:
        raise DomainError(_("Choose a time from now on, within a year."))


@action
def finish_subtask(task: SubTask, *, by: User, result: str, photo: Attachment | None = None) -> SubTask:
    """Done by its owner, or noted down by who gave it or may open groups."""
    group = task.group
    require_open(group.hazard)
    if by.pk not in (task.owner_id, task.created_by_id) and not by.can("hazards.open_group", group.hazard):
        raise NotAllowed(_("This is somebody else's task. %(name)s can finish it.") % {"name": task.owner.name})
    if not result.strip():
        raise DomainError(_("Write in a few words what came of it."))
    if photo and SubTask.objects.filter(photo=photo).exists():
        raise DomainError(_("One of these photos belongs to another record already. Take a new one."))
    done = {"done_at": timezone.now(), "done_by": by, "result": result.strip(), "photo": photo}
    if not SubTask.objects.filter(pk=task.pk, done_at=None).update(**done):
        raise WrongStatus(_("This task is done already. Look at where it stands now."))
    due.cancel(key=f"subtask:{task.pk}")
    words = {"note": f"{task.title}: {result.strip()}", "told": [task.created_by_id]}
    emit("subtask.done", group, by=by, subtask=task.pk, photos=[photo.sha256] if photo else [], **words)
    look_again(group.hazard)
    task.refresh_from_db()
    return task


@action
def remind_subtask(task: SubTask) -> SubTask:
    """Its time is over: owner and giver hear of it."""
    if task.done_at is None and task.group.hazard.is_open:
        told = [task.owner_id, task.created_by_id]
        emit("subtask.overdue", task.group, by=None, subtask=task.pk, told=told, note=task.title)
        look_again(task.group.hazard)
    return task
