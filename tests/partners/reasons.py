"""What turns a green light red: each reason happens, is read at the gate, and is put right again.

Each happens to a welder with everything in order; what only a date does is written into the database.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from partners import actions
from partners.models import Ban, Company, CompanyDocument, CrewMember, EntryPermit, Project, Violation
from people.models import User
from people.permissions import Role
from tests import make
from training.models import Attempt, Licence


class Reason(NamedTuple):
    """happen and mend take the permit and the officer. without_network: what a list without the person says instead."""

    words: str
    happen: Callable[[EntryPermit, User], object]
    mend: Callable[[EntryPermit, User], object]
    without_network: str = ""


def welder_s_permit(of: Project, name: str = "刘洋") -> EntryPermit:
    """Of somebody whom every reason can hit."""
    make.licence()  # the kinds are there
    member = make.crew_member(of, name=name, trade="welder")
    make.licence(User.objects.get(pk=member.user_id))
    return make.entry_permit(CrewMember.objects.near().get(pk=member.pk))


def holder(permit: EntryPermit) -> User:
    return User.objects.get(pk=permit.member.user_id)


def _yesterday():
    return timezone.localdate() - timedelta(days=1)


def _member(permit: EntryPermit) -> CrewMember:
    return CrewMember.objects.near().get(pk=permit.member_id)


def _standing(standing: str, note: str) -> Callable[[EntryPermit, User], object]:
    def change(permit: EntryPermit, officer: User) -> object:
        company = Company.objects.get(pk=permit.member.project.company_id)
        return actions.change_standing(company, standing, by=officer, note=note)

    return change


def _renew(permit: EntryPermit, officer: User) -> object:
    return actions.renew_permit(_member(permit), by=officer)


def _insure(permit: EntryPermit, officer: User) -> object:
    until, file = timezone.localdate() + timedelta(days=365), make.photo(officer)
    return actions.file_document(_member(permit).company, by=officer, kind="insurance", valid_until=until, file=file)


def _new_briefing(permit: EntryPermit, officer: User) -> object:
    return actions.publish_text(actions.write_text("briefing", "新规矩", by=officer, minutes=3, facts={}), by=officer)


def _come_again(permit: EntryPermit, officer: User) -> object:
    member = actions.join_project(permit.member.project.code, by=holder(permit))
    actions.submit_member(member, by=holder(permit))
    return actions.approve_member(member, by=officer)


def _lift(permit: EntryPermit, officer: User) -> object:
    found = actions.appeal(Ban.objects.latest("pk"), by=holder(permit), text="证是真的")
    return actions.answer_appeal(found, by=make.person(Role.LEADER), is_lifted=True, note="查清了")


REASONS = {
    "suspended": Reason("已停用", _standing("suspended", "转包"), _standing("active", "改好了")),
    "ended": Reason(
        "项目已经结束",
        lambda permit, officer: actions.end_project(permit.member.project, by=officer),
        lambda permit, officer: actions.prolong_project(
            permit.member.project, by=officer, ends_on=timezone.localdate() + timedelta(days=30)
        ),
    ),
    "not begun": Reason(
        "才开始",
        lambda permit, officer: Project.objects.update(starts_on=timezone.localdate() + timedelta(days=2)),
        lambda permit, officer: Project.objects.update(starts_on=timezone.localdate()),
    ),
    "paper": Reason(
        "过期了",
        lambda permit, officer: CompanyDocument.objects.filter(kind="insurance").update(valid_until=_yesterday()),
        _insure,
    ),
    "licence": Reason(
        "到期，先换证",
        lambda permit, officer: Licence.objects.filter(person=holder(permit)).update(
            ends_on=_yesterday(), expires_on=_yesterday()
        ),
        lambda permit, officer: Licence.objects.filter(person=holder(permit)).update(
            ends_on=timezone.localdate() + timedelta(days=99), expires_on=timezone.localdate() + timedelta(days=99)
        ),
    ),
    "briefing": Reason("交底改了，新的还没签", _new_briefing, lambda permit, officer: make.has_read(_member(permit))),
    "exam": Reason(
        "进场考试没过",
        lambda permit, officer: Attempt.objects.update(ended_at=timezone.now() - timedelta(days=400)),
        lambda permit, officer: make.has_passed(_member(permit)),
    ),
    "over": Reason("入场证", lambda permit, officer: EntryPermit.objects.update(ends_on=_yesterday()), _renew),
    "revoked": Reason(
        "借证给别人",
        lambda permit, officer: actions.revoke_permit(
            EntryPermit.objects.in_force().get(member=permit.member_id), by=officer, note="借证给别人"
        ),
        _renew,
    ),
    "points": Reason(
        "一年内记了 12 分",
        lambda permit, officer: actions.note_violation(_member(permit), by=officer, points=12, what="酒后上岗"),
        lambda permit, officer: actions.withdraw_violation(Violation.objects.latest("pk"), by=officer, note="认错人了"),
    ),
    "blacklist": Reason(
        "在黑名单上：伪造证件",
        lambda permit, officer: actions.ban(
            _member(permit), by=officer, reason="伪造证件", evidence=make.photo(officer)
        ),
        _lift,
    ),
    "left": Reason(
        "已经离场",
        lambda permit, officer: actions.sign_off(_member(permit), by=officer, note="干完了"),
        _come_again,
        without_network="这台手机的名单里没有",
    ),
}
