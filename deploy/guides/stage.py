"""What must be there before a film begins, in a copy of the demo factory that nobody else sees."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import segno
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from facilities.qr import token_of
from hazards.models import TO_FIX, Hazard, Level, LevelPolicy, StopUse
from inspections.actions import start_run
from inspections.models import Run
from people.models import User
from people.preferences import prefer
from portals.guides import HOME, KEY, all_guides
from portals.operator.demo.pictures import draw_scene
from tenants.models import Due
from training.models import Enrolment, Progress

Props = dict[str, Any]


def actor(phone: str, language: str) -> User:
    user = User.objects.get(phone=phone)
    prefer(user, language=language, theme="light", text_size="normal")
    user.refresh_from_db()
    return user


def clear() -> None:
    """Nothing comes in between: no work for the clock, no machine that is locked."""
    Due.objects.all().delete()
    StopUse.objects.in_force().update(freed_at=timezone.now())


def session_of(user: User) -> str:
    """Signed in, with the guides put away: a film does not advertise films."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[KEY] = [HOME, *all_guides()]
    session.save()
    return str(session.session_key)


def _plain(user: User) -> Props:
    return {}


def _check(user: User) -> Props:
    """One check that is due and whose label hangs there; the others of today are done with."""
    due = Run.objects.assigned_to(user).due_now().filter(status=Run.Status.DUE).order_by("plan", "stop", "id")
    run = (
        due.filter(equipment__qr_points__revoked_at=None, equipment__stop_uses=None).select_related("equipment").first()
    )
    if run is None or run.equipment is None:
        raise LookupError("the demo has no check that is due")
    Run.objects.assigned_to(user).filter(status__in=(Run.Status.DUE, Run.Status.MISSED)).exclude(pk=run.pk).update(
        status=Run.Status.WITHDRAWN
    )
    point = run.equipment.qr_points.filter(revoked_at=None).first()
    return {"run": f"/m/runs/{run.pk}/", "label": reverse("field:qr", args=[token_of(point)]), "pk": run.pk}


def _begun(user: User) -> Props:
    props = _check(user)
    start_run(Run.objects.get(pk=props["pk"]), by=user)
    return props


def _fix(user: User) -> Props:
    """One hazard that waits to be fixed, with a photo from before."""
    hazards = Hazard.objects.filter(owner=user, status="assigned", evidence__isnull=False)
    chosen = hazards.filter(category__code="machine-guarding").order_by("-due_at").first() or hazards.first()
    if chosen is None:
        raise LookupError("the demo has no hazard to fix")
    leader = User.objects.filter(team=user.team).exclude(pk=user.pk).first()
    Hazard.objects.filter(owner=user, status__in=TO_FIX).exclude(pk=chosen.pk).update(owner=leader)
    title = "The guard is off its bolts" if user.language == "en" else "冲压机防护罩掉了，螺栓松了"
    policy = LevelPolicy.objects.filter(level=Level.GENERAL).last()
    Hazard.objects.filter(pk=chosen.pk).update(title=title, level=Level.GENERAL, policy=policy)
    return {}


def _lesson(user: User) -> Props:
    """A course of which the next lesson was read almost to its end."""
    enrolment = Enrolment.objects.filter(person=user, status=Enrolment.Status.OPEN).exclude(course=None).first()
    if enrolment is None or enrolment.course is None:
        raise LookupError("the demo has no course to learn")
    for lesson in enrolment.course.lessons.all():
        Progress.objects.get_or_create(
            enrolment=enrolment, lesson=lesson, defaults={"seconds": lesson.minutes * 60, "learned_at": timezone.now()}
        )
    return {}


READY: dict[str, Callable[[User], Props]] = {
    "plain": _plain,
    "check": _check,
    "begun": _begun,
    "fix": _fix,
    "lesson": _lesson,
}


def film_of_label(folder: Path, site: str, props: Props) -> str:
    """What the phone's camera sees: the label on the machine, as motion JPEG."""
    frame = draw_scene("machine", is_after=True).resize((640, 480))
    out = io.BytesIO()
    segno.make(site + props.get("label", "/"), error="m", micro=False).save(out, kind="png", scale=8, border=4)
    frame.paste(Image.open(out).convert("RGB").resize((300, 300)), (170, 90))
    still = io.BytesIO()
    frame.save(still, "JPEG", quality=95)
    path = folder / "label.mjpeg"
    path.write_bytes(still.getvalue() * 10)
    return str(path)
