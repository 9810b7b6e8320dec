"""Five suppliers with half a year of self-inspections; one report waits to be looked at, one is late, one is a draft."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.attachments import keep_file, keep_photo
from core.models import Attachment
from core.zone import zone
from facilities.calendar import today
from hazards.models import Level
from inspections.models import Item
from partners import actions
from partners.actions.companies import add_member
from partners.actions.opening import prefill, questionnaire_for
from partners.credit import check_sign
from partners.models import Company, CompanyDocument, Reply, ReplyPhoto, SelfInspection
from partners.periods import due_after, period_of
from partners.scoring import rate
from people.models import User
from people.permissions import Role
from portals.operator.demo.setup import Site
from portals.operator.demo.shots import scene_at, shoot

MONTHS = 6


@dataclass(frozen=True)
class _Firm:
    """well: how likely a question is in order; last: what became of the newest report."""

    name: str
    person: str
    phone: str
    code: str
    well: float
    last: str
    papers: tuple[int, ...] = (400, 200)


FIRMS = (
    _Firm("联盛表面处理", "吴俊峰", "13800000011", "91330282MA2AE7K51", 0.66, "open", (320, 24)),
    _Firm("宏达铸造", "杜新民", "13900008002", "91330281MA28A3L07", 0.2, "submitted", (500, -3)),
    _Firm("兴业五金冲压", "沈小芳", "13900008003", "91330225MA2GT9R26", 0.86, "accepted"),
    _Firm("永固包装", "范志远", "13900008004", "91330206MA2CH4N39", 0.5, "late", (90, 160)),
    _Firm("捷顺物流", "江晓琳", "13900008005", "91330204MA2AG6Q84", 0.74, "accepted"),
)


def write_suppliers(site: Site, rng: random.Random) -> None:
    officer = site.user("周敏")
    for firm in FIRMS:
        company = actions.add_company(
            firm.name,
            by=officer,
            department=site.departments["stores"],
            credit_code=firm.code + check_sign(firm.code),
            contact=firm.person,
            phone=firm.phone,
        )
        person = _person(site, company, firm)
        _papers(company, person, firm, officer)
        for months in range(MONTHS, 0, -1):
            _report(company, person, firm, officer, _month(months), rng, is_last=months == 1)
    _corrections(officer)


def _person(site: Site, company: Company, firm: _Firm) -> User:
    user = User.objects.filter(name=firm.person, grants__role=Role.SUPPLIER).first()
    if user is None:
        user = User.objects.create(
            name=firm.person,
            sort_key=firm.person,
            phone=firm.phone,
            phone_verified=True,
            password=site.user("周敏").password,
        )
    add_member(company, user, role=Role.SUPPLIER)
    return user


def _month(before: int) -> tuple[date, date]:
    first = today().replace(day=1)
    for _month in range(before):
        first = (first - timedelta(days=1)).replace(day=1)
    return period_of(first, Company.Rhythm.MONTH)


def _papers(company: Company, person: User, firm: _Firm, officer: User) -> None:
    kinds = (CompanyDocument.Kind.LICENCE, CompanyDocument.Kind.INSURANCE)
    for kind, days in zip(kinds, firm.papers, strict=True):
        file = keep_file(_PDF, name=f"{kind}.pdf", content_type="application/pdf", by=person)
        paper = actions.file_document(
            company, by=person, kind=kind, valid_until=today() + timedelta(max(days, 1)), file=file
        )
        if days < 200 or kind == CompanyDocument.Kind.LICENCE:
            actions.check_document(paper, by=officer)
        if days < 0:  # it was valid when it was checked
            CompanyDocument.objects.filter(pk=paper.pk).update(valid_until=today() + timedelta(days))


def _report(
    company: Company,
    person: User,
    firm: _Firm,
    officer: User,
    period: tuple[date, date],
    rng: random.Random,
    *,
    is_last: bool,
) -> None:
    checklist = questionnaire_for(company)
    if checklist is None:
        return
    items = list(checklist.items.all())
    due_on = due_after(period[1])
    report = SelfInspection.objects.create(
        company=company, starts_on=period[0], ends_on=period[1], due_on=due_on, checklist=checklist
    )
    if is_last and firm.last in ("open", "late"):
        prefill(report)
        if firm.last == "open":
            SelfInspection.objects.filter(pk=report.pk).update(due_on=max(due_on, today() + timedelta(3)))
        return
    replies = [_reply(report, item, firm.well, rng) for item in items]
    Reply.objects.bulk_create(replies)
    if is_last:
        _photos(report, person, rng)
    rating = rate(items, {reply.item_id: reply for reply in replies})
    came = datetime.combine(due_on - timedelta(days=rng.choice((0, 1, 1, 2, -1))), time(16, 20), zone())
    came = min(came, timezone.now())
    is_open = is_last and firm.last == "submitted"
    SelfInspection.objects.filter(pk=report.pk).update(
        status=SelfInspection.Status.SUBMITTED if is_open else SelfInspection.Status.ACCEPTED,
        submitted_at=came,
        submitted_by=person,
        score=rating.score,
        grade=rating.grade,
        is_capped=rating.is_capped,
        decided_at=None if is_open else came + timedelta(days=1),
        decided_by=None if is_open else officer,
        returns=0 if is_open else rng.choice((0, 0, 0, 1)),
    )


def _reply(report: SelfInspection, item: Item, well: float, rng: random.Random) -> Reply:
    reply = Reply(report=report, item=item)
    if item.kind == Item.Kind.CHOICE:
        good = rng.random() < well or item.is_urgent
        reply.choice = 0 if good else min(len(item.choices) - 1, 1 if rng.random() < 0.7 else 2)
        reply.note = "" if good else rng.choice(("已安排整改，月底前完成", "配件已下单，到货就换", "本周培训后复查"))
    elif item.kind == Item.Kind.NUMBER:
        reply.number = Decimal(round(60 + 40 * well) if item.unit == "%" else 4)
    else:
        asked = item.text["zh"]
        said = {"几次": "查了 4 次，查出 5 条，都改完了", "演练": "10 日做了灭火演练", "写明": "有打磨，两个工位"}
        reply.text = next((words for part, words in said.items() if part in asked), "没有")
    return reply


def _photos(report: SelfInspection, person: User, rng: random.Random) -> None:
    wanted = report.replies.filter(item__photo=Item.PhotoRule.ON_PASS, choice=0)
    for reply, scene in zip(wanted, ("passage", "extinguisher", "machine"), strict=False):
        picture = shoot(scene_at(scene, report.company.name, is_after=True), rng)
        ReplyPhoto.objects.create(reply=reply, attachment=_kept(picture, person, report.company.name))


def _kept(content: bytes, person: User, stamp: str) -> Attachment:
    return keep_photo(SimpleUploadedFile("photo.jpg", content, "image/jpeg"), by=person, stamp=stamp)


def _corrections(officer: User) -> None:
    wanted = (
        ("联盛表面处理", "2 号槽排风软管破口", Level.SERIOUS),
        ("联盛表面处理", "叉车年检标签看不清", Level.GENERAL),
    )
    for name, title, level in (*wanted, ("宏达铸造", "砂处理区粉尘没清干净", Level.SERIOUS)):
        actions.correct_at_partner(Company.objects.get(name=name), by=officer, title=title, level=level)


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n"
)
