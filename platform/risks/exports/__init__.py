"""The register as Excel; notice cards, boards and plans as PDF: made in the background, noted in the ledger."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import DomainError
from core.events import register
from core.exports import lists, orders
from core.models import Attachment, Job
from core.words import say
from facilities.models import Area, Department
from people.models import User
from risks.archive import Filter, choices, facts
from risks.exports.book import write_book
from risks.exports.paper import SIZES, write_board, write_cards, write_plan
from risks.models import FloorPlan, Risk
from tenants.current import current_factory

register(
    {
        "risks.exported": gettext_lazy("Register of risks exported"),
        "risks.printed": gettext_lazy("Notice cards, board or floor plan of risks made"),
    }
)

VIEW = "risks.view"
MOST_CARDS = 300
CHUNK = 200


def _chunks(chosen: Filter, by: User):
    near = ("area__department", "equipment", "owner")
    rows = chosen.of(Risk.objects.visible_to(by)).select_related(*near).prefetch_related("assessments__by")
    found = list(rows.worst_first())
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]


RECORDS = lists.make_known(
    lists.Listing(
        kind="risks",
        title=gettext_lazy("Register of risks"),
        permission=VIEW,
        filter=Filter,
        facts=lambda chosen: facts(chosen, choices()),
        rows=Risk.objects.visible_to,
        chunks=_chunks,
        writers={"xlsx": write_book},
        too_many={"xlsx": gettext_lazy("%(rows)d risks are too many for one Excel file (%(most)d at most).")},
    )
)


def order_export(chosen: Filter, form: str, *, by: User) -> Job:
    return lists.order_list(RECORDS, chosen, form, by=by)


def order_cards(*, by: User, risk: Risk | None = None, area: Area | None = None) -> Job:
    """告知卡: of one risk, of all of an area, or of the whole register."""
    orders.refuse_others(by, VIEW)
    about = risk.number if risk else say(area.name) if area else _("all")
    payload = {"risk": risk.pk if risk else None, "area": area.pk if area else None}
    total = _cards(payload).count()
    if not total:
        raise DomainError(_("There is no risk point here yet. Write one down first."))
    if total > MOST_CARDS:
        raise DomainError(_("That is more than %(most)d cards. Print them area by area.") % {"most": MOST_CARDS})
    return orders.order("risks.cards", by=by, total=total, name=_name(_("Notice cards"), about), **payload)


def order_board(*, by: User, department: Department | None = None) -> Job:
    """风险公告栏: of one workshop or of the factory."""
    orders.refuse_others(by, VIEW)
    payload = {"department": department.pk if department else None}
    total = _on_board(payload).count()
    if not total:
        raise DomainError(_("There is no risk point here yet. Write one down first."))
    about = say(department.name) if department else current_factory().name
    return orders.order("risks.board", by=by, total=total, name=_name(_("Risk notice board"), about), **payload)


def order_plan(plan: FloorPlan, size: str, *, by: User) -> Job:
    """size: a3 or a4."""
    orders.refuse_others(by, VIEW)
    if size not in SIZES:
        raise DomainError(_("Choose A3 or A4."))
    name = _name(_("Four-colour plan"), f"{plan.name} {size.upper()}")
    return orders.order("risks.plan", by=by, total=1, plan=plan.pk, size=size, name=name)


def _name(title: str, about: str) -> str:
    return orders.file_name(title, about.replace("/", "-"), "pdf")


def _cards(payload: dict):
    chosen = {"pk": payload["risk"], "area": payload["area"]}
    return Risk.objects.in_force().filter(**{name: pk for name, pk in chosen.items() if pk})


def _on_board(payload: dict):
    risks = Risk.objects.in_force()
    return risks.filter(area__department=payload["department"]) if payload["department"] else risks


@jobs.kind("risks.cards")
def make_cards(job: Job) -> Attachment:
    near = ("area__department", "equipment", "owner")
    risks = list(_cards(job.payload).select_related(*near).worst_first())
    return _make(job, lambda path: write_cards(path, risks))


@jobs.kind("risks.board")
def make_board(job: Job) -> Attachment:
    near = ("area__department", "equipment", "owner")
    department = Department.objects.filter(pk=job.payload["department"] or 0).first()
    risks = list(_on_board(job.payload).select_related(*near).worst_first())
    return _make(job, lambda path: write_board(path, risks, department))


@jobs.kind("risks.plan")
def make_plan(job: Job) -> Attachment:
    plan = FloorPlan.objects.select_related("picture", "department").get(pk=job.payload["plan"])
    return _make(job, lambda path: write_plan(path, plan, job.payload["size"]))


def _make(job: Job, write) -> Attachment:
    by = orders.asker(job, VIEW)
    made = orders.make(job, "pdf", write)
    orders.note("risks.printed", job, job, made, by=by, note=job.payload["name"])
    return made
