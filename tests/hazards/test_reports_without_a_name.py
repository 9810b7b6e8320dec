"""Whoever stands at a label reports without signing in; a receipt code opens the thread, and nothing says who it was."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.attachments import visible_to
from core.errors import NotAllowed
from core.events import history
from core.models import Attachment, Event
from facilities.models import Equipment
from facilities.qr import issue_sticker, revoke_sticker, token_of
from hazards.actions import answer_tip, find_tip, reject_hazard, report_tip
from hazards.models import Evidence, Hazard, Status, Tip, TipMessage
from notifications.models import Notification
from notifications.tasks import publish
from people.permissions import Role
from portals.field.views import tips
from tenants import provisioning
from tenants.current import in_factory
from tests import make


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def label(factory):
    make.policies()
    return issue_sticker(make.machine(), by=make.person(Role.ADMIN))


@pytest.fixture
def stranger(factory):
    return Client(HTTP_HOST=provisioning.host_of("one"))


def _ticket(stranger, token: str) -> str:
    page = stranger.get(reverse("tip", args=[token]))
    return page.context["form"].initial["ticket"]


def _send(stranger, label, *, ticket: str = "", after: float = 10, **sent):
    token = token_of(label)
    ticket = ticket or _ticket(stranger, token)
    with time_machine.travel(timezone.now() + timedelta(seconds=after)):
        return stranger.post(reverse("tip", args=[token]), {"ticket": ticket} | sent)


def _qr(label) -> str:
    return reverse("field:qr", args=[token_of(label)])


def _code(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return re.search(r"data-code>([^<]+)<", answer.content.decode())[1]


def _open(stranger, code: str):
    return stranger.post(reverse("tip_code"), {"code": code}, follow=True)


# The way in.


def test_a_label_shows_a_stranger_its_place_and_nothing_else(stranger, label, factory):
    make.hazard(equipment=label.equipment, title="别人报的")
    Equipment.objects.update(code="内部编号", model="型号")
    page = stranger.get(reverse("field:qr", args=[token_of(label)])).content.decode()
    assert label.equipment.name["zh"] in page
    assert "不登录，匿名上报" in page
    for secret in (factory.name, "别人报的", "内部编号", "型号", label.equipment.area.name["zh"]):
        assert secret not in page


def test_who_signs_in_from_there_comes_back_to_the_label(stranger, label):
    page = stranger.get(reverse("field:qr", args=[token_of(label)])).content.decode()
    assert f"{reverse('account_login')}?next={reverse('field:qr', args=[token_of(label)])}" in page


def test_a_photo_and_a_line_make_a_hazard_of_nobody(stranger, label):
    code = _code(_send(stranger, label, text="防护罩掉了", photos=make.photo_file()))
    hazard = Hazard.objects.get()
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", code)
    assert not set("01ILO") & set(code)
    assert (hazard.source, hazard.reporter, hazard.title) == (Hazard.Source.TIP, None, "防护罩掉了")
    assert (hazard.equipment, hazard.status) == (label.equipment, Status.REPORTED)
    assert [event.actor for event in history(hazard)] == [None]


@pytest.mark.parametrize("what", ["text", "photos", "voice"])
def test_one_of_line_photo_and_voice_is_enough(stranger, label, what):
    sent = {"text": "地滑", "photos": make.photo_file(), "voice": make.voice_file()}[what]
    assert _code(_send(stranger, label, **{what: sent}))
    assert label.equipment.name["zh"] in Hazard.objects.get().title or what == "text"


def test_the_same_form_twice_is_one_hazard_with_one_code(stranger, label):
    ticket = _ticket(stranger, token_of(label))
    codes = {_code(_send(stranger, label, ticket=ticket, text="地滑")) for _time in range(2)}
    assert len(codes) == 1
    assert Hazard.objects.count() == Tip.objects.count() == 1


def test_a_signed_in_person_is_as_nameless_as_everybody_else(stranger, label):
    worker = make.person(Role.WORKER, name="李卫国")
    stranger.force_login(worker)
    assert reverse("tip", args=[token_of(label)]) in stranger.get(_qr(label)).content.decode()
    assert "label" in stranger.session
    page = stranger.get(reverse("tip", args=[token_of(label)])).content.decode()
    assert "data-user" not in page
    code = _code(_send(stranger, label, text="地滑", photos=make.photo_file()))
    assert Hazard.objects.get().reporter is None
    assert Attachment.objects.get().by is None
    assert "李卫国" not in _open(stranger, code).content.decode()
    assert not {"tip", "label"} & set(stranger.session.keys())


# What is kept.


def _photo_with_traces() -> SimpleUploadedFile:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x9C9D] = "Huawei", "LYA-AL00-SECRET", "owner"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 12.0)
    Image.new("RGB", (300, 200), (9, 8, 7)).save(out, "JPEG", exif=exif, comment=b"SERIAL-4711")
    return SimpleUploadedFile("IMG_li_weiguo.jpg", out.getvalue(), "image/jpeg")


def test_of_a_photo_only_the_picture_is_kept(stranger, label):
    _send(stranger, label, photos=_photo_with_traces(), **{"photos-taken": "2026-01-02T03:04:05Z"})
    photo = Attachment.objects.get()
    for kept in (photo.original, photo.shown):
        content = kept.open().read()
        assert not Image.open(io.BytesIO(content)).getexif()
        assert all(trace not in content for trace in (b"LYA-AL00", b"SERIAL", b"Exif"))
    assert (photo.name, photo.taken_at, photo.by) == ("photo.jpg", None, None)


def test_nothing_stored_says_from_where_it_came(stranger, label):
    agent = {"User-Agent": "Spy/7", "X-Forwarded-For": "203.0.113.9"}
    ticket = _ticket(stranger, token_of(label))
    with time_machine.travel(timezone.now() + timedelta(seconds=9)):
        answer = stranger.post(
            reverse("tip", args=[token_of(label)]), {"ticket": ticket, "text": "地滑"}, headers=agent
        )
    code = _code(answer)
    rows = [*Hazard.objects.values(), *Tip.objects.values(), *Event.objects.values("data")]
    assert not any(trace in str(rows) for trace in ("Spy", "203.0.113", "127.0.0.1", code, code.replace("-", "")))
    assert "sessionid" not in answer.cookies
    assert "session" not in answer.cookies


def test_the_voice_is_heard_only_by_those_who_may_answer(stranger, label):
    _send(stranger, label, voice=make.voice_file())
    voice = Attachment.objects.get()
    hazard = Hazard.objects.get()
    fixer = make.person(Role.TEAM_LEADER, in_department=hazard.department)
    Hazard.objects.update(owner=fixer)
    hears = {role: visible_to(make.person(role)).filter(pk=voice.pk).exists() for role in Role}
    assert {role for role, does in hears.items() if does} == {Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD}
    assert not visible_to(fixer).filter(pk=voice.pk).exists()


# The thread.


def test_the_code_opens_the_thread_however_it_is_typed(stranger, label):
    code = _code(_send(stranger, label, text="地滑"))
    for typed in (code, code.lower(), code.replace("-", " "), f"  {code.replace('-', '')} "):
        page = _open(stranger, typed)
        assert page.status_code == 200
        assert "收到了" in page.content.decode()


def test_both_sides_talk_and_each_sees_what_is_new(stranger, browser, label):
    code = _code(_send(stranger, label, text="地滑"))
    hazard, officer = Hazard.objects.get(), make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    browser.post(reverse("console:answer_tip", args=[hazard.pk]), {"verb": "answer", "text": "哪一侧？"})
    page = _open(stranger, code).content.decode()
    assert "哪一侧？" in page
    assert "新留言" in page
    assert "周敏" not in page
    assert "新留言" not in stranger.get(reverse("tip_thread")).content.decode()

    stranger.post(reverse("tip_thread"), {"text": "靠门那侧", "photos": make.photo_file()})
    assert Tip.objects.unread().count() == 1
    assert "新留言" in browser.get(reverse("console:hazards")).content.decode()
    desk = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert "靠门那侧" in desk
    assert "匿名" in desk
    browser.post(reverse("console:answer_tip", args=[hazard.pk]), {"verb": "read"})
    assert Tip.objects.unread().count() == 0
    assert Evidence.objects.filter(hazard=hazard, stage="before").count() == 1


def test_those_who_answer_are_told_of_a_reply(stranger, label):
    officer, worker = make.person(Role.SAFETY_OFFICER), make.person(Role.WORKER)
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    stranger.post(reverse("tip_thread"), {"text": "还没修"})
    publish([str(pk) for pk in Event.objects.filter(name="tip.replied").values_list("pk", flat=True)])
    assert Notification.objects.filter(user=officer).exists()
    assert not Notification.objects.filter(user=worker).exists()


def test_what_is_said_stands_in_the_ledger_only_as_a_seal(stranger, label):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    stranger.post(reverse("tip_thread"), {"text": "靠门那侧"})
    answer_tip(Tip.objects.get(), by=make.person(Role.SAFETY_OFFICER), text="马上来")
    data = str(list(Event.objects.values_list("data", flat=True)))
    assert "靠门那侧" not in data
    assert "马上来" not in data


def test_the_stages_in_plain_words_without_names(stranger, label):
    code = _code(_send(stranger, label, text="地滑"))
    owner = make.person(Role.MAINTENANCE, name="陈志强")
    for status, words in {
        Status.CONFIRMED: "看过了",
        Status.ASSIGNED: "派人了",
        Status.RECTIFYING: "有人正在修",
        Status.FIRST_REVIEW: "验收",
        Status.CLOSED: "已销号",
    }.items():
        Hazard.objects.update(status=status, owner=owner, due_at=timezone.now() + timedelta(hours=9))
        page = _open(stranger, code).content.decode()
        assert words in page, status
        assert "陈志强" not in page


def test_a_refusal_is_told_with_its_reason(stranger, label):
    code = _code(_send(stranger, label, text="地滑"))
    reject_hazard(Hazard.objects.get(), by=make.person(Role.SAFETY_OFFICER), note="已经拖干了")
    assert "已经拖干了" in _open(stranger, code).content.decode()


def test_files_are_seen_only_with_the_code(stranger, label):
    code = _code(_send(stranger, label, text="地滑", photos=make.photo_file()))
    photo, other = Attachment.objects.get(), make.photo()
    where = reverse("tip_file", args=[photo.pk])
    assert stranger.get(where).status_code == 404
    _open(stranger, code)
    assert stranger.get(where)["Content-Type"] == "image/jpeg"
    assert {"no-store", "private"} <= set(stranger.get(where)["Cache-Control"].split(", "))
    assert stranger.get(reverse("tip_file", args=[other.pk])).status_code == 404
    assert stranger.get(reverse("file", args=[photo.pk])).status_code == 302


def test_photos_of_the_fix_stay_inside(stranger, label):
    code = _code(_send(stranger, label, text="地滑"))
    after = make.photo()
    Evidence.objects.create(hazard=Hazard.objects.get(), attachment=after, stage="after")
    assert str(after.pk) not in _open(stranger, code).content.decode()
    assert stranger.get(reverse("tip_file", args=[after.pk])).status_code == 404


def test_closing_the_page_closes_the_thread(stranger, label):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    stranger.post(reverse("tip_leave"))
    assert stranger.get(reverse("tip_thread")).status_code == 302


def test_an_open_thread_closes_by_itself(stranger, label):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    with time_machine.travel(timezone.now() + timedelta(minutes=40)):
        assert stranger.get(reverse("tip_thread")).status_code == 302


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.ADMIN, Role.INSPECTOR])
def test_the_others_neither_read_nor_answer(browser, stranger, label, role):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    stranger.post(reverse("tip_thread"), {"text": "靠门那侧"})
    hazard, person = Hazard.objects.get(), make.person(role)
    browser.force_login(person)
    page = browser.get(reverse("console:hazard", args=[hazard.pk]))
    assert "靠门那侧" not in page.content.decode()
    assert browser.post(reverse("console:answer_tip", args=[hazard.pk]), {"text": "x"}).status_code in (403, 404)
    with pytest.raises(NotAllowed):
        answer_tip(Tip.objects.get(), by=person, text="x")


def test_the_desk_says_anonymous_everywhere(browser, stranger, label):
    _send(stranger, label, text="地滑", photos=make.photo_file())
    hazard = Hazard.objects.get()
    browser.force_login(make.person(Role.SAFETY_OFFICER, Role.ADMIN))
    for address in ("console:hazard", "field:hazard", "field:rectify"):
        page = browser.get(reverse(address, args=[hazard.pk]), follow=True).content.decode()
        assert "匿名" in page, address
        assert "None" not in page, address
    for address in ("console:home", "console:hazards", "console:ledger", "field:home"):
        assert browser.get(reverse(address)).status_code == 200


# Abuse.


def test_no_photo_and_no_words_is_refused(stranger, label):
    answer = _send(stranger, label, text="  ")
    assert answer.status_code == 422
    assert not Hazard.objects.exists()


def test_a_robot_is_too_fast_or_fills_in_what_nobody_sees(stranger, label):
    assert _send(stranger, label, after=0.5, text="buy").status_code == 422
    assert _send(stranger, label, website="http://x", text="buy").status_code == 422
    assert not Hazard.objects.exists()


@pytest.mark.parametrize("ticket", ["x", "a:b:c", "中文", "x" * 5000])
def test_a_made_up_ticket_is_refused_and_replaced(stranger, label, ticket):
    answer = _send(stranger, label, ticket=ticket, text="地滑")
    assert answer.status_code == 422
    assert "地滑" in answer.content.decode()
    fresh = re.search(r'name="ticket" value="([^"]+)"', answer.content.decode())[1]
    assert _code(_send(stranger, label, ticket=fresh, after=30, text="地滑"))


def test_a_ticket_of_yesterday_is_refused(stranger, label):
    assert _send(stranger, label, after=3 * 24 * 3600, text="地滑").status_code == 422


def test_far_too_many_words_are_refused(stranger, label):
    assert _send(stranger, label, text="长" * 100_000).status_code == 422
    assert not Hazard.objects.exists()


def test_long_words_stand_whole_in_the_description(stranger, label):
    _send(stranger, label, text="很滑" * 200)
    hazard = Hazard.objects.get()
    assert (len(hazard.title), hazard.description) == (120, "很滑" * 200)


@pytest.mark.parametrize(
    "sent",
    [
        {"photos": SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")},
        {"voice": SimpleUploadedFile("x.mp3", b"not a sound", "audio/mpeg")},
        {"photos": [make.photo_file() for _each in range(9)]},
    ],
)
def test_files_that_are_none_are_refused_with_a_sentence(stranger, label, sent):
    answer = _send(stranger, label, text="地滑", **sent)
    assert answer.status_code == 422
    assert "地滑" in answer.content.decode()
    assert not Hazard.objects.exists()


def test_a_label_takes_only_so_many_an_hour(stranger, label):
    for _time in range(tips.PER_LABEL):
        assert _send(stranger, label, text="地滑").status_code == 200
    answer = _send(stranger, label, text="第十一条")
    assert answer.status_code == 429
    assert "第十一条" in answer.content.decode()
    assert "过一会儿再试" in answer.content.decode()
    other = issue_sticker(make.machine(), by=make.person(Role.ADMIN))
    assert _send(stranger, other, text="地滑").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert _send(stranger, label, text="地滑").status_code == 200


def test_an_address_sends_only_so_many_an_hour(stranger, label, monkeypatch):
    monkeypatch.setattr(tips, "PER_ADDRESS", 3)
    labels = [issue_sticker(make.machine(), by=make.person(Role.ADMIN)) for _each in range(4)]
    assert [_send(stranger, each, text="地滑").status_code for each in labels] == [200, 200, 200, 429]


def test_codes_are_not_to_be_guessed(stranger, label):
    code = _code(_send(stranger, label, text="地滑"))
    guesses = [stranger.post(reverse("tip_code"), {"code": f"AAAA-BBBB-{n:04}"}) for n in range(tips.WRONG_CODES)]
    assert {answer.status_code for answer in guesses} == {422}
    assert stranger.post(reverse("tip_code"), {"code": code}).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert stranger.post(reverse("tip_code"), {"code": code}).status_code == 302


@pytest.mark.parametrize("code", ["", "x", "0" * 40, "\0\0", "中文中文中文", "x" * 10_000])
def test_strange_codes_open_nothing(stranger, label, code):
    assert stranger.post(reverse("tip_code"), {"code": code}).status_code == 422


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "x" * 3000])
def test_a_made_up_cookie_opens_nothing(stranger, label, cookie):
    stranger.cookies["tip"] = cookie
    assert stranger.get(reverse("tip_thread")).status_code == 302
    assert stranger.post(reverse("tip_thread"), {"text": "x"}).status_code == 302
    assert not TipMessage.objects.exists()


def test_a_reply_without_anything_or_far_too_long_is_refused(stranger, label):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    for text in ("", "长" * 50_000):
        assert stranger.post(reverse("tip_thread"), {"text": text}).status_code == 422
    assert not TipMessage.objects.exists()


def test_a_thread_takes_only_so_many_replies_an_hour(stranger, label, monkeypatch):
    monkeypatch.setattr(tips, "REPLIES", 2)
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    codes = [stranger.post(reverse("tip_thread"), {"text": "还没修"}).status_code for _time in range(3)]
    assert codes == [302, 302, 429]


def test_a_revoked_label_takes_nothing(stranger, label):
    token = token_of(label)
    revoke_sticker(label, by=make.person(Role.ADMIN), reason="旧了")
    for address in ("field:qr", "tip"):
        assert stranger.get(reverse(address, args=[token])).status_code == 410
    assert stranger.post(reverse("tip", args=[token]), {"text": "x"}).status_code == 410


def test_labels_are_not_to_be_guessed(stranger, label, monkeypatch):
    monkeypatch.setattr(tips, "WRONG_LABELS", 3)
    answers = [stranger.get(reverse("field:qr", args=[f"AAAAAAAA{n}2"])).status_code for n in range(5)]
    assert answers == [404, 404, 404, 429, 429]


def test_a_code_of_one_factory_opens_nothing_in_another(label, other_factory):
    tip, code = report_tip(nonce="n", area=label.equipment.area, text="地滑")
    assert find_tip(code) == tip
    with in_factory(other_factory):
        assert find_tip(code) is None
        make.policies()
        _other, same_nonce = report_tip(nonce="n", area=make.area(), text="地滑")
    assert same_nonce != code


def test_a_label_or_an_open_thread_of_one_factory_is_nothing_in_another(stranger, label, other_factory):
    _open(stranger, _code(_send(stranger, label, text="地滑")))
    stranger.defaults["HTTP_HOST"] = provisioning.host_of("two")
    assert stranger.get(reverse("tip", args=[token_of(label)])).status_code == 404
    assert stranger.get(reverse("tip_thread")).status_code == 302
