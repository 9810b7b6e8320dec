"""What no page of ours sends about an incident: broken ids, impossible times, stray bytes. Never a 500, and nothing is kept."""

import pytest

from incidents.models import Incident, Injury
from tests import make
from tests.incidents.conftest import post

IDS = ["²", "9" * 30, "-1", "abc", " ", "\x00"]


@pytest.mark.parametrize("value", IDS)
def test_broken_ids_are_no_error_of_ours(desk, investigated, value):
    post(desk, investigated, "measure", text="停机")
    for verb, data in (
        ("days", {"injury": value, "severity": "minor", "lost_days": 3, "reason": "x"}),
        ("spread", {"remedy": value, "machine": [value]}),
        ("spread", {"remedy": investigated.remedies.get().pk, "machine": [value]}),
        ("injury", {"person": value, "severity": value, "lost_days": value}),
        ("confirm", {"severity": value, "accident": value}),
        ("action", {"text": value, "owner": value, "level": value}),
        ("clock", {"known_at": value}),
        ("step", {"verb": value}),
    ):
        assert post(desk, investigated, verb, **data).status_code in (404, 409, 422), (verb, value)
    assert not Injury.objects.exists()
    for query in ("place=equipment:", "department=", "severity=", "group=", "from=", "page="):
        assert desk.get(f"/desk/incidents/?{query}{value}").status_code == 200
    assert desk.get(f"/desk/incidents/figures/?year={value}").status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2099-01-01T00:00", "nonsense", ""])
def test_impossible_times_are_refused(desk, moment):
    facts = {"title": "夹手", "severity": "minor", "accident": "GB6441-2025:machine", "area": make.area().pk}
    assert desk.post("/desk/incidents/add/", facts | {"happened_at": moment}).status_code == 422
    assert not Incident.objects.exists()
    incident = make.incident()
    for page, name in (("edit", "happened_at"), ("report", "at")):
        sent = {"title": "x", "accident": incident.accident, "to": "应急局", name: moment}
        assert desk.post(f"/desk/incidents/{incident.pk}/{page}/", sent).status_code == 422


def test_stray_bytes_in_a_reason_are_left_out(desk):
    incident = make.incident()
    assert post(desk, incident, "step", verb="dismiss", note="\x00").status_code == 422
    assert post(desk, incident, "step", verb="dismiss", note="报\x00错").status_code == 302
