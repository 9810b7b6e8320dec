"""What all texts of content/ are held against."""

import pytest
from babel.messages.pofile import read_po
from django.conf import settings


@pytest.fixture(scope="session")
def labels() -> dict[str, set[str]]:
    """All that may stand on a button or above a page, by language."""
    found: dict[str, set[str]] = {"en": set(), "zh": set()}
    with (settings.ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file, locale="zh_Hans"):
            for language, texts in (("en", message.id), ("zh", message.string)):
                found[language].update([texts] if isinstance(texts, str) else texts)
    return found
