"""Work permits: what is applied for, and what was measured."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Equipment
from partners.actions.works import kinds_on
from partners.models import CrewMember, Project, WorkClass, WorkPermit
from partners.models.works import GAS_WORDS
from portals.forms import Named, moment


class _People(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: CrewMember) -> str:
        return f"{obj.user.name} · {obj.get_trade_display()}"


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: CrewMember) -> str:
        return f"{obj.user.name} · {obj.get_trade_display()}"


class ApplyForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of work"))
    grade = forms.ChoiceField(
        choices=[("", "—"), *WorkClass.choices], required=False, label=_("Class, only of hot work")
    )
    area = Named(Area.objects.all(), label=_("Where"))
    equipment = Named(Equipment.objects.none(), required=False, label=_("Machine"), empty_label="—")
    what = forms.CharField(max_length=200, label=_("What is done"))
    measures = forms.CharField(max_length=500, label=_("How it is made safe"), widget=forms.Textarea(attrs={"rows": 3}))
    guardian = _Person(CrewMember.objects.none(), label=_("Guardian, who only watches"), empty_label=_("choose"))
    crew = _People(CrewMember.objects.none(), label=_("Who does the work"), widget=forms.CheckboxSelectMultiple)
    starts_at = moment(_("From"))
    ends_at = moment(_("Until"))

    def __init__(self, *args: Any, project: Project, **more: Any) -> None:
        super().__init__(*args, **more)
        crew = CrewMember.objects.near().filter(project=project, status="approved")
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, kind.label) for kind in kinds_on()]
        fields["area"].initial = project.area_id
        fields["starts_at"].initial = timezone.now
        fields["equipment"].queryset = Equipment.objects.filter(area=project.area_id)
        fields["guardian"].queryset = fields["crew"].queryset = crew


class GasForm(forms.Form):
    """Only what this work asks for."""

    def __init__(self, *args: Any, permit: WorkPermit, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in permit.limits:
            self.fields[name] = forms.DecimalField(
                min_value=0, max_value=9999, max_digits=5, decimal_places=1, label=GAS_WORDS[name]
            )
