"""我的档案: what I have learned and hold, as a list and as a PDF, and what a post still asks of me."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone

from core.exports.cover import cover
from core.pdf import CONTENT_TYPE, render_pdf
from core.zone import zone
from portals.records import chosen_in, gap_of, record_of
from portals.web import page, require
from training.exports import facts_of
from training.exports.paper import RECORD, SHEET, record_context
from training.record import credited_hours, posts_of, records_of


@login_required
def show(request):
    require(request.user, "training.learn")
    user = request.user
    chosen = chosen_in(request.GET)
    context = {
        "record": record_of(user, request.GET, user),
        "credited": credited_hours([user.pk], chosen, user)[user.pk],
    }
    return page(request, "field/learn/record.html", context)


@login_required
def gap(request):
    """What the own post, or another one, asks for and what is missing."""
    require(request.user, "training.learn")
    return page(request, "field/learn/gap.html", gap_of(request.user, request.GET))


@login_required
def pdf(request):
    """The own record needs no order: it is one's own."""
    require(request.user, "training.learn")
    user, chosen = request.user, chosen_in(request.GET)
    with timezone.override(zone()):
        record = records_of([user.pk], chosen, user)[user.pk]
        context = record_context(cover(facts_of(chosen), user), user, record, posts_of([user]))
        made = HttpResponse(render_pdf(RECORD, SHEET, context), content_type=CONTENT_TYPE)
    made["Content-Disposition"] = 'inline; filename="record.pdf"'
    return made
