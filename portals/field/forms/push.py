import re

from django import forms

# From the special to the general: each browser calls itself by the names of others too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


class PushForm(forms.Form):
    """As PushSubscription.toJSON() says it."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=120)
    auth = forms.CharField(max_length=40)


def browser_of(agent: str) -> str:
    """What a person calls it: Chrome · Android."""
    name = next((name for word, name in _BROWSERS if re.search(rf"{word}\w*/", agent)), "")
    system = next((word for word in _SYSTEMS if word in agent), "")
    return " · ".join(filter(None, (name, system.replace("Macintosh", "Mac")))) or agent[:40]
