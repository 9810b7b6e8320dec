"""Suppliers and contractors with their people."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.signatures import keep_signature
from inspections.models import Audience, Checklist, Item
from partners.actions import (
    add_company,
    add_project,
    approve_member,
    file_document,
    install_text,
    open_report,
    record_person,
    register,
    sign_briefing,
    start_entry_exam,
    submit_member,
)
from partners.actions.companies import add_member
from partners.entry import CREW_NAME, CREW_ROLE, ENTRY_EXAM, current_text
from partners.idnumbers import check_sign
from partners.models import Company, CrewMember, EntryPermit, Project, Reading, SelfInspection, SiteText
from people.models import JobRole, User
from people.permissions import Role
from tests.make.base import numbers
from tests.make.files import photo
from tests.make.inspections import checklist
from tests.make.plant import area, department, person
from training.actions import (
    hand_in,
    install_questions,
    save_answer,
)
from training.models import Exam

YES_PARTLY_NO = [
    {"zh": "做到", "en": "Yes"},
    {"zh": "部分", "en": "Partly"},
    {"zh": "没做到", "en": "No", "is_fail": True},
]


def questionnaire(*items: dict[str, Any]) -> Checklist:
    """For suppliers; four questions of 25 points, the second of which wants a photo where it is in order."""
    made = checklist(*(items or tuple(_asked(n) for n in range(4))))
    made.audience = Audience.SUPPLIERS
    made.save()
    return made


def _asked(number: int) -> dict[str, Any]:
    photo = Item.PhotoRule.ON_PASS if number == 1 else Item.PhotoRule.NEVER
    return {"kind": "choice", "choices": YES_PARTLY_NO, "weight": 25, "photo": photo, "is_fresh": number == 3}


def company(name: str = "", **more: Any) -> Company:
    return add_company(
        name or f"联盛表面处理{next(numbers)}",
        by=None,
        department=more.pop("department", None) or department(),
        **more,
    )


def supplier(of: Company | None = None, name: str = "许文") -> User:
    """Somebody of the company with an account."""
    user = person(name=name)
    add_member(of or company(), user, role=Role.SUPPLIER)
    return User.objects.get(pk=user.pk)


def self_inspection(of: Company | None = None) -> SelfInspection:
    """Of the period that was over last, to be filled in."""
    if not Checklist.objects.filter(audience=Audience.SUPPLIERS).exists():
        questionnaire()
    report = open_report(of or company(), by=None)
    assert report is not None
    return report


def id_number(born: str = "19900307") -> str:
    """One that nobody else has, with the right last sign."""
    first = f"330102{born}{next(numbers) % 1000:03}"
    return first + check_sign(first)


SIGNED = "[[[0.1,0.3],[0.4,0.7],[0.8,0.2],[0.2,0.8]]]"


def contractor(name: str = "", **more: Any) -> Company:
    """A company whose papers are all in order for a year."""
    made = company(name or f"宏泰安装{next(numbers)}", kind=Company.Kind.CONTRACTOR, **more)
    officer = person(Role.SAFETY_OFFICER)
    for kind in ("licence", "insurance", "agreement"):
        file_document(
            made, by=officer, kind=kind, valid_until=timezone.localdate() + timedelta(days=365), file=photo(officer)
        )
    return made


def project(of: Company | None = None, **more: Any) -> Project:
    """For thirty days, from yesterday on."""
    now = timezone.localdate()
    facts: dict[str, Any] = {
        "name": "配电房改造",
        "area": more.pop("area", None) or area(),
        "host": more.pop("host", None) or person(Role.MAINTENANCE, name="陈志强"),
        "starts_on": now - timedelta(days=1),
        "ends_on": now + timedelta(days=30),
    }
    return add_project(of or contractor(), by=person(Role.SAFETY_OFFICER), **(facts | more))


def site_texts() -> SiteText:
    """Briefing and exam, ready to be read and taken; the second option is always the right one."""
    install_questions("entry", [_entry_question(n) for n in range(12)], by=None)
    role, _is_new = JobRole.objects.get_or_create(code=CREW_ROLE, defaults={"name": CREW_NAME})
    blueprint = [{"course": "entry", "lesson": "", "count": 10}]
    title = {"zh": "进场考试", "en": "Entry exam"}
    if not Exam.objects.filter(code=ENTRY_EXAM).exists():
        facts = {"title": title, "blueprint": blueprint, "minutes": 15, "tries_per_day": 3, "gives_certificate": False}
        Exam.objects.create(code=ENTRY_EXAM, job_role=role, status=Exam.Status.CURRENT, **facts)
    made = install_text(
        SiteText.Kind.BRIEFING, "# {{factory}}\n\n只在 {{work_area}} 干活，找 {{host_name}}。", 6, by=None
    )
    return made or SiteText.objects.get(kind=SiteText.Kind.BRIEFING, version=1)


def _entry_question(n: int) -> dict[str, Any]:
    words = ("接着干", "停机上报", "用胶带粘", "等下班")
    return {
        "id": f"ENTRY-{n}",
        "kind": "single",
        "stem": {"zh": f"第{n}题：护罩松了怎么办？", "en": f"{n}: The guard is loose. What now?"},
        "options": [{"zh": word, "en": word} for word in words],
        "answer": [1],
        "explanation": {"zh": "先停机。", "en": "Stop first."},
        "source": {"name": "本厂规定", "clause": None, "trust": "practice"},
        "difficulty": 1,
    }


def crew_member(of: Project | None = None, *, name: str = "刘洋", trade: str = "fitter") -> CrewMember:
    """Registered with everything that is theirs to type."""
    place = of or project()
    member = register(place.code, phone=f"137{next(numbers):08}", name=name)
    user = User.objects.get(pk=member.user_id)
    facts = {"name": name, "trade": trade, "emergency_name": "刘大姐", "emergency_phone": "13912345678"}
    record_person(member, by=user, id_number=id_number(), badge=photo(user), **facts)
    return CrewMember.objects.near().get(pk=member.pk)


def has_read(member: CrewMember) -> None:
    """The briefing, long enough and signed."""
    user = User.objects.get(pk=member.user_id)
    text = current_text(SiteText.Kind.BRIEFING)
    assert text is not None
    Reading.objects.update_or_create(member=member, text=text, defaults={"seconds": text.minutes * 60})
    sign_briefing(member, text, keep_signature(SIGNED, by=user), by=user)


def has_passed(member: CrewMember) -> None:
    user = User.objects.get(pk=member.user_id)
    attempt = start_entry_exam(member, by=user)
    for item in attempt.items.select_related("question"):
        save_answer(attempt, item.position, [item.order.index(1)], by=user)
    hand_in(attempt, by=user)


def entry_permit(member: CrewMember | None = None) -> EntryPermit:
    """Of somebody who went the whole way."""
    site_texts()
    member = member or crew_member()
    has_read(member)
    has_passed(member)
    submit_member(member, by=User.objects.get(pk=member.user_id))
    return approve_member(member, by=person(Role.SAFETY_OFFICER, name="周敏"))
