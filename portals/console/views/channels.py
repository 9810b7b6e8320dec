"""通知渠道: where notices go besides the page, what came of it, and what has to be put right."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.secrets import end_of
from notifications import robots
from notifications.channels import email, sms
from notifications.models import Message, PushSubscription, Robot
from people.models import User
from portals.console.forms.channels import RobotForm
from portals.web import page, require

DAYS = 7
MOST_FAILED = 50


@login_required
def index(request):
    require(request.user, "channels.manage")
    return _keep(request, None)


@login_required
def robot(request, pk: int):
    require(request.user, "channels.manage")
    return _keep(request, get_object_or_404(Robot, pk=pk))


def _keep(request, standing: Robot | None):
    initial = {"name": standing.name, "department": standing.department} if standing else {}
    form = RobotForm(request.POST or None, initial=initial, standing=standing)
    if request.method == "POST" and form.is_valid():
        try:
            if standing:
                robots.change_robot(standing, form.setting(), by=request.user)
            else:
                standing = robots.add_robot(form.setting(), by=request.user)
        except DomainError as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, _("Saved. Try it now: send a test."))
            return redirect("console:robot", pk=standing.pk)
    return _show(request, form, standing, status=422 if form.errors else 200)


def _show(request, form: RobotForm, standing: Robot | None, status: int = 200):
    rows = [(row, end_of(row.address)) for row in Robot.objects.select_related("department")]
    since = timezone.now() - timedelta(days=DAYS)
    failed = Message.objects.filter(status=Message.Status.FAILED, created_at__gte=since)
    context = {
        "robots": rows,
        "form": form,
        "standing": standing,
        "failed": failed.select_related("person", "robot")[:MOST_FAILED],
        "failed_count": failed.count(),
        "installation": _installation(since),
        "is_demo": settings.DEMO,
        "days": DAYS,
    }
    return page(request, "console/channels/index.html", context, status=status)


def _installation(since) -> dict:
    """The ways out that belong to the installation, and how many people they reach."""
    counts = Message.objects.filter(created_at__gte=since).values_list("channel").annotate(Count("id")).order_by()
    people = User.objects.insiders().filter(is_active=True)
    browsers = PushSubscription.objects.values("user").distinct().count()
    return {
        "sms": {"is_ready": sms.is_set_up() or settings.DEMO, "reach": people.exclude(phone=None).count()},
        "email": {"is_ready": email.is_set_up() or settings.DEMO, "reach": people.exclude(email=None).count()},
        "push": {"is_ready": True, "reach": browsers},
        "counts": dict(counts),
        "people": people.count(),
    }


@login_required
@require_POST
def try_out(request, pk: int):
    """Sends a line and says at once what the gateway answered."""
    require(request.user, "channels.manage")
    message = robots.try_robot(get_object_or_404(Robot, pk=pk), by=request.user)
    words = {"name": message.address, "reason": message.reason}
    if message.status in (Message.Status.SENT, Message.Status.DELIVERED):
        messages.success(request, _("%(name)s took the test. Look into the chat group.") % words)
    elif message.status == Message.Status.KEPT:
        messages.success(request, _("In the demo nothing is sent. Read the test under “Messages of the demo”."))
    elif message.status == Message.Status.WAITING:
        messages.warning(request, _("The test waits: %(reason)s") % words)
    else:
        messages.error(request, _("%(name)s did not take the test. %(reason)s") % words)
    return redirect("console:robot", pk=pk)


@login_required
@require_POST
def switch(request, pk: int):
    require(request.user, "channels.manage")
    found = robots.switch_robot(
        get_object_or_404(Robot, pk=pk), by=request.user, is_active=request.POST.get("on") == "1"
    )
    text = _("%(name)s is switched on.") if found.is_active else _("%(name)s is switched off and gets nothing.")
    messages.success(request, text % {"name": found.name})
    return redirect("console:channels")


@login_required
@require_POST
def repeat(request, pk: int):
    require(request.user, "channels.manage")
    robots.repeat_message(get_object_or_404(Message, pk=pk), by=request.user)
    messages.success(request, _("It goes out once more. Look again in a moment."))
    return redirect("console:channels")
