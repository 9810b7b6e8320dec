"""Licences: computed by the rule that held when they were issued, never overwritten, confirmed before they count."""

from datetime import date

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from notifications.models import Notification
from people.permissions import Role
from tests import make
from training import actions
from training.actions import Card
from training.library import written_licence_kinds
from training.models import Licence, LicenceKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(factory):
    actions.install_licence_kinds(written_licence_kinds(), by=None)
    return make.person(Role.SAFETY_OFFICER)


def _typed(**more) -> dict[str, str]:
    return {"kind": "SW-WELD", "number": "T330102197001011234", "issued_on": "2026-07-01"} | more


def test_the_last_day_follows_from_the_rule_of_the_day_of_issue(officer, clock):
    after = make.licence(issued_on=date(2026, 7, 1))
    assert (after.kind.version, after.ends_on) == (2, date(2032, 6, 30))
    before = make.licence(issued_on=date(2024, 3, 15))
    assert (before.kind.version, before.review_due_on, before.ends_on) == (1, None, date(2030, 3, 14))
    missed = make.licence(issued_on=date(2022, 3, 15))
    assert (missed.review_due_on, missed.ends_on, missed.needs_review) == (date(2025, 3, 14), date(2025, 3, 14), True)
    done = make.licence(issued_on=date(2022, 3, 15), reviewed_on=date(2025, 3, 1))
    assert done.ends_on == date(2028, 3, 14)
    assert actions.note_review(missed, by=officer, reviewed_on=date(2025, 3, 2)).ends_on == date(2028, 3, 14)


def test_a_new_version_of_a_rule_leaves_old_licences_as_they_are(officer, clock):
    old = make.licence(kind="SE-N1", issued_on=date(2026, 7, 1))
    row = {"code": "SE-N1", "version": 2, "valid_from": date(2026, 9, 1), "valid_months": 60, "name": {"zh": "叉车"}}
    row |= {"issuer": {"zh": "局"}, "works": ["forklift"], "sources": []}
    assert actions.install_licence_kinds([*written_licence_kinds(), row], by=None) == 1
    assert actions.install_licence_kinds([row], by=None) == 0
    new = make.licence(kind="SE-N1", issued_on=date(2026, 9, 1))
    old.refresh_from_db()
    assert (old.kind.version, old.ends_on) == (1, date(2030, 6, 30))
    assert (new.kind.version, new.ends_on) == (2, date(2031, 8, 31))


def test_an_officer_records_one_with_its_photos(officer, browser, clock):
    welder = make.person(Role.WORKER)
    browser.force_login(officer)
    sent = _typed(person=welder.employee_no, front=make.photo_file(), back=make.photo_file())
    answer = browser.post(reverse("console:add_licence"), sent)
    licence = Licence.objects.get()
    assert answer.url == reverse("console:licence", args=[licence.pk])
    assert (licence.person, licence.ends_on, licence.number_end) == (welder, date(2032, 6, 30), "1234")
    shown = browser.get(answer.url).content.decode()
    assert "T330102197001011234" in shown and str(licence.front_id) in shown and str(licence.back_id) in shown


def test_another_last_day_needs_a_reason_and_nothing_typed_is_lost(officer, browser, clock):
    welder = make.person(Role.WORKER)
    browser.force_login(officer)
    sent = _typed(person=welder.employee_no, expires_on="2030-01-01", front=make.photo_file())
    answer = browser.post(reverse("console:add_licence"), sent)
    assert answer.status_code == 422 and "T330102197001011234" in answer.content.decode()
    kept = answer.context["taken"]["front"].photos[0].pk
    again = _typed(person=welder.employee_no, expires_on="2030-01-01", expiry_note="证面所印") | {"front-kept": kept}
    assert browser.post(reverse("console:add_licence"), again).status_code == 302
    licence = Licence.objects.get()
    assert (licence.ends_on, licence.expiry_note, licence.front_id) == (date(2030, 1, 1), "证面所印", kept)


def test_a_photo_that_is_taken_again_goes_before_the_first_try(officer, browser, clock):
    person = make.person(Role.WORKER)
    browser.force_login(person)
    refused = browser.post(reverse("field:file_licence"), _typed(issued_on="2030-01-01", front=make.photo_file()))
    kept = refused.context["taken"]["front"].photos[0].pk
    two = browser.post(reverse("field:file_licence"), _typed(front=[make.photo_file(), make.photo_file()]))
    assert two.status_code == 422 and not Licence.objects.exists()
    browser.post(reverse("field:file_licence"), _typed(front=make.photo_file()) | {"front-kept": kept})
    assert Licence.objects.get().front_id != kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"issued_on": "2027-01-01"},
        {"issued_on": "昨天"},
        {"issued_on": "0001-01-01"},
        {"number": "\x00"},
        {"expires_on": "9999-12-31", "expiry_note": "?"},
        {"kind": "XX"},
        {"expires_on": "2020-01-01", "expiry_note": "?"},
        {"expires_on": "2099-01-01", "expiry_note": "?"},
        {"person": "没有这个人"},
    ],
)
def test_bad_input_is_refused_with_a_sentence(officer, browser, clock, wrong):
    browser.force_login(officer)
    answer = browser.post(reverse("console:add_licence"), _typed(person=make.person(Role.WORKER).employee_no) | wrong)
    assert answer.status_code == 422
    assert Licence.objects.count() == 0


def test_a_renewed_one_is_a_new_row_and_the_old_one_stays(officer, clock):
    old = make.licence(issued_on=date(2021, 1, 1), reviewed_on=date(2024, 1, 1))
    with pytest.raises(DomainError):
        actions.renew_licence(old, Card("SW-WELD", date(2021, 1, 1), "T2"), by=officer)
    new = actions.renew_licence(old, Card("SW-WELD", date(2026, 10, 1), "T2"), by=officer)
    old.refresh_from_db()
    assert (old.status, old.replaced_by, old.full_number) == (Licence.Status.REPLACED, new, "T1234")
    assert (new.status, new.ends_on) == (Licence.Status.CURRENT, date(2032, 9, 30))
    with pytest.raises(WrongStatus):
        actions.renew_licence(old, Card("SW-WELD", date(2026, 10, 2), "T3"), by=officer)


def test_a_second_one_of_the_same_kind_is_a_renewal(officer):
    licence = make.licence()
    with pytest.raises(WrongStatus):
        make.licence(licence.person)


def test_what_is_taken_back_needs_a_reason(officer):
    licence = make.licence()
    with pytest.raises(DomainError):
        actions.withdraw_licence(licence, by=officer, note=" ")
    licence = actions.withdraw_licence(licence, by=officer, note="借给他人使用")
    assert (licence.status, licence.ended_by, licence.note) == (Licence.Status.WITHDRAWN, officer, "借给他人使用")


def test_a_holder_sends_a_photo_and_it_counts_when_confirmed(officer, browser, clock, work_off):
    old = make.licence(issued_on=date(2021, 1, 1), reviewed_on=date(2024, 1, 1))
    browser.force_login(old.person)
    assert browser.post(reverse("field:file_licence"), _typed()).status_code == 422  # no photo
    answer = browser.post(reverse("field:file_licence"), _typed(front=make.photo_file()))
    assert answer.url == reverse("field:licences")
    filed = Licence.objects.get(status=Licence.Status.FILED)
    old.refresh_from_db()
    assert (old.status, filed.recorded_by) == (Licence.Status.CURRENT, old.person)
    assert "?kind=SW-WELD" not in browser.get(reverse("field:licences")).content.decode(), "one waits already"
    with pytest.raises(NotAllowed):
        actions.confirm_licence(filed, Card("SW-WELD", date(2026, 7, 1), "T9"), by=old.person)
    work_off()
    browser.force_login(officer)
    assert old.person.name in "".join(browser.get(reverse("console:licences"), {"group": "filed"}).content.decode())
    sent = {"number": "T99", "issued_on": "2026-07-02"}
    browser.post(reverse("console:confirm_licence", args=[filed.pk]), sent)
    filed.refresh_from_db()
    old.refresh_from_db()
    assert (filed.status, filed.full_number, filed.ends_on) == (Licence.Status.CURRENT, "T99", date(2032, 7, 1))
    assert (old.status, old.replaced_by, filed.confirmed_by) == (Licence.Status.REPLACED, filed, officer)
    assert filed.front is not None


def test_a_bad_photo_is_sent_back_with_the_reason_and_may_be_sent_again(officer, browser):
    person = make.person(Role.WORKER)
    browser.force_login(person)
    browser.post(reverse("field:file_licence"), _typed(front=make.photo_file()))
    filed = Licence.objects.get()
    assert browser.post(reverse("field:file_licence"), _typed(front=make.photo_file())).status_code == 409
    actions.decline_licence(filed, by=officer, note="照片太糊")
    assert "照片太糊" in browser.get(reverse("field:licences")).content.decode()
    assert browser.post(reverse("field:file_licence"), _typed(front=make.photo_file())).status_code == 302


@pytest.mark.parametrize("is_renewed", [True, False])
def test_what_somebody_sent_in_is_settled_when_the_officer_records_it_directly(
    officer, browser, clock, work_off, is_renewed
):
    person = make.person(Role.WORKER)
    old = make.licence(person, issued_on=date(2021, 1, 1), reviewed_on=date(2024, 1, 1)) if is_renewed else None
    browser.force_login(person)
    browser.post(reverse("field:file_licence"), _typed(front=make.photo_file()))
    filed = Licence.objects.get(status=Licence.Status.FILED)
    if old:
        browser.force_login(officer)
        assert (
            reverse("console:licence", args=[filed.pk])
            in browser.get(reverse("console:renew_licence", args=[old.pk])).content.decode()
        )
        actions.renew_licence(old, Card("SW-WELD", date(2026, 7, 1), "T2"), by=officer)
    else:
        actions.record_licence(person, Card("SW-WELD", date(2026, 7, 1), "T2"), by=officer)
    filed.refresh_from_db()
    assert (filed.status, filed.ended_by) == (Licence.Status.REPLACED, officer)
    work_off()
    assert Notification.objects.get(event="licence.settled").user == person
    browser.force_login(person)
    assert "待核对" not in browser.get(reverse("field:licences")).content.decode()
    with pytest.raises(WrongStatus):
        actions.confirm_licence(filed, Card("SW-WELD", date(2026, 7, 1), "T2"), by=officer)


def test_a_card_that_was_issued_even_later_still_waits_to_be_checked(officer, clock):
    old = make.licence(issued_on=date(2021, 1, 1), reviewed_on=date(2024, 1, 1))
    filed = actions.file_licence(Card("SW-WELD", date(2026, 8, 1), "T3", front=make.photo(old.person)), by=old.person)
    actions.renew_licence(old, Card("SW-WELD", date(2026, 7, 1), "T2"), by=officer)
    filed.refresh_from_db()
    assert filed.status == Licence.Status.FILED


def test_of_a_health_check_only_the_days_and_the_result_are_kept(officer, browser, clock):
    worker = make.person(Role.WORKER)
    with pytest.raises(DomainError):
        actions.record_licence(worker, Card("HE-WORK", date(2026, 10, 1)), by=officer)
    for medical in ({"number": "123"}, {"front": make.photo(officer)}):
        with pytest.raises(DomainError):
            actions.record_licence(worker, Card("HE-WORK", date(2026, 10, 1), is_fit=True, **medical), by=officer)
    check = actions.record_licence(worker, Card("HE-WORK", date(2026, 10, 1), is_fit=False), by=officer)
    assert (check.ends_on, check.is_fit) == (date(2027, 9, 30), False)
    assert all("fit" not in str(event.data) for event in Event.objects.filter(name__startswith="licence."))
    leader = make.person(Role.TEAM_LEADER)
    for person, status in ((leader, 404), (officer, 200)):
        browser.force_login(person)
        assert browser.get(reverse("console:licence", args=[check.pk])).status_code == status
    browser.force_login(worker)
    assert (
        browser.post(reverse("field:file_licence"), _typed(kind="HE-WORK", front=make.photo_file())).status_code == 422
    )


def test_the_whole_number_is_neither_in_lists_nor_in_the_ledger(officer, browser, clock):
    licence = make.licence(number="T330102197001011234")
    browser.force_login(make.person(Role.TEAM_LEADER))
    for url in (reverse("console:licences"), reverse("console:licence", args=[licence.pk])):
        shown = browser.get(url).content.decode()
        assert "1234" in shown and "330102197001011234" not in shown
    assert "330102197001011234" not in licence.sealed_number
    assert all("330102197001011234" not in str(event.data) for event in Event.objects.all())


def test_photos_are_seen_by_whoever_sees_the_licence(officer, browser):
    licence = make.licence(front=make.photo(officer))
    url = reverse("file", args=[licence.front_id])
    for person, status in ((licence.person, 200), (make.person(Role.TRAINER), 200), (make.person(Role.WORKER), 404)):
        browser.force_login(person)
        assert browser.get(url).status_code == status


def test_a_notice_leads_the_holder_to_the_phone_and_the_officer_to_the_desk(officer, browser):
    licence = make.licence()
    url = reverse("go", args=["training.licence", licence.pk])
    for person, target in (
        (licence.person, reverse("field:licences")),
        (officer, reverse("console:licence", args=[licence.pk])),
    ):
        browser.force_login(person)
        assert browser.get(url).url == target
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(url).status_code == 404


@pytest.mark.parametrize("verb", ["withdraw_licence", "correct_licence", "review_licence"])
@pytest.mark.parametrize("typed", ["", "\x00", "9999-12-31", "0001-01-01", "x" * 9000])
def test_whatever_is_typed_into_the_forms_of_a_licence_is_answered(officer, browser, verb, typed):
    licence = make.licence()
    browser.force_login(officer)
    sent = {"note": typed[:1].strip("x9"), "x-note": typed, "x-expires_on": typed, "r-reviewed_on": typed}
    answer = browser.post(reverse(f"console:{verb}", args=[licence.pk]), sent)
    assert answer.status_code in (302, 422)


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.LEADER, Role.ADMIN])
def test_only_training_officers_change_licences(officer, browser, role):
    licence = make.licence()
    other = make.person(role)
    card = Card("SW-WELD", date(2026, 7, 1), "T2")
    for call in (
        lambda: actions.record_licence(make.person(Role.WORKER), card, by=other),
        lambda: actions.renew_licence(licence, card, by=other),
        lambda: actions.withdraw_licence(licence, by=other, note="x"),
        lambda: actions.correct_expiry(licence, by=other, expires_on=date(2030, 1, 1), note="x"),
        lambda: actions.note_review(licence, by=other, reviewed_on=date(2026, 1, 1)),
    ):
        with pytest.raises(NotAllowed):
            call()
    browser.force_login(other)
    assert browser.get(reverse("console:add_licence")).status_code == 403


def test_the_list_finds_by_kind_end_department_and_words(officer, browser, clock):
    workshop = make.department("焊接车间")
    soon = make.licence(make.person(Role.WORKER, name="钱师傅", in_department=workshop), issued_on=date(2020, 11, 20),
                        reviewed_on=date(2023, 1, 1))  # fmt: skip
    over = make.licence(make.person(Role.WORKER, name="赵师傅"), "SE-N1", issued_on=date(2022, 10, 1), number="N5678")
    browser.force_login(officer)

    def found(**asked) -> set:
        return {row.pk for row in browser.get(reverse("console:licences"), asked).context["page"]}

    assert found() == {soon.pk, over.pk}
    assert found(kind="SE-N1") == found(ends="expired") == found(q="赵") == found(q="5678") == {over.pk}
    assert found(ends="30") == found(department=workshop.pk) == {soon.pk}
    assert found(ends="7") == found(group="old") == set()
    assert found(department="x", ends="y", group="z") == {soon.pk, over.pk}
    assert LicenceKind.objects.newest().count() == 12
