"""An alert, and the ways by which people are told."""

from django.utils import timezone

from alerts.models import Alert, AlertPolicy
from core.secrets import seal
from facilities.models import Department
from notifications.models import Message, PushSubscription, QuietHours, Robot, RuleChange
from people.models import Duty, SupportAccess, User
from people.permissions import Role
from tests.world.base import World


def add_alerts(world: World, workshop: Department) -> None:
    """Who is on duty, how alerts go up, and what the factory decided of its notices."""
    officer, shift = world.people[Role.SAFETY_OFFICER], world.shift
    for department in (None, workshop):
        Duty.objects.create(day=timezone.localdate(), shift=shift, person=officer, department=department)
    AlertPolicy.objects.create(version=1, created_by=officer)
    RuleChange.objects.create(
        event="hazard.closed", channels=["browser", "sms"], changed_by=officer, changed_at=timezone.now()
    )
    QuietHours.objects.create()
    SupportAccess.objects.create(status="ended", reason=f"{world.mark}导出少了一列", opened_by=officer)
    alert = Alert.objects.get()
    alert.called.add(officer, world.people[Role.WORKER])
    Message.objects.create(
        channel="sms", address="13900000000", text=f"{world.mark}告警短信", alert_id=alert.pk, key=f"{world.mark}2"
    )


def add_channels(world: World, worker: User) -> None:
    robot = Robot.objects.create(
        kind="webhook",
        name=f"{world.mark}群",
        address=seal(f"https://{world.mark}.invalid/"),
        last_error=f"{world.mark}失效",
    )
    Message.objects.create(
        channel="webhook",
        robot=robot,
        address=robot.name,
        text=f"{world.mark}群消息",
        status="failed",
        key=f"{world.mark}r",
    )
    PushSubscription.objects.create(
        user=worker, endpoint=f"https://push.invalid/{world.mark}", p256dh="x", auth="x", device=f"{world.mark}手机"
    )
