"""How suppliers stand: each one's trend, and beside the others without a name, never of fewer than five."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles

from partners.models import Company, SelfInspection

LEAST, MONTHS = 5, 12


@dataclass(frozen=True)
class Peers:
    """Of one period and one questionnaire, the company among them; below: how many of a hundred others are not better."""

    count: int
    low: int
    middle: int
    high: int
    below: int
    score: int


def peers_of(company: Company) -> Peers | None:
    """Of its last graded period; nothing where the group is so small that somebody could be told from it."""
    last = SelfInspection.objects.graded().filter(company=company).first()
    if last is None or last.score is None:
        return None
    group = SelfInspection.objects.graded().filter(
        starts_on=last.starts_on, ends_on=last.ends_on, checklist__code=last.checklist.code, score__isnull=False
    )
    scores = dict(group.values_list("company_id", "score"))
    if len(scores) < LEAST:
        return None
    others = [score for pk, score in scores.items() if pk != company.pk]
    low, middle, high = (round(value) for value in quantiles(scores.values(), n=4, method="inclusive"))
    below = round(100 * sum(score <= last.score for score in others) / len(others))
    return Peers(len(scores), low, middle, high, below, last.score)


def trend_of(company: Company, *, most: int = MONTHS) -> list[SelfInspection]:
    """Graded ones, the oldest first."""
    graded = SelfInspection.objects.graded().filter(company=company, score__isnull=False)
    return list(graded.order_by("-starts_on")[:most])[::-1]


def latest_by_company(companies: Iterable[int]) -> dict[int, SelfInspection]:
    """The last graded report of each."""
    graded = SelfInspection.objects.graded().filter(company__in=list(companies)).order_by("company_id", "-starts_on")
    return {report.company_id: report for report in graded.distinct("company_id")}
