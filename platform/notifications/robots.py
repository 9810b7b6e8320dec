"""The ways out that a factory keeps itself: its robots and webhooks. What they carry stands in `ways`."""

import socket
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import post
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.secrets import seal
from facilities.models import Department
from notifications import sending
from notifications.channels import ChannelError, dingtalk, feishu, wecom
from notifications.models import Message, Robot
from people.models import User
from tenants import due

register(
    {
        "robot.added": gettext_lazy("Robot added"),
        "robot.changed": gettext_lazy("Robot changed"),
        "robot.switched_on": gettext_lazy("Robot switched on"),
        "robot.switched_off": gettext_lazy("Robot switched off"),
        "robot.tried": gettext_lazy("Robot tried"),
        "message.repeated": gettext_lazy("Message sent again"),
    }
)
NEEDS_SECRET = gettext_lazy("A webhook needs a secret, so that its receiver can tell that it comes from here.")
_HOSTS = {
    Robot.Kind.WECOM: wecom.HOSTS,
    Robot.Kind.DINGTALK: dingtalk.HOSTS,
    Robot.Kind.FEISHU: feishu.HOSTS,
}
_KEYS = {Robot.Kind.WECOM: "key", Robot.Kind.DINGTALK: "access_token"}


@dataclass(frozen=True)
class Setting:
    """What is typed in. An empty address or secret leaves the one that stands."""

    kind: str
    name: str
    address: str = ""
    secret: str = ""
    department: Department | None = None


@action
def add_robot(setting: Setting, *, by: User | None) -> Robot:
    _refuse_others(by)
    _refuse_address(setting)
    if not setting.secret and setting.kind == Robot.Kind.WEBHOOK:
        raise DomainError(str(NEEDS_SECRET))
    robot = Robot.objects.create(
        kind=setting.kind,
        name=setting.name.strip(),
        address=seal(setting.address.strip()),
        secret=seal(setting.secret.strip()),
        department=setting.department,
        created_by=by,
    )
    emit("robot.added", robot, by=by, note=robot.name, kind=robot.kind)
    return robot


@action
def change_robot(robot: Robot, setting: Setting, *, by: User | None) -> Robot:
    """The ledger says which of them changed, never what they are."""
    _refuse_others(by)
    if setting.address:
        _refuse_address(setting)
        robot.address = seal(setting.address.strip())
    if setting.secret:
        robot.secret = seal(setting.secret.strip())
    robot.name, robot.department, robot.last_error = setting.name.strip(), setting.department, ""
    robot.refilled_at = None
    robot.save()
    changed = [word for word in ("address", "secret") if getattr(setting, word)]
    emit("robot.changed", robot, by=by, note=robot.name, changed=changed)
    return robot


@action
def switch_robot(robot: Robot, *, by: User | None, is_active: bool) -> Robot:
    """Switched off it gets nothing more; what waits for it is dropped and says so."""
    _refuse_others(by)
    if robot.is_active == is_active:
        raise WrongStatus(_("Somebody did that just now. Look at the page again."))
    robot.is_active = is_active
    robot.save()
    emit("robot.switched_on" if is_active else "robot.switched_off", robot, by=by, note=robot.name)
    if not is_active:
        due.now("notifications.send_held", robot=robot.pk)
    return robot


def try_robot(robot: Robot, *, by: User) -> Message:
    """Sends a line now and says what came of it; the gateway is asked outside of the transaction."""
    message = _write_test(robot, by=by)
    sending.send(message.pk)
    message.refresh_from_db()
    return message


@action
def _write_test(robot: Robot, *, by: User) -> Message:
    _refuse_others(by)
    if not robot.is_active:
        raise DomainError(_("Switch the robot on before you try it."))
    emit("robot.tried", robot, by=by, note=robot.name)
    return Message.objects.create(
        channel=robot.kind,
        robot=robot,
        address=robot.name,
        text=_("Anhuan: a test by %(name)s. If you can read this, notices arrive here.") % {"name": by.name},
        person=by,
        key=f"{sending.TEST}{uuid.uuid4()}",
    )


@action
def repeat_message(message: Message, *, by: User) -> Message:
    """Once more, after what kept it back was put right."""
    _refuse_others(by)
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.status != Message.Status.FAILED:
        raise WrongStatus(_("Somebody did that just now. Look at the page again."))
    message.status, message.reason, message.attempts = Message.Status.WAITING, "", 0
    message.save()
    due.at(timezone.now(), "notifications.send", key=f"message:{message.pk}", message=message.pk)
    emit("message.repeated", message, by=by, note=message.address, channel=message.channel)
    return message


def _refuse_others(by: User | None) -> None:
    """by=None is the operator's command line."""
    if by is not None and not by.can("channels.manage"):
        raise NotAllowed(_("Only safety officers and the administrator change where notices go."))


def _refuse_address(setting: Setting) -> None:
    address = setting.address.strip()
    parts, hosts = urlsplit(address), _HOSTS.get(Robot.Kind(setting.kind))
    try:
        post.refuse_strange(address)
        if not hosts and not settings.PRIVATE_ADDRESSES:
            post.refuse_private(parts.hostname or "")
    except ChannelError as error:
        raise DomainError(error.reason) from None
    except (socket.gaierror, UnicodeError):
        raise DomainError(_("There is no such host: %(host)s.") % {"host": parts.hostname}) from None
    if hosts and (parts.hostname not in hosts or parts.scheme != "https" or parts.netloc != parts.hostname):
        words = {"kind": Robot.Kind(setting.kind).label, "host": hosts[0]}
        raise DomainError(
            _("The address of a %(kind)s begins with https://%(host)s/. Copy it in the chat group.") % words
        )
    if setting.kind == Robot.Kind.FEISHU and not feishu.HOOK.fullmatch(parts.path):
        raise DomainError(_("The address is not complete. Copy it again, whole."))
    key = _KEYS.get(Robot.Kind(setting.kind))
    if key and not parse_qs(parts.query).get(key):
        raise DomainError(_("The end of the address is missing: %(key)s=…. Copy it again, whole.") % {"key": key})
