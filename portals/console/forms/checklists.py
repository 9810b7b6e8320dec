"""What the designer's pages send: only its shape; inspections.rules says what an item must be."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say, wordings
from facilities.models import Area, EquipmentType
from hazards.models import Category
from inspections.conditions import possible_answers
from inspections.models import Audience, Checklist, Frequency, Item
from inspections.rules import MOST_CHOICES, MOST_POINTS, clean
from market import packs
from portals.forms import Named

CHOICE_ROWS = 4
UNKNOWN = gettext_lazy("Choose one from the list.")


class Words(forms.CharField):
    """Missing or too long is said by the rules, all at once; what the database cannot hold is left out."""

    def __init__(self, *, required: bool = False, **kwargs):
        super().__init__(required=required, **kwargs)

    def validate(self, value):
        return

    def to_python(self, value):
        return clean(super().to_python(value))


class Limit(Words):
    """A decimal as people type it: 0.45, 0,45 or 0，45."""

    def clean(self, value):
        text = super().clean(value).replace("，", ".").replace(",", ".")
        if not text:
            return None
        try:
            return Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("“%(number)s” is not a number.") % {"number": text[:40]}) from None


class WordedForm(forms.Form):
    """Texts have one field in the editor's language, and a second one where they are there in two."""

    # What is missing is said by the rules, also to the autosave, and not by the browser.
    use_required_attribute = False

    def worded(self, name: str, label: Any, stored: dict | str | None, **more: Any) -> None:
        there = wordings(stored)
        self.fields[name] = Words(label=label, initial=there[0] if there else "", **more)
        if len(there) == 2:
            label = _("%(name)s, in English") % {"name": label}
            more["required"] = False
            self.fields[f"{name}_en"] = Words(label=label, initial=there[1], **more)

    def words(self, name: str) -> dict[str, str] | str:
        zh, en = self.cleaned_data.get(name, ""), self.cleaned_data.get(f"{name}_en", "")
        return {"zh": zh, "en": en} if zh and en else zh or en


def _targets() -> list[tuple[str, Any]]:
    kinds = [(f"type:{kind.pk}", say(kind.name)) for kind in EquipmentType.objects.all()]
    areas = [(f"area:{area.pk}", say(area.name)) for area in Area.objects.all()]
    return [("plant", _("the whole plant")), (_("Kinds of machines"), kinds), (_("Areas"), areas)]


def _target(chosen: str) -> EquipmentType | Area | None:
    kind, _colon, pk = chosen.partition(":")
    models: dict[str, type[EquipmentType] | type[Area]] = {"type": EquipmentType, "area": Area}
    return models[kind].objects.get(pk=pk) if kind in models else None


class HeadForm(WordedForm):
    """What a draft is called, how often it is done, for what."""

    def __init__(self, data=None, *, checklist: Checklist):
        super().__init__(data, auto_id="head_%s")
        self.worded("title", _("Name of the list"), checklist.title, required=True)
        self.fields["frequency"] = forms.ChoiceField(
            choices=Frequency.choices,
            label=_("How often"),
            initial=checklist.frequency,
            error_messages={"invalid_choice": UNKNOWN},
        )
        self.fields["target"] = forms.ChoiceField(
            choices=_targets,
            label=_("For"),
            initial=self._standing(checklist),
            error_messages={"invalid_choice": UNKNOWN},
        )

    @staticmethod
    def _standing(checklist: Checklist) -> str:
        if checklist.target_type_id:
            return f"type:{checklist.target_type_id}"
        return f"area:{checklist.target_area_id}" if checklist.target_area_id else "plant"

    def columns(self) -> dict[str, Any]:
        target = _target(self.cleaned_data["target"])
        return {
            "title": self.words("title"),
            "frequency": self.cleaned_data["frequency"],
            "target_type": target if isinstance(target, EquipmentType) else None,
            "target_area": target if isinstance(target, Area) else None,
        }


class NewForm(forms.Form):
    """Where a new list starts from; what is left open comes from there."""

    start = forms.ChoiceField(label=gettext_lazy("Start from"), error_messages={"invalid_choice": UNKNOWN})
    title = Words(
        label=gettext_lazy("Name of the list"),
        help_text=gettext_lazy("Left empty: the name of the list it starts from."),
    )
    frequency = forms.ChoiceField(
        choices=[("", gettext_lazy("as there")), *Frequency.choices],
        required=False,
        label=gettext_lazy("How often"),
        error_messages={"invalid_choice": UNKNOWN},
    )
    target = forms.ChoiceField(required=False, label=gettext_lazy("For"), error_messages={"invalid_choice": UNKNOWN})
    audience = forms.ChoiceField(
        choices=[("", gettext_lazy("as there")), *Audience.choices],
        required=False,
        label=gettext_lazy("Who fills it in"),
        error_messages={"invalid_choice": UNKNOWN},
    )

    def __init__(self, data=None, *, pack: str = "", **kwargs):
        super().__init__(data, **kwargs)
        lists = Checklist.objects.heads().order_by("pk")
        starts: list[tuple[str, Any]] = [
            ("empty", _("an empty list")),
            (_("a copy of our own"), [(f"copy:{each.pk}", say(each.title)) for each in lists]),
        ]
        if pack in packs.codes():
            rows = packs.load_pack(pack)["checklists"]
            title = say(packs.titles()[pack])
            starts.append((title, [(f"pack:{pack}:{row['code']}", say(row["title"])) for row in rows]))
        self.fields["start"].choices = starts  # type: ignore[attr-defined]
        self.fields["target"].choices = [("", _("as there")), *_targets()]  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        if data.get("start") == "empty":
            if not data.get("title"):
                self.add_error("title", _("Give the list a name."))
            if not data.get("frequency") and "frequency" not in self.errors:
                self.add_error("frequency", _("Choose how often."))
        data["place"] = _target(data.get("target") or "")
        return data


class ItemForm(WordedForm):
    """One item of a draft; which fields there are depends on its kind."""

    def __init__(self, data=None, *, item: Item, items: list[Item]):
        super().__init__(data, auto_id="item_%s")
        self.item = item
        rows = forms.Textarea(attrs={"rows": 2})
        self.worded("text", _("Question, in the worker's words"), item.text, widget=rows, required=True)
        if item.kind == Item.Kind.NUMBER:
            self._number_fields(item)
        self.worded("accept", _("In order when"), item.accept)
        if item.kind != Item.Kind.PHOTO:
            self.fields["photo"] = forms.ChoiceField(
                choices=_photo_rules(item),
                label=_("Photo"),
                initial=item.photo,
                error_messages={"invalid_choice": UNKNOWN},
            )
        self.worded("shot", _("What the photo must show"), item.shot)
        self.fields["category"] = Named(
            Category.objects.listed(),
            label=_("Kind of hazard when there is a problem"),
            empty_label=_("choose"),
            initial=item.category_id,
            error_messages={
                "invalid_choice": UNKNOWN,
                "required": _("Choose what kind of hazard it is when there is a problem."),
            },
        )
        self._more_fields(item, items)

    def _number_fields(self, item: Item) -> None:
        self.fields["minimum"] = Limit(label=_("Lower limit"), initial=_plain(item.minimum))
        self.fields["maximum"] = Limit(label=_("Upper limit"), initial=_plain(item.maximum))
        self.fields["unit"] = Words(label=_("Unit"), initial=item.unit, required=True)

    def _more_fields(self, item: Item, items: list[Item]) -> None:
        is_asked = item.checklist.audience == Audience.SUPPLIERS
        urgent = _("Urgent: a problem here raises an alert at once")
        self.fields["is_urgent"] = forms.BooleanField(
            required=False,
            label=_("Grade D: a problem here is a major hazard") if is_asked else urgent,
            initial=item.is_urgent,
        )
        if is_asked:
            self._points(item)
        self.fields["may_skip"] = forms.BooleanField(
            required=False, label=_("“Not running today” may be answered"), initial=item.may_skip
        )
        earlier = [each for each in items if item.pk is None or each.position < item.position]
        standing = next((each for each in items if each.position == item.only_if_position), None)
        message = _("An item can only look at one before it, and at an answer that it can have.")
        self.fields["only_if"] = forms.ChoiceField(
            choices=[("", _("always asked")), *map(_answers, earlier)],
            required=False,
            label=_("Asked only where"),
            initial=f"{standing.pk}:{item.only_if_value}" if standing else "",
            error_messages={"invalid_choice": message},
        )
        self.fields["basis_name"] = Words(label=_("Legal basis"), initial=item.basis.get("name"))
        self.fields["basis_clause"] = Words(label=_("Clause"), initial=item.basis.get("clause"))

    def _points(self, item: Item) -> None:
        self.worded("section", _("Section that begins here; left empty, the one before goes on"), item.section)
        self.fields["weight"] = forms.IntegerField(
            label=_("Points of this item"),
            initial=item.weight,
            required=False,
            min_value=0,
            max_value=MOST_POINTS,
            help_text=_("The first choice gives all of them, the last one and a problem none."),
        )
        self.fields["is_fresh"] = forms.BooleanField(
            required=False, label=_("Asked anew each time, never filled in from before"), initial=item.is_fresh
        )

    @property
    def choice_rows(self) -> list[dict[str, Any]]:
        """As typed, or as stored with some empty ones behind."""
        if self.is_bound:
            rows = [row for number in range(MOST_CHOICES + 1) if any((row := self._typed(number)).values())]
        else:
            rows = [
                {"zh": wordings(each)[0], "en": "".join(wordings(each)[1:2]), "is_fail": bool(each.get("is_fail"))}
                for each in self.item.choices
            ]
        blanks = max(CHOICE_ROWS - len(rows), min(2, MOST_CHOICES - len(rows)))
        return rows + [{"zh": "", "en": "", "is_fail": False}] * blanks

    @property
    def has_english_choices(self) -> bool:
        return any(row["en"] for row in self.choice_rows)

    def _typed(self, number: int) -> dict[str, Any]:
        def sent(name: str) -> str:
            return clean(self.data.get(f"{name}-{number}", ""))

        return {"zh": sent("choice"), "en": sent("choice_en"), "is_fail": bool(sent("choice_fail"))}

    def columns(self) -> dict[str, Any]:
        """What the actions take."""
        data = self.cleaned_data
        pk, _colon, value = data["only_if"].partition(":")
        names = ("photo", "category", "is_urgent", "may_skip", "minimum", "maximum", "unit")
        points = {"weight": data["weight"] or 0, "is_fresh": data["is_fresh"]} if "weight" in data else {}
        return {
            **points,
            **{name: data[name] for name in names if name in data},
            **{name: self.words(name) for name in ("text", "accept", "shot", "section") if name in self.fields},
            "choices": [row for row in self.choice_rows if row["zh"] or row["en"]],
            "basis": self._basis(),
            "only_if": int(pk) if pk else None,
            "only_if_value": value,
        }

    def _basis(self) -> dict[str, str]:
        """What people write counts as a rule of the factory until somebody has read the law."""
        stored = self.item.basis
        typed = {"name": self.cleaned_data["basis_name"], "clause": self.cleaned_data["basis_clause"]}
        if typed == {name: stored.get(name) or "" for name in typed}:
            return stored
        return {**typed, "trust": "practice"} if any(typed.values()) else {}


def _photo_rules(item: Item) -> list[tuple[str, Any]]:
    is_asked = item.checklist.audience == Audience.SUPPLIERS
    return [rule for rule in Item.PhotoRule.choices if is_asked or rule[0] != Item.PhotoRule.ON_PASS]


def _plain(limit: Decimal | None) -> str:
    return "" if limit is None else f"{limit.normalize():f}"


def _answers(item: Item) -> tuple[str, list[tuple[str, str]]]:
    """An earlier item with the answers that it can have."""
    answers = [(f"{item.pk}:{value}", f"{item.position}: {label}") for value, label in possible_answers(item)]
    return f"{item.position}. {say(item.text)}", answers
