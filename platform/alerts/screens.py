"""Screens on workshop walls: each has a link of its own, which opens nothing else and can be taken back."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.models import Screen
from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from facilities.models import Department
from realtime import groups
from realtime.middleware import screens
from realtime.push import push_on_commit

register(
    {
        "screen.made": gettext_lazy("Workshop screen made"),
        "screen.renamed": gettext_lazy("Workshop screen renamed"),
        "screen.revoked": gettext_lazy("Workshop screen switched off"),
    }
)
SEEN_EVERY = timedelta(minutes=1)


@action
def make_screen(name: str, department: Department, *, by) -> tuple[Screen, str]:
    """The screen and its token, which stands nowhere: only its hash is kept."""
    token = secrets.token_urlsafe(24)
    screen = Screen(name=_named(name), department=department, token_hash=_hash(token), created_by=by)
    _refuse_others(screen, by)
    screen.save()
    emit("screen.made", screen, by=by, name=screen.name, department=department.pk)
    return screen, token


@action
def rename_screen(screen: Screen, name: str, *, by) -> Screen:
    _refuse_others(screen, by)
    before, screen.name = screen.name, _named(name)
    if screen.name != before:
        screen.save(update_fields=["name"])
        emit("screen.renamed", screen, by=by, name=screen.name, before=before)
    return screen


@action
def revoke_screen(screen: Screen, *, by) -> Screen:
    """Its link opens nothing from now on; where it hangs it goes dark at once."""
    _refuse_others(screen, by)
    now = timezone.now()
    if Screen.objects.filter(pk=screen.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        screen.revoked_at, screen.revoked_by = now, by
        emit("screen.revoked", screen, by=by, name=screen.name)
        push_on_commit([groups.screen(screen.pk)], {"gone": True})
    return screen


def screen_of(token: str) -> Screen | None:
    """Also one that was switched off."""
    return Screen.objects.select_related("department").filter(token_hash=_hash(token)).first()


@screens
def lit_screen(token: str) -> Screen | None:
    screen = screen_of(token)
    return screen if screen and screen.revoked_at is None else None


def note_seen(screen: Screen) -> None:
    """A sign of life, no business fact: nothing is sealed."""
    now = timezone.now()
    if screen.seen_at is None or screen.seen_at < now - SEEN_EVERY:
        Screen.objects.filter(pk=screen.pk).update(seen_at=now)


def _hash(token: str) -> str:
    """Of what cannot be guessed, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("Write down where the screen hangs."))
    return name[:60]


def _refuse_others(screen: Screen, by) -> None:
    if not by.can("alerts.manage_screens", screen):
        raise NotAllowed(_("The safety officer and the administrator look after the screens."))
