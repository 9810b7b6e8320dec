"""Two contractors of the demo: one with a crew that may come in, waits, or was turned away; one whose insurance ends soon."""

import io
import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from core.attachments import keep_drawn
from core.models import Attachment
from core.signatures import keep_signature
from facilities.calendar import today
from partners import actions
from partners.actions.companies import add_member
from partners.entry import CREW_NAME, CREW_ROLE, current_text
from partners.idnumbers import check_sign
from partners.models import Company, CompanyDocument, CrewMember, EntryPermit, Project, Reading, SiteText
from people.actions import sort_key
from people.models import JobRole, User
from people.permissions import Role
from portals.operator.demo.setup import Site
from training.actions import Card, hand_in, record_licence, save_answer
from training.models import Question

SITE = {"emergency_phone": "6120", "speed_limit": "5", "assembly_point": "东门停车场"}
SIGNED = "[[[0.1,0.35],[0.3,0.3],[0.2,0.7],[0.12,0.8]],[[0.45,0.25],[0.45,0.75],[0.7,0.4],[0.85,0.7]]]"
# Name, phone, trade, and how far on the way in.
CREW = (
    ("田小龙", "13800000013", "welder", "inside"),
    ("马国强", "13700008002", "fitter", "inside"),
    ("白志刚", "13700008003", "electrician", "may"),
    ("石海涛", "13700008004", "fitter", "waiting"),
    ("侯建波", "13700008005", "labourer", "reading"),
    ("孔令超", "13700008006", "fitter", "revoked"),
)
OTHERS = (("贺长林", "13700008011", "painter", "may"), ("毛家旺", "13700008012", "painter", "reading"))
LICENCES = {"welder": "SW-WELD", "electrician": "SW-ELEC"}
SKIN, CLOTHES = ("#e8c39e", "#d9ab82", "#f0cfae"), ("#2f5d8a", "#6b4f3a", "#41664d", "#7a3b3b")


@dataclass(frozen=True)
class _Firm:
    name: str
    boss: str
    phone: str
    project: str
    area: str
    insured: int
    crew: tuple[tuple[str, str, str, str], ...]


FIRMS = (
    _Firm("宏泰安装", "郭永福", "13800000012", "配电房改造", "switch-room", 300, CREW),
    _Firm("永顺防腐", "姜世杰", "13700008010", "喷涂车间地面防腐", "paint-store", 12, OTHERS),
)


def write_contractors(site: Site, rng: random.Random) -> None:
    officer = site.user("周敏")
    _publish_texts(officer)
    for firm in FIRMS:
        company = actions.add_company(
            firm.name, by=officer, department=site.departments["equipment"], contact=firm.boss, phone=firm.phone,
            kind=Company.Kind.CONTRACTOR,
        )  # fmt: skip
        boss = _person(site, company, firm.boss, firm.phone, Role.CONTRACTOR_ADMIN)
        _papers(company, boss, firm, officer)
        project = actions.add_project(
            company, by=officer, name=firm.project, area=site.areas[firm.area], host=site.user("陈志强"),
            starts_on=today() - timedelta(days=3), ends_on=today() + timedelta(days=40),
        )  # fmt: skip
        for name, phone, trade, state in firm.crew:
            _member(site, project, (name, phone, trade, state), officer, rng)
    _write_works(site, officer)


def _write_works(site: Site, officer: User) -> None:
    """Hot work that runs, temporary power that waits, and points against somebody."""
    crew = {
        member.user.name: member for member in CrewMember.objects.near().filter(project__company__name=FIRMS[0].name)
    }
    users = {name: User.objects.get(pk=member.user_id) for name, member in crew.items()}
    now = timezone.now()
    facts = {"guardian": crew["马国强"], "starts_at": now, "area": crew["田小龙"].project.area}
    hot = actions.apply_for_work(
        crew["田小龙"].project, by=users["田小龙"], kind="hot", grade="second", what="桥架支架焊接",
        measures="清走 10 米内可燃物，放 2 具灭火器，接火盆", crew=[crew["田小龙"]], ends_at=now + timedelta(hours=6), **facts,
    )  # fmt: skip
    actions.approve_work(hot, by=officer)
    actions.measure_gas(hot, {"lel": Decimal(0)}, by=users["马国强"])
    actions.start_work(hot, by=users["马国强"])
    actions.apply_for_work(
        crew["白志刚"].project, by=users["白志刚"], kind="power", what="施工电箱接线", measures="漏电保护、接地、挂牌",
        crew=[crew["白志刚"]], ends_at=now + timedelta(days=5), **facts,
    )  # fmt: skip
    actions.note_violation(crew["孔令超"], by=officer, points=6, what="把入场证借给别人")


def _publish_texts(officer: User) -> None:
    draft = SiteText.objects.get(kind=SiteText.Kind.BRIEFING)
    draft = actions.write_text(draft.kind, draft.body, by=officer, minutes=draft.minutes, facts=SITE)
    actions.publish_text(draft, by=officer)


def _person(site: Site, company: Company, name: str, phone: str, role: str) -> User:
    job = JobRole.objects.get_or_create(code=CREW_ROLE, defaults={"name": CREW_NAME})[0]
    facts = {"sort_key": sort_key(name), "phone": phone, "phone_verified": True}
    facts["password"] = site.user("周敏").password
    if role == Role.CONTRACTOR_WORKER:
        facts["job_role"] = job
    user, _is_new = User.objects.update_or_create(name=name, phone=phone, defaults=facts)
    add_member(company, user, role=role)
    return User.objects.get(pk=user.pk)


def _papers(company: Company, boss: User, firm: _Firm, officer: User) -> None:
    kinds = CompanyDocument.Kind
    for kind, days in (
        (kinds.LICENCE, 900),
        (kinds.INSURANCE, firm.insured),
        (kinds.AGREEMENT, 360),
        (kinds.PERMIT, 500),
    ):
        file = keep_drawn(_upload(_sheet()), by=boss)
        paper = actions.file_document(
            company, by=boss, kind=kind, valid_until=today() + timedelta(days=days), file=file
        )
        actions.check_document(paper, by=officer)


def _member(site: Site, project: Project, who: tuple[str, str, str, str], officer: User, rng: random.Random) -> None:
    name, phone, trade, state = who
    user = _person(site, project.company, name, phone, Role.CONTRACTOR_WORKER)
    member = actions.join_project(project.code, by=user)
    born = date(1970, 1, 1) + timedelta(days=rng.randrange(11_000))
    first = f"330281{born:%Y%m%d}{rng.randrange(1000):03}"
    facts = {"name": name, "trade": trade, "emergency_name": "家里人", "emergency_phone": "13900009999"}
    badge = keep_drawn(_upload(_portrait(rng)), by=user)
    actions.record_person(member, by=user, id_number=first + check_sign(first), badge=badge, **facts)
    if trade in LICENCES:
        issued = today() - timedelta(days=rng.randrange(200, 900))
        number = f"T3302{rng.randrange(10**13):013}"
        record_licence(user, Card(LICENCES[trade], issued, number), by=officer)
    if state != "reading":
        _let_in(CrewMember.objects.near().get(pk=member.pk), user, state, officer)


def _let_in(member: CrewMember, user: User, state: str, officer: User) -> None:
    text = current_text(SiteText.Kind.BRIEFING)
    if text is None:
        return
    Reading.objects.create(member=member, text=text, seconds=text.minutes * 60 + 20)
    signature: Attachment = keep_signature(SIGNED, by=user, name=user.name)
    actions.sign_briefing(member, text, signature, by=user)
    attempt = actions.start_entry_exam(member, by=user)
    for item in attempt.items.select_related("question"):
        right = item.question.answer
        is_choice = item.question.kind != Question.Kind.TRUE_FALSE
        save_answer(attempt, item.position, [item.order.index(n) for n in right] if is_choice else right, by=user)
    hand_in(attempt, by=user)
    actions.submit_member(member, by=user)
    if state == "waiting":
        return
    permit: EntryPermit = actions.approve_member(member, by=officer)
    if state == "inside":
        actions.pass_through(permit, "in", by=officer)
    if state == "revoked":
        actions.revoke_permit(permit, by=officer, note="把入场证借给别人")


def _upload(picture: Image.Image) -> SimpleUploadedFile:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    return SimpleUploadedFile("photo.jpg", content.getvalue(), "image/jpeg")


def _portrait(rng: random.Random) -> Image.Image:
    """A face as a sign draws one: nobody's."""
    picture = Image.new("RGB", (480, 610), "#dfe7e4")
    draw = ImageDraw.Draw(picture)
    skin, cloth = rng.choice(SKIN), rng.choice(CLOTHES)
    draw.pieslice((40, 400, 440, 900), 180, 360, fill=cloth)
    draw.rectangle((200, 350, 280, 440), fill=skin)
    draw.ellipse((130, 130, 350, 420), fill=skin)
    draw.pieslice((122, 96, 358, 360), 180, 360, fill="#2b2622")
    for x in (195, 285):
        draw.ellipse((x - 11, 262, x + 11, 284), fill="#2b2622")
    draw.arc((195, 310, 285, 370), 20, 160, fill="#8a5a44", width=7)
    return picture


def _sheet() -> Image.Image:
    """A paper without words."""
    picture = Image.new("RGB", (620, 440), "#f6f3ea")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((24, 24, 596, 416), outline="#a98b4a", width=6)
    for line in range(6):
        draw.rectangle(
            (90, 120 + 42 * line, 90 + (430, 300, 380, 410, 260, 340)[line], 132 + 42 * line), fill="#c9c2ae"
        )
    draw.ellipse((450, 290, 550, 390), outline="#b03a2e", width=6)
    return picture
