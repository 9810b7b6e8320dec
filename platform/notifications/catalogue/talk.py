"""What people write to each other."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import called, talkers, told
from notifications.catalogue.rule import HERE, PHONE, PRESSES, WAITS, Rule

RULES = (
    Rule(
        "group.joined",
        told,
        _("You are in the joint group of %(number)s: %(title)s"),
        who=_("whoever joins the group"),
    ),
    Rule("post.added", talkers, _("%(person)s on %(number)s: %(note)s"), channels=HERE),
    Rule(
        "post.mentioned",
        called,
        _("%(person)s calls you on %(number)s: %(note)s"),
        channels=PHONE,
        who=_("whoever is called by name"),
    ),
    Rule(
        "mention.pressed",
        called,
        _("Not read for half an hour, %(number)s. %(note)s"),
        **PRESSES,
        who=_("whoever is called by name"),
    ),
    Rule(
        "subtask.added",
        called,
        _("For you on %(number)s, until %(until)s: %(note)s"),
        who=_("who is to do it"),
        channels=PHONE,
    ),
    Rule("subtask.done", told, _("%(person)s is done on %(number)s. %(note)s"), **WAITS, who=_("who gave the task")),
    Rule(
        "subtask.overdue",
        called,
        _("The time is over on %(number)s: %(note)s"),
        who=_("who is to do it, and who gave the task"),
        channels=PHONE,
    ),
)
