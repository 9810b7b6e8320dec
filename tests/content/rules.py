"""The written content is data: read once, checked rule by rule."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

CONTENT = Path(__file__).resolve().parents[2] / "content"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALL_OF_THEM = re.compile("以上(都|全|皆|均)")
TRUST = {"primary", "secondary", "practice"}


def walk(value, path: str = "") -> Iterator[tuple[str, dict]]:
    """Every mapping of the file with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, f"{path}[{index}]")


def bad_words(content: dict) -> list[str]:
    """Texts that lack a language, are empty, or hold Chinese where English belongs."""
    bad = []
    for path, words in walk(content):
        if not {"zh", "en"} & set(words):
            continue
        texts = (words.get("zh"), words.get("en"))
        needs_chinese = ".options" not in path and not re.search(r"\d", str(texts[0]))
        whole = set(words) == {"zh", "en"} and all(isinstance(text, str) and text.strip() for text in texts)
        if not whole or CHINESE.search(texts[1]) or (needs_chinese and not CHINESE.search(texts[0])):
            bad.append(path)
    return bad


def bad_sources(content: dict) -> list[str]:
    """A source has a name, a clause (or null) and a known trust; a clause is never quoted from practice."""
    bad = []
    for path, source in walk(content):
        if "trust" not in source:
            continue
        invented = source.get("clause") and source["trust"] == "practice"
        if source["trust"] not in TRUST or not source.get("name") or invented:
            bad.append(path)
    return bad


def bad_questions(questions: list[dict]) -> list[str]:
    return [question["id"] for question in questions if not _is_sound(question)]


def _is_sound(question: dict) -> bool:
    answer, options = question["answer"], question.get("options") or []
    if question["difficulty"] not in (1, 2, 3) or not {"name", "clause", "trust"} <= set(question["source"]):
        return False
    if question["kind"] == "true_false":
        return not options and len(answer) == 1 and isinstance(answer[0], bool)
    in_range = all(type(index) is int and 0 <= index < 4 for index in answer) and len(set(answer)) == len(answer)
    distinct = len({option["zh"] for option in options}) == len(options) == 4
    counts = {"single": (1,), "multiple": (2, 3, 4)}[question["kind"]]
    lazy = any(ALL_OF_THEM.search(option["zh"]) for option in options)
    return in_range and distinct and len(answer) in counts and not lazy


def giveaways(questions: list[dict]) -> tuple[float, float]:
    """Shares of single choices whose answer is the longest option, and of the commonest position."""
    single = [question for question in questions if question["kind"] == "single"]
    positions = Counter(question["answer"][0] for question in single)
    longest = 0
    for question in single:
        lengths = [len(option["zh"]) for option in question["options"]]
        longest += lengths[question["answer"][0]] == max(lengths) and lengths.count(max(lengths)) == 1
    return longest / len(single), max(positions.values()) / len(single) if len(positions) == 4 else 1.0
