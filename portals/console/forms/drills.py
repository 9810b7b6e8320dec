"""What is typed of a drill: its plan, the sheet after it, and where something has to be done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.words import say
from facilities.models import Area
from incidents.actions import Answer
from incidents.drill_rules import Question
from incidents.models import Drill
from portals.forms import Named, PersonField, TeamsForm, moment

MET, UNMET, NONE = "yes", "no", "none"
_IS_MET = {MET: True, UNMET: False, NONE: None}


class DrillForm(TeamsForm):
    title = forms.CharField(max_length=80, label=_("What is practised"))
    kind = forms.ChoiceField(choices=Drill.Kind.choices, label=_("Kind of drill"))
    form = forms.ChoiceField(choices=Drill.Form.choices, label=_("Live or at the table"))
    scenario = forms.CharField(
        max_length=2000, label=_("What is assumed"), widget=forms.Textarea({"rows": 3}),
        help_text=_("What happens, where, how bad it gets, and what is not done for real."),
    )  # fmt: skip
    place = forms.CharField(max_length=80, label=_("Where"))
    area = Named(Area.objects.all(), required=False, label=_("Area"), empty_label=_("the whole factory"))
    starts_at = moment(_("When"))
    hours = forms.DecimalField(
        min_value=0, max_value=8, max_digits=3, decimal_places=1, initial=1, label=_("How many hours")
    )
    trainer = PersonField(required=False, label=_("Who leads it, if it is not you"))


class SheetForm(forms.Form):
    """One answer and one line for each question; what was typed stays whatever is refused."""

    comment = forms.CharField(
        max_length=2000, required=False, label=_("Comment on the spot"), widget=forms.Textarea({"rows": 3})
    )
    self_review = forms.CharField(
        max_length=2000, required=False, label=_("What those taking part say themselves"),
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, asked: tuple[Question, ...], known: dict[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked = asked
        words = {True: MET, False: UNMET, None: NONE}
        choices = ((MET, _("Met")), (UNMET, _("Not met")), (NONE, _("Did not come up")))
        for question in asked:
            row = known.get(question.code)
            self.fields[f"is_{question.code}"] = forms.ChoiceField(
                choices=choices, label=say(question.text), initial=words[row.is_met] if row else None,
                error_messages={"required": _("Answer this question.")},
            )  # fmt: skip
            self.fields[f"why_{question.code}"] = forms.CharField(
                max_length=200, required=False, label=_("What went wrong"), initial=row.problem if row else ""
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for question in self.asked:
            if data.get(f"is_{question.code}") == UNMET and not data.get(f"why_{question.code}", "").strip():
                self.add_error(f"why_{question.code}", _("Say in a few words what went wrong."))
        return data

    def answers(self) -> dict[str, Answer]:
        data = self.cleaned_data
        return {
            question.code: Answer(_IS_MET[data[f"is_{question.code}"]], data[f"why_{question.code}"])
            for question in self.asked
        }

    def groups(self) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
        """The fields under the name of their group."""
        found: dict[str, list[tuple[str, Any, Any]]] = {}
        for question in self.asked:
            line = (say(question.text), self[f"is_{question.code}"], self[f"why_{question.code}"])
            found.setdefault(say(question.group), []).append(line)
        return list(found.items())


class FollowForm(forms.Form):
    check = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    area = Named(Area.objects.all(), label=_("Area"))
