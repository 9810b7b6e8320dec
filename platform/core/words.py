"""Texts that the product brings in two languages are stored as {"zh": …, "en": …}; what people type is one string."""

from django.utils.translation import get_language


def say(words: dict | str | None) -> str:
    """The text in the reader's language, or in the one there is."""
    if not words:
        return ""
    if isinstance(words, str):
        return words
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return words.get(language) or words.get("zh") or words.get("en") or ""


def wordings(words: dict | str | None) -> list[str]:
    """Every wording there is of a text, Chinese first."""
    if isinstance(words, str):
        return [words] if words else []
    return [words[language] for language in ("zh", "en") if (words or {}).get(language)]  # type: ignore[index]


def figure(value: float | None) -> str:
    """A measured value with as many digits as somebody reads: 43, 43.2, 0.834."""
    if value is None:
        return "—"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
