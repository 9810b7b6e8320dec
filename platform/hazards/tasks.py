from hazards import actions
from hazards.actions.invitations import guest_of
from hazards.models import Hazard, Invitation, Mention, SubTask
from people.models import Absence
from realtime.middleware import guests
from tenants import due

guests(guest_of)


@due.handler("hazards.escalate")
def escalate(hazard: int) -> None:
    actions.escalate_hazard(Hazard.objects.select_related("policy").get(pk=hazard))


@due.handler("hazards.remind_control")
def remind_control(hazard: int) -> None:
    actions.remind_control(Hazard.objects.select_related("policy").get(pk=hazard))


@due.handler("hazards.remind")
def remind(hazard: int, reason: str) -> None:
    actions.remind_hazard(Hazard.objects.get(pk=hazard), reason=reason)


@due.handler("hazards.press_mention")
def press_mention(mention: int) -> None:
    actions.press_mention(Mention.objects.select_related("post__thread__hazard", "post__author").get(pk=mention))


@due.handler("hazards.remind_subtask")
def remind_subtask(subtask: int) -> None:
    actions.remind_subtask(SubTask.objects.select_related("group__hazard").get(pk=subtask))


@due.handler("hazards.pass_on")
def pass_on(absence: int) -> None:
    actions.pass_on_hazards(Absence.objects.select_related("person", "stand_in").get(pk=absence))


@due.handler("hazards.end_invitation")
def end_invitation(invitation: int) -> None:
    actions.end_invitation(Invitation.objects.get(pk=invitation))
