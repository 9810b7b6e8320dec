"""The shape of what the learning pages send."""

import json
from typing import Any

from django import forms
from django.http import QueryDict

_POSITION = forms.FloatField(required=False, min_value=0, max_value=24 * 3600)


def position_in(post: QueryDict) -> float:
    """Where the video is, in seconds; nothing that can be read is the beginning."""
    try:
        return _POSITION.clean(post.get("position", "")) or 0
    except forms.ValidationError:
        return 0


def given_in(post: QueryDict) -> Any:
    """What was chosen, as the paper's own functions read it: numbers as shown, true or false, or a point."""
    if "x" in post and "y" in post:
        point = {axis: post.get(axis, "").strip().replace("，", ".").replace(",", ".") for axis in "xy"}
        return {axis: _number(text) for axis, text in point.items()} if any(point.values()) else None
    chosen = post.getlist("given")
    if chosen in (["true"], ["false"]):
        return [chosen == ["true"]]
    return [_number(value) for value in chosen] or None


def _number(text: Any) -> Any:
    """Text that is no number stays text, which the paper refuses with a sentence."""
    try:
        number = json.loads(text)
    except ValueError:
        return text
    return number if type(number) in (int, float) else text
