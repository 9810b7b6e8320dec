"""The demo is made from this minute backwards, so it must come out right on whatever day and at whatever hour."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.conf import settings

from hazards.models import OPEN
from market.packs import load_pack
from portals.operator.demo.cases import HAZARDS, Case, make_cases
from portals.operator.demo.checks import Question, make_checks, routines
from portals.operator.demo.people import Person, make_people
from portals.operator.demo.plant import AREAS, PACK

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = ["2026-11-24 00:02", "2026-11-29 03:10", "2027-01-04 07:31", "2026-12-02 09:20", "2027-02-28 23:58"]


def history(now: datetime) -> tuple[list[Person], list[Case]]:
    pack, rng = load_pack(PACK), random.Random(20240601)
    people = make_people(now.date(), rng)
    asked = {
        checklist["code"]: [Question(item["category"]) for item in checklist["items"]]
        for checklist in pack["checklists"]
    }
    texts = yaml.safe_load((settings.CONTENT_ROOT / "demo" / "hazards.yaml").read_text(encoding="utf-8"))
    areas = {ground.code: ground.code for ground in AREAS}
    checks = make_checks(now.date(), SHANGHAI, people, asked, rng)
    return people, make_cases(now, people, routines(), checks, asked, texts, areas, rng)


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_case_is_possible(moment):
    now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    people, cases = history(now)
    assert len(cases) == HAZARDS == len({case.number for case in cases})
    for case in cases:
        moments = [case.reported_at, *(step.at for step in case.steps)]
        assert moments == sorted(moments) and moments[-1] <= now, case
        assert people[case.reporter].tenure(case.reported_at.date()) > 0
        for turn in (1, 2):
            reviewers = [step.by for step in case.steps if step.verb[:4] in {"pass", "retu"} and step.round == turn]
            assert len({*reviewers, case.owner}) == len(reviewers) + 1
    (legal,) = (case for case in cases if case.clause)
    assert legal.closed_at and legal.machine, legal
    standing = [case for case in cases if case.stands]
    assert len(standing) == 13 and all(case.status == case.stands for case in standing)
    assert 13 <= sum(case.status in OPEN for case in cases) <= 40


def test_fixing_takes_six_days_at_first_and_two_at_the_end():
    now = datetime(2026, 11, 24, 15, tzinfo=SHANGHAI)
    _people, cases = history(now)

    def days(since: int, until: int) -> float:
        ages = [
            (closed - case.at("confirm")) / timedelta(days=1)
            for case in cases
            if (closed := case.closed_at) and since >= (now - case.reported_at).days > until
        ]
        return sum(ages) / len(ages)

    assert 4 < days(730, 640) < 7
    assert 1.2 < days(120, 0) < 2.4
