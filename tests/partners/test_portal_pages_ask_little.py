"""Pages of the portal ask the database the same number of questions for few rows and for many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import actions
from partners.models import SelfInspection
from tests import make


@pytest.fixture
def fill(officer, company, supplier):
    make.category()

    def fill(count: int) -> None:
        for _number in range(count):
            report = make.self_inspection(company)
            item = report.checklist.items.get(position=2)
            actions.answer(report, item, by=supplier, choice=0)
            actions.add_photos(report, item, [make.photo(supplier)], by=supplier)
            before = timedelta(days=32 * (1 + SelfInspection.objects.count()))
            SelfInspection.objects.filter(pk=report.pk).update(
                status="accepted", score=80, starts_on=report.starts_on - before
            )
            actions.correct_at_partner(company, by=officer, title="护栏断了")
            later = {"kind": "other", "valid_until": report.ends_on + timedelta(days=400)}
            actions.file_document(company, by=supplier, file=make.photo(supplier), **later)
            make.supplier(company, name="同事")
            actions.invite(company, by=officer)

    return fill


@pytest.mark.parametrize("address", ["/s/", "/s/corrections/", "/s/documents/", "/s/people/"])
def test_lists_ask_the_same_for_many(browser, supplier, fill, address):
    browser.force_login(supplier)
    counts = []
    for count in (1, 4):
        fill(count)
        browser.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
