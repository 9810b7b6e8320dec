"""Foretold seconds: by what is asked, put right by what was measured; they warn and never stop anybody."""

import pytest
from django.utils import timezone
from django.utils.translation import override

from inspections.actions import add_item, create_checklist, draft_checklist, publish_checklist
from inspections.estimate import expected_seconds, predicted_seconds, warnings
from inspections.models import Frequency, Item, Run
from market import packs
from people.permissions import Role
from tests import make


def items(*kinds: str, photo: str = "never") -> list[Item]:
    return [Item(kind=kind, photo=photo) for kind in kinds]


def test_typing_and_photos_take_longer_than_a_tap():
    tap, number, words = (predicted_seconds(items(kind), "preshift") for kind in ("pass_fail", "number", "text"))
    assert tap < number < words
    assert predicted_seconds(items("pass_fail", photo="always"), "preshift") > tap
    assert predicted_seconds(items("pass_fail", photo="on_fail"), "preshift") == tap


def test_the_packs_planned_times_are_met_within_a_quarter():
    off = []
    for code in packs.codes():
        for row in packs.load_pack(code)["checklists"]:
            listed = [Item(kind=item["kind"], photo=item["photo"]) for item in row["items"]]
            off.append(abs(predicted_seconds(listed, row["frequency"]) - row["seconds"]) / row["seconds"])
    off.sort()
    assert off[len(off) // 2] < 0.1
    assert off[int(len(off) * 0.9)] < 0.25


def test_no_pre_shift_list_of_a_pack_is_warned_of():
    for code in packs.codes():
        for row in packs.load_pack(code)["checklists"]:
            listed = [Item(kind=item["kind"], photo=item["photo"]) for item in row["items"]]
            assert warnings(listed, row["frequency"], predicted_seconds(listed, row["frequency"])) == [], row["code"]


def test_twenty_measured_runs_put_it_right_and_nineteen_do_not():
    listed = items("pass_fail", "number")
    guess = predicted_seconds(listed, "preshift")
    assert expected_seconds(listed, "preshift", listed, [2 * guess] * 19) == guess
    assert expected_seconds(listed, "preshift", listed, [2 * guess] * 20) == 2 * guess
    longer = [*listed, *items("pass_fail")]
    assert expected_seconds(longer, "preshift", listed, [2 * guess] * 20) == 2 * predicted_seconds(longer, "preshift")


def test_one_run_over_night_does_not_move_the_median():
    listed = items("pass_fail")
    assert expected_seconds(listed, "preshift", listed, [40] * 20 + [80_000]) == 40


def test_a_pre_shift_list_over_ninety_seconds_warns_and_a_weekly_one_does_not():
    with override("en"):
        assert "91 seconds" in warnings(items("pass_fail"), "preshift", 91)[0]
        assert warnings(items("pass_fail"), "preshift", 90) == []
        assert warnings(items("pass_fail"), "weekly", 1000) == []


def test_more_than_seven_fields_to_type_warn():
    with override("en"):
        assert warnings(items(*["number"] * 7), "weekly", 60) == []
        assert "8 fields" in warnings(items(*["number"] * 4, *["text"] * 4), "weekly", 60)[0]


def test_a_supplier_s_questionnaire_knows_no_rounds(officer):
    draft = create_checklist("供应商自查", Frequency.MONTHLY, by=officer, audience="suppliers")
    for text in ("甲", "乙"):
        add_item(draft, "pass_fail", by=officer, text=text, category=make.category())
    draft.refresh_from_db()
    assert draft.seconds < 90 < predicted_seconds(list(draft.items.all()), "monthly")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


def test_the_list_keeps_its_foretold_time_while_it_is_designed_and_when_published(officer):
    draft = create_checklist("表", Frequency.PRESHIFT, by=officer)
    for text in ("甲", "乙"):
        add_item(draft, "pass_fail", by=officer, text=text, category=make.category())
    draft.refresh_from_db()
    assert draft.seconds == predicted_seconds(list(draft.items.all()), "preshift")
    assert publish_checklist(draft, by=officer).seconds == draft.seconds


def test_measured_runs_of_the_version_in_use_count_for_its_draft(officer):
    listed = make.checklist({}, {})
    for _number in range(20):
        make.run(officer, of=listed, status=Run.Status.DONE, submitted_at=timezone.now(), seconds=200, result="pass")
    draft = draft_checklist(listed, by=officer)
    add_item(draft, "pass_fail", by=officer, text="丙", category=make.category())
    draft.refresh_from_db()
    assert draft.seconds == round(
        200 * predicted_seconds(draft.items.all(), "preshift") / predicted_seconds(listed.items.all(), "preshift")
    )


def test_a_list_that_takes_too_long_says_so_and_is_published_all_the_same(officer, browser):
    draft = create_checklist("表", Frequency.PRESHIFT, by=officer)
    category = make.category()
    for number in range(11):
        add_item(draft, "number", by=officer, text=f"读数{number}", unit="MPa", category=category)
    browser.force_login(officer)
    for page in ("edit", "compare"):
        warned = browser.get(f"/desk/checklists/{draft.pk}/{page}/").context["warnings"]
        assert len(warned) == 2
    assert publish_checklist(draft, by=officer).status == "current"
