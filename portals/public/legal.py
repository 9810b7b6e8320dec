"""Terms and privacy notice: written texts under content/legal; whoever signs up agrees to those of a day."""

from functools import cache

from django.conf import settings

DAY = "2026-11-26"


@cache
def text_of(name: str, language: str) -> str:
    end = "zh" if language.startswith("zh") else "en"
    text = (settings.CONTENT_ROOT / "legal" / f"{name}.{end}.md").read_text(encoding="utf-8")
    return text.replace("MAILBOX", settings.DEFAULT_FROM_EMAIL)
