"""What opens by a token alone: links, screens, devices' keys, certificates; and a paper that is still open."""

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.links import path_of as alert_link
from alerts.models import Alert
from hazards.actions.invitations import token_of as link_token
from people.permissions import Role
from tenants.current import in_factory
from tests.sweep.addresses import ADDRESSES, REFUSED, client_of
from training.models import Attempt

pytestmark = pytest.mark.spread


def test_a_link_of_another_factory_opens_nothing_here(two, other_factory):
    """Its addresses are open to everybody, so the sweep goes through them with real tokens, own and foreign."""
    with in_factory(other_factory):
        foreign = link_token(two.foreign.invitation)
    client, own = client_of(), link_token(two.own.invitation)
    for address in ADDRESSES:
        if not address.name.startswith("outsider:"):
            continue
        for pk in (*two.foreign_ids, two.foreign.photo.pk, "post", "finish"):
            for token in (foreign, own):
                url = address.url({"pk": pk, "verb": pk, "token": token})
                if url is None or (address.name == "outsider:hazard" and token == own):
                    continue
                for answer in (client.get(url), client.post(url)):
                    assert answer.status_code in REFUSED - {302}, f"{url}: {answer.status_code}"
                    assert two.foreign.mark not in answer.content.decode(errors="ignore"), url
    page = client.get(reverse("outsider:hazard", args=[own]))
    assert page.status_code == 200 and two.foreign.mark not in page.content.decode()


def test_the_link_of_an_alert_of_another_factory_opens_nothing_here(two, other_factory):
    with in_factory(other_factory):
        foreign = alert_link(
            Alert.objects.filter(subject_type="hazards.hazard").get(), two.foreign.people[Role.SAFETY_OFFICER]
        )
    client = client_of()
    for answer in (client.get(foreign), client.post(foreign)):
        assert answer.status_code == 404 and two.foreign.mark not in answer.content.decode()
    own = alert_link(Alert.objects.filter(subject_type="hazards.hazard").get(), two.own.people[Role.SAFETY_OFFICER])
    assert two.own.mark in client.get(own).content.decode()


def test_the_screen_of_another_factory_shows_nothing_here(two):
    client = client_of()
    for name in ("wall", "wall_alive"):
        for token in (two.foreign.screen_token, two.foreign_token, link_token(two.own.invitation)):
            for answer in (client.get(reverse(name, args=[token])), client.post(reverse(name, args=[token]))):
                assert answer.status_code in REFUSED - {302}
                assert two.foreign.mark not in answer.content.decode()
    page = client.get(reverse("wall", args=[two.own.screen_token])).content.decode()
    assert two.own.mark in page and two.foreign.mark not in page


def test_the_evidence_of_another_factory_is_not_read_here(two):
    client, address = client_of(), reverse("evidence", args=[two.own.evidence_token])
    for token in (two.foreign.evidence_token, two.foreign.screen_token, two.own.screen_token):
        for asked in ({}, {"file": "hazards.xlsx"}):
            answer = client.get(reverse("evidence", args=[token]), asked)
            assert answer.status_code == 404 and two.foreign.mark not in answer.content.decode()
    page = client.get(address).content.decode()
    assert two.own.mark in page and two.foreign.mark not in page
    assert client.get(address, {"file": "hazards.xlsx"}).content.decode() == two.own.mark


def test_the_link_of_another_factorys_tablet_pairs_nothing_here(two):
    client = client_of()
    for token in (two.foreign.kiosk_token, two.foreign.screen_token, two.own.screen_token):
        for answer in (
            client.get(reverse("kiosk_pair", args=[token])),
            client.post(reverse("kiosk_pair", args=[token])),
        ):
            assert answer.status_code in REFUSED - {302} and "kiosk" not in client.cookies
            assert two.foreign.mark not in answer.content.decode()
    page = client.get(reverse("kiosk_pair", args=[two.own.kiosk_token])).content.decode()
    assert two.own.mark in page and two.foreign.mark not in page


def test_the_key_of_a_device_of_another_factory_opens_nothing_here(two):
    url, client = reverse("api:readings"), client_of()
    body = {"at": timezone.now().isoformat(), "value": 50}
    for key, status in (("", 401), (two.foreign.sensor_key, 401), (two.own.sensor_key, 200)):
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.post(url, body, content_type="application/json", headers=headers)
        assert answer.status_code == status, key
        assert two.foreign.mark not in answer.content.decode()


def test_a_certificate_of_another_factory_is_unknown_here(two):
    client = client_of()
    for answer in (client.get(reverse("verify", args=[two.foreign.certificate.token])), client.get("/c/no-token/")):
        assert answer.status_code == 404 and two.foreign.mark not in answer.content.decode()
    page = client.get(reverse("verify", args=[two.own.certificate.token])).content.decode()
    assert two.own.certificate.number in page
    assert two.own.certificate.name not in page, "a stranger does not learn the whole name"


def test_a_paper_that_is_open_tells_nobody_what_is_right(two):
    """Neither the one who answers it nor whoever looks on."""
    attempt = Attempt.objects.get(status=Attempt.Status.OPEN)
    for role in Role:
        client = client_of(two.own.people[role])
        for name in ("field:paper", "field:paper_end", "console:taken_paper", "console:learner"):
            pk = attempt.person_id if name == "console:learner" else attempt.pk
            answer = client.get(reverse(name, args=[pk]))
            assert answer.status_code in {200, 302, 403, 404}
            assert f"{two.own.mark}先停机" not in answer.content.decode(), (role, name)
