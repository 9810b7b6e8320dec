"""A status is one column, moved only along one table of steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.errors import NotAllowed, WrongStatus
from core.events import action, emit


@dataclass(frozen=True)
class Step:
    """verb: what a person does; permission: who may, in the object's department; empty: only the clock does it.

    only: a condition on (user, object) that takes the department's place, such as being the one it is assigned to.
    when: a condition on the object; steps of one verb with different conditions lead to different targets.
    condition: `when` in words; needs: what must be there, in words. is_turn: whether an object in one of these statuses
    waits for this step. holds: columns that must still be as the caller saw them, for steps that may keep the status.
    """

    verb: str
    source: tuple[str, ...]
    target: str
    permission: str
    event: str
    label: Any
    needs_note: bool = False
    only: Callable[[Any, Any], bool] | None = None
    when: Callable[[Any], bool] | None = None
    condition: Any = ""
    is_turn: bool = True
    needs: Any = ""
    holds: tuple[str, ...] = ()

    def fits(self, obj: Any) -> bool:
        return obj.status in self.source and (self.when is None or self.when(obj))

    def is_open_to(self, user: Any, obj: models.Model) -> bool:
        if not self.permission:
            return False
        if self.only:
            return user.can(self.permission) and self.only(user, obj)
        return user.can(self.permission, obj)


class Workflow:
    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self._by_verb: dict[str, list[Step]] = {}
        for step in steps:
            self._by_verb.setdefault(step.verb, []).append(step)

    def step(self, verb: str, obj: Any = None) -> Step:
        """The step of this verb that fits the object, else the verb's first."""
        steps = self._by_verb[verb]
        return next((step for step in steps if obj is not None and step.fits(obj)), steps[0])

    def open_to(self, user: Any, obj: Any) -> list[Step]:
        """The buttons of the page."""
        return [step for step in self.steps if step.fits(obj) and step.is_open_to(user, obj)]

    @action
    def take(self, verb: str, obj: Any, *, by: Any, note: str = "", data: dict | None = None, **changes: Any) -> Any:
        """Moves the object if it still stands where the caller saw it; of two at once, one wins and one is told.

        by=None is the clock, which needs no permission. `changes` are further columns, `data` goes to the event.
        """
        step = self.step(verb, obj)
        if by is not None and not step.is_open_to(by, obj):
            raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
        if not step.fits(obj):
            raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
        before = obj.status
        held = {name: getattr(obj, name) for name in step.holds}
        same = type(obj)._default_manager.filter(pk=obj.pk, status=before, **held)
        is_lost = by and step.only and not any(step.only(by, row) for row in same.select_for_update())
        if is_lost or not same.update(status=step.target, **changes):
            raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
        for name, value in {"status": step.target, **changes}.items():
            setattr(obj, name, value)
        absent = by.acts_for(step.permission, None if step.only else obj) if by else None
        lent = {"acts_for": absent.pk, "acts_for_name": absent.name} if absent else {}
        emit(step.event, obj, by=by, before=before, after=step.target, note=note, **lent, **(data or {}))
        return obj
