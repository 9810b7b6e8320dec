"""At the desk: classes of the day, lost days that fit, causes, measures that are proved, and nobody closes their own."""

import re

import pytest
from django.utils import timezone

from core.accidents import standard_on
from core.models import Event
from facilities.models import Equipment
from hazards.models import Hazard
from incidents.models import Incident, Injury
from people.permissions import Role
from risks.models import Proposal
from tests import make
from tests.incidents.conftest import CAUSES, local, post


def steps(desk, incident, verb: str, /, **data):
    return post(desk, incident, "step", verb=verb, **data)


def test_the_day_decides_which_list_of_classes_counts(desk, officer):
    old = make.incident(happened_at=local(2026, 6, 30, 12, 0), accident="GB6441-2025:machine")
    new = make.incident(happened_at=local(2026, 7, 1, 12, 0), accident="GB6441-2025:machine")
    assert (old.accident, new.accident) == ("GB6441-1986:machine", "GB6441-2025:machine")
    for incident, classes in ((old, 20), (new, 27)):
        page = desk.get(f"/desk/incidents/{incident.pk}/").content.decode()
        select = re.search(r'<select name="accident".*?</select>', page, re.S).group()
        assert select.count("<option") == classes == len(standard_on(incident.happened_on).classes)
    moved = {"title": old.title, "happened_at": "2026-07-02T09:00", "accident": "GB6441-1986:machine"}
    assert desk.post(f"/desk/incidents/{old.pk}/edit/", moved).status_code == 302
    old.refresh_from_db()
    assert old.accident == "GB6441-2025:machine"


@pytest.mark.parametrize(
    ("severity", "days", "fits"),
    [
        ("first_aid", 0, True), ("first_aid", 1, False), ("minor", 0, False), ("minor", 1, True), ("minor", 104, True),
        ("minor", 105, False), ("serious", 105, True), ("serious", 104, False), ("fatal", 6000, True), ("fatal", 200, False),
        ("minor", "", True),
    ],
)  # fmt: skip
def test_severity_follows_the_lost_days(desk, severity, days, fits):
    incident = make.incident("minor")
    answer = post(desk, incident, "injury", name="钱有福", severity=severity, lost_days=days)
    assert answer.status_code == (302 if fits else 422), answer.content.decode()[:300]
    assert Injury.objects.exists() == fits
    if not fits:
        assert "钱有福" in answer.content.decode(), "what was typed stays"


def test_lost_days_are_amended_each_time_with_its_event_and_the_worst_counts(desk, officer):
    incident = make.incident("first_aid")
    post(desk, incident, "injury", name="钱有福", severity="first_aid")
    post(desk, incident, "injury", person=make.person(Role.WORKER, name="张三丰").employee_no, severity="minor")
    incident.refresh_from_db()
    assert incident.severity == "minor" and incident.injuries.count() == 2
    injury = incident.injuries.get(severity="minor")
    assert injury.person.name == "张三丰"
    page = desk.get(f"/desk/incidents/{incident.pk}/").content.decode()
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names)), "each label belongs to its own field"
    form = page[page.index(f'name="injury" value="{injury.pk}"') :]
    assert '<option value="minor" selected>' in form[: form.index("</form>")], "only what has changed is typed"
    post(desk, incident, "days", injury=injury.pk, severity="minor", lost_days=12, reason="出院")
    post(desk, incident, "days", injury=injury.pk, severity="serious", lost_days=120, reason="伤残鉴定")
    injury.refresh_from_db()
    incident.refresh_from_db()
    assert (injury.lost_days, incident.severity, incident.must_report) == (120, "serious", True)
    changes = Event.objects.filter(name="incident.lost_days_changed").order_by("seq").values_list("data", flat=True)
    assert [(each["days_before"], each["lost_days"]) for each in changes] == [(None, 12), (12, 120)]
    assert "张三丰" not in str(list(Event.objects.filter(name__startswith="incident").values_list("data", flat=True)))


def test_who_was_hurt_is_seen_by_officers_and_leaders_only(desk, browser, officer, leader):
    incident = make.incident("minor", hurt="钱有福")
    post(desk, incident, "injury", name="钱有福", severity="minor", lost_days=3, body_part="左手食指")
    for person, sees in (
        (officer, True),
        (leader, True),
        (make.person(Role.TEAM_LEADER), False),
        (make.person(Role.INSPECTOR), False),
        (make.person(Role.ADMIN), False),
    ):
        browser.force_login(person)
        page = browser.get(f"/desk/incidents/{incident.pk}/")
        assert page.status_code == 200
        assert ("左手食指" in page.content.decode()) == sees, person.role_codes
        assert ("钱有福" in page.content.decode()) == sees, person.role_codes
        answer = post(browser, incident, "injury", name="x", severity="minor")
        assert answer.status_code == (302 if person == officer else 403)


def test_nothing_is_handed_in_without_causes_and_a_measure(desk, officer):
    incident = make.incident(equipment=make.machine())
    post(desk, incident, "confirm", severity="near_miss", accident=incident.accident)
    assert steps(desk, incident, "hand_in").status_code == 422
    desk.post(f"/desk/incidents/{incident.pk}/causes/", CAUSES)
    assert steps(desk, incident, "hand_in").status_code == 422
    post(desk, incident, "measure", text="停机，拆掉绑带")
    assert steps(desk, incident, "hand_in").status_code == 302
    incident.refresh_from_db()
    assert (incident.status, incident.whys, incident.lesson) == (
        "review",
        ["手伸进模区", "双手按钮被绑住"],
        CAUSES["lesson"],
    )
    assert desk.post(f"/desk/incidents/{incident.pk}/causes/", CAUSES).status_code == 422, (
        "it is with somebody else now"
    )


def test_a_corrective_action_is_a_hazard_and_nothing_closes_before_it_is_proved(
    desk, browser, officer, leader, investigated
):
    fitter = make.person(Role.MAINTENANCE, name="孙师傅")
    answer = post(desk, investigated, "action", text="双手按钮加防绑检测", owner=fitter.employee_no, level="general")
    assert answer.status_code == 302, answer.content.decode()
    hazard = Hazard.objects.get()
    assert (hazard.owner, hazard.status, hazard.source) == (fitter, "assigned", "incident")
    assert hazard.equipment == investigated.equipment and hazard.due_at
    steps(desk, investigated, "hand_in")
    assert steps(desk, investigated, "close").status_code == 403, "nobody closes what they investigated"
    browser.force_login(leader)
    refused = steps(browser, investigated, "close")
    assert refused.status_code == 422 and hazard.number in refused.content.decode()
    Hazard.objects.filter(pk=hazard.pk).update(status="closed", closed_at=timezone.now())
    assert steps(browser, investigated, "close").status_code == 302
    investigated.refresh_from_db()
    assert investigated.status == "closed" and investigated.closed_at
    assert steps(browser, investigated, "reopen", note="又发生了").status_code == 302


def test_a_measure_that_was_set_aside_is_no_measure(desk, browser, leader, investigated):
    post(desk, investigated, "action", text="加检测", level="general")
    steps(desk, investigated, "hand_in")
    Hazard.objects.update(status="rejected")
    browser.force_login(leader)
    assert steps(browser, investigated, "close").status_code == 422


def test_machines_of_the_same_kind_get_the_same_with_one_tick_each(desk, investigated):
    press = investigated.equipment
    twins = [
        Equipment.objects.create(code=f"TW{n}", name={"zh": f"{n}号"}, type=press.type, area=make.area())
        for n in range(3)
    ]
    other = make.machine()
    post(desk, investigated, "action", text="加防绑检测", level="general")
    remedy = investigated.remedies.get()
    page = desk.get(f"/desk/incidents/{investigated.pk}/").content.decode()
    assert all(f'name="machine" value="{twin.pk}"' in page for twin in twins)
    assert f'name="machine" value="{other.pk}"' not in page
    ticked = [twins[0].pk, twins[1].pk, other.pk]
    assert post(desk, investigated, "spread", remedy=remedy.pk, machine=ticked).status_code == 302
    assert post(desk, investigated, "spread", remedy=remedy.pk, machine=ticked).status_code == 422, "they have it"
    assert set(Hazard.objects.values_list("equipment__code", flat=True)) == {press.code, "TW0", "TW1"}
    assert Hazard.objects.filter(title="加防绑检测").count() == 3


def test_a_confirmed_incident_asks_for_a_new_rating_of_its_risk(desk, officer, work_off):
    press = make.machine()
    risk = make.risk(press.area, by=officer, equipment=press)
    other = make.risk(press.area, by=officer, accident="GB6441-2025:fire")
    incident = make.incident(equipment=press, accident="GB6441-2025:machine")
    work_off()
    assert not Proposal.objects.exists(), "not before somebody has confirmed it"
    post(desk, incident, "confirm", severity="near_miss", accident=incident.accident)
    work_off()
    proposal = Proposal.objects.get()
    assert (proposal.risk, proposal.why) == (risk, "incident") and incident.number in proposal.note
    assert not other.proposals.exists()


def test_who_may_decide_what(desk, browser, officer, leader, investigated):
    for role, code in ((Role.TEAM_LEADER, 403), (Role.ADMIN, 403), (Role.INSPECTOR, 403)):
        browser.force_login(make.person(role))
        assert post(browser, investigated, "measure", text="x").status_code == code
        assert steps(browser, investigated, "hand_in").status_code in (403, 422)
    browser.force_login(officer)
    assert steps(browser, investigated, "close").status_code in (403, 409)
    assert post(browser, investigated, "nonsense").status_code == 404
    assert Incident.objects.get().status == "investigating"
