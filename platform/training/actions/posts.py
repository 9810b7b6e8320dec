"""Getting people ready for a post, and which licences a post asks for."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from facilities.calendar import today
from people.models import JobRole, User
from training.actions.enrolments import enrol_by_hand
from training.models import LicenceKind, LicenceRequirement
from training.posts import asked_by, gaps

register(
    {
        "licence_requirement.set": gettext_lazy("Licence required"),
        "licence_requirement.dropped": gettext_lazy("Licence no longer required"),
    }
)


@action
def prepare_for(people: Collection[User], job_role: JobRole, *, by: User) -> int:
    """Gives each of them the courses and exams that the post asks for and that they do not have; returns how many that were."""
    if any(not by.can("training.assign", person) for person in people):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
    if any(not person.is_active for person in people):
        raise DomainError(_("This account is closed. Open it again first."))
    wanted: dict[str, list[User]] = defaultdict(list)
    asked = {each.code: each for each in asked_by(job_role)}
    for gap in gaps(people, list(asked.values())):
        for point in gap.to_give:
            wanted[point.asked.code].append(gap.person)
    given = 0
    for code, learners in wanted.items():
        subject, days = asked[code].subject, asked[code].days
        if subject is not None:
            given += enrol_by_hand(learners, subject, by=by, due_on=today() + timedelta(days=days))
    return given


@action
def require_licence(kind_code: str, *, by: User, job_role: JobRole) -> LicenceRequirement:
    _refuse_unless_assigner(by)
    if not LicenceKind.objects.filter(code=kind_code).exists():
        raise DomainError(_("There is no such licence. Choose one from the list."))
    row, is_new = LicenceRequirement.objects.get_or_create(job_role=job_role, kind_code=kind_code)
    if is_new:
        emit("licence_requirement.set", row, by=by, licence=kind_code, job_role=job_role.code)
    return row


@action
def drop_licence(requirement: LicenceRequirement, *, by: User) -> None:
    _refuse_unless_assigner(by)
    facts = {"licence": requirement.kind_code, "job_role": requirement.job_role.code}
    emit("licence_requirement.dropped", requirement, by=by, **facts)
    gone, _rows = LicenceRequirement.objects.filter(pk=requirement.pk).delete()
    if not gone:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))


def _refuse_unless_assigner(by: User) -> None:
    if not by.can("training.assign"):
        raise NotAllowed(_("Only the training officer or the safety officer decides who learns what."))
