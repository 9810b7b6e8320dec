"""What was found, as it is shown, kept and handed out."""

from dataclasses import dataclass
from typing import Any

from insight.patterns import words
from insight.patterns.expectation import Found
from insight.patterns.facts import History, read_history
from insight.patterns.search import find


@dataclass(frozen=True)
class Finding:
    """factors: by name a value or [from, to); category is empty where it is about all kinds; texts in both languages."""

    factors: dict[str, Any]
    category: str
    n: int
    exposure: int
    rate_ratio: float
    ci: tuple[float, float]
    q: float
    sentence: dict[str, str]
    action: dict[str, str]
    run_ids: list[int]
    past_ids: list[int]

    def as_json(self) -> dict[str, Any]:
        return {
            "factors": self.factors,
            "category": self.category or None,
            "n": self.n,
            "exposure": self.exposure,
            "rate_ratio": round(self.rate_ratio, 3),
            "ci": [round(limit, 3) if limit < float("inf") else None for limit in self.ci],
            "q": self.q,
            "sentence_zh": self.sentence["zh"],
            "sentence_en": self.sentence["en"],
            "action": self.action,
        }


@dataclass(frozen=True)
class Outcome:
    """runs: inspections that were looked at; failed: of these, how many found something."""

    runs: int
    failed: int
    findings: list[Finding]


def look() -> Outcome:
    """Through this factory's whole history; strongest first."""
    history = read_history()
    found = [_finding(one, history) for one in find(history.facts)]
    return Outcome(history.facts.runs, int(history.facts.failed.sum()), found)


def _finding(found: Found, history: History) -> Finding:
    factors = {factor.name: factor.said(span) for factor, span in found.spans}
    category = "" if found.kind is None else history.facts.kinds[found.kind]
    figures = found.n, found.exposure, found.rate_ratio, found.ci
    past_ids, run_ids = history.behind(found)
    return Finding(
        factors,
        category,
        *figures,
        q=found.q,
        sentence=words.in_both(words.sentence, factors, category, *figures),
        action=words.in_both(words.proposal, factors, category),
        run_ids=run_ids,
        past_ids=past_ids,
    )
