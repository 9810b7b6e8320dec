"""申诉 and 奖励: an objection to the own month within a week, answered with a reason; and that a reward was paid."""

from django.utils import timezone
from django.utils.translation import gettext as _

from adoption.actions.months import revise
from adoption.floor import is_on_floor
from adoption.models import Appeal, Ranking, Reward
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from people.models import User

MOST_POINTS = 100


def may_appeal(ranking: Ranking, user: User) -> bool:
    if timezone.now() >= ranking.appeals_until or not is_on_floor(user):
        return False
    return not Appeal.objects.filter(month=ranking.month, person=user).exists()


@action
def appeal(ranking: Ranking, text: str, *, by: User) -> Appeal:
    """Once for each month: what is wrong with the own points."""
    if not is_on_floor(by):
        raise NotAllowed(_("Points are for the people on the floor."))
    if not text.strip():
        raise DomainError(_("Say what is wrong with your points."))
    if timezone.now() >= ranking.appeals_until:
        raise WrongStatus(_("The seven days for objections to this month are over. Talk to the safety officer."))
    defaults = {"text": text.strip()[:500], "made_at": timezone.now()}
    row, is_new = Appeal.objects.get_or_create(month=ranking.month, person=by, defaults=defaults)
    if not is_new:
        raise WrongStatus(_("You have objected to this month already. The answer comes here."))
    emit("appeal.made", row, by=by, name=by.name, day=row.title)
    return row


@action
def answer_appeal(row: Appeal, *, by: User, points: int, answer: str) -> Appeal:
    """points: what is added; none declines it. What was granted makes a further revision of the month."""
    _refuse_stranger(by)
    if row.person_id == by.pk:
        raise NotAllowed(_("Somebody else must answer your objection."))
    if not answer.strip():
        raise DomainError(_("Write the reason; the person reads it."))
    if not 0 <= points <= MOST_POINTS:
        raise DomainError(_("Give between 0 and %(most)d points.") % {"most": MOST_POINTS})
    row = Appeal.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.status != Appeal.Status.OPEN:
        raise WrongStatus(_("This objection is answered already."))
    row.status = Appeal.Status.GRANTED if points else Appeal.Status.DECLINED
    row.points, row.answer = points, answer.strip()[:500]
    row.answered_by, row.answered_at = by, timezone.now()
    row.save()
    emit(f"appeal.{row.status}", row, by=by, told=[row.person_id], day=row.title, note=row.answer, points=points)
    if points:
        revise(Ranking.objects.filter(month=row.month).latest("revision"), row.person_id, points, row.answer, by=by)
    return row


@action
def pay_reward(ranking: Ranking, person: User, *, by: User, what: str) -> Reward:
    """A fact, written once: which reward somebody handed to a winner of the month as it stands now."""
    _refuse_stranger(by)
    if not what.strip():
        raise DomainError(_("Write what was handed over."))
    newest = Ranking.objects.filter(month=ranking.month).latest("revision")
    if not newest.winners.filter(person=person).exists():
        raise WrongStatus(_("The month was corrected meanwhile. Look at the winners again."))
    facts = {"what": what.strip()[:120], "paid_by": by, "paid_at": timezone.now()}
    row, is_new = Reward.objects.get_or_create(month=newest.month, person=person, defaults=facts)
    if not is_new:
        raise WrongStatus(_("This reward was noted already."))
    emit("reward.paid", row, by=by, told=[person.pk], day=row.title, note=row.what)
    return row


def _refuse_stranger(by: User) -> None:
    if not by.can("adoption.award"):
        raise NotAllowed(_("Safety officers and leaders answer for the month."))
