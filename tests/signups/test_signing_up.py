"""From the landing page to the own factory, with nothing but forms."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Subscription
from core.models import Event
from inspections.models import Checklist
from market.launch import COURSE
from notifications.models import Message
from people.models import User
from signups.models import Proof, SignUp
from tenants import due, provisioning
from tenants.current import in_factory
from tenants.models import Due
from tests import make
from tests.signups.conftest import Visitor
from training.models import Course, Enrolment

FIELDS = re.compile(r"<(?:input|select|textarea)[^>]*\bname=\"(\w+)\"")
HIDDEN = re.compile(r"<input[^>]*type=\"hidden\"[^>]*\bname=\"(\w+)\"")


def text(answer) -> str:
    return answer.content.decode()


def opened(visitor: Visitor, work_off, **more) -> str:
    """The way into the factory that was just opened."""
    visitor.come_to_the_form()
    assert visitor.order(**more).url == "/start/progress/"
    work_off()
    return re.search(r'href="(http[^"]+/welcome/[^"]+)"', text(visitor.get("/start/progress/")))[1]


def come_in(link: str) -> Client:
    host, path = re.fullmatch(r"http://([^/:]+)[^/]*(/.*)", link).groups()
    client = Client(HTTP_HOST=host)
    assert client.get(path).status_code == 200
    client.answer = client.post(path)
    return client


def test_the_landing_page_leads_to_the_form_and_the_prices(visitor):
    page = text(visitor.get("/"))
    assert 'href="/start/"' in page and 'href="/pricing/"' in page
    for path in ("/pricing/", "/terms/", "/privacy/"):
        assert visitor.get(path).status_code == 200
    assert "2400" in text(visitor.get("/pricing/"))


def test_it_ends_signed_in_as_administrator_with_the_pack_installed(visitor, work_off):
    link = opened(visitor, work_off, slug="")
    client = come_in(link)
    assert client.answer.status_code == 302 and client.get("/desk/people/").status_code == 200
    assert "/desk/launch/machine/" in text(client.get("/desk/")), "the first page leads to the first machine"
    row = SignUp.objects.get(identity=Proof.objects.get(address=visitor.phone).identity)
    assert (row.status, row.slug, row.size) == (SignUp.Status.READY, "hengchuan", "300")
    trial = Subscription.objects.get(factory=row.factory)
    assert timedelta(days=29) < trial.ends_at - timezone.now() <= timedelta(days=30)
    with in_factory(row.factory):
        assert Checklist.objects.count() > 3 and Course.objects.count() > 5
        user = User.objects.get()
        assert (user.name, user.phone, user.phone_verified, user.language) == ("刘洋", visitor.phone, True, "zh-hans")
        assert user.role_codes == {"admin", "safety_officer"}
        assert Event.objects.filter(name="pack.installed").exists()
        assert Enrolment.objects.get(person=user).course.code == COURSE
        assert row.slug in Message.objects.get(address=visitor.phone).text


def test_no_more_than_eight_fields_are_asked(visitor):
    pages = [text(visitor.get("/start/"))]
    visitor.ask()
    pages.append(text(visitor.get("/start/code/")))
    visitor.confirm()
    pages.append(text(visitor.get("/start/factory/")))
    ours = {"csrfmiddlewaretoken", "next"}
    asked = [set(FIELDS.findall(page)) - set(HIDDEN.findall(page)) - ours for page in pages]
    assert sum(map(len, asked)) == 8, asked


def test_with_an_e_mail_address_a_password_is_chosen_at_the_end(visitor, work_off):
    visitor.come_to_the_form("Liu.Yang@example.com")
    visitor.order()
    work_off()
    link = re.search(r'href="(http[^"]+/welcome/[^"]+)"', text(visitor.get("/start/progress/")))[1]
    assert come_in(link).answer.url == "/account/password/set/"
    with in_factory(SignUp.objects.latest("pk").factory):
        assert User.objects.get().email == "liu.yang@example.com"
        assert Message.objects.get(person=None).channel == Message.Channel.EMAIL, "beside the notice of the course"


def test_the_way_in_counts_once_and_in_its_own_factory_only(visitor, work_off):
    link = opened(visitor, work_off)
    path = "/welcome/" + link.rpartition("/welcome/")[2]
    stranger = Client(HTTP_HOST=provisioning.host_of("one"))
    for answer in (stranger.get(path), stranger.post(path)):
        assert answer.status_code == 410
    client = come_in(link)
    again = Client(HTTP_HOST=client.defaults["HTTP_HOST"])
    assert again.get(path).status_code == again.post(path).status_code == 410
    assert "/welcome/" not in text(visitor.get("/start/progress/"))


def test_the_way_in_is_over_after_some_minutes(visitor, work_off, time_machine):
    link = opened(visitor, work_off)
    path = "/welcome/" + link.rpartition("/welcome/")[2]
    host = re.match(r"http://([^/:]+)", link)[1]
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert Client(HTTP_HOST=host).get(path).status_code == 410


def test_nobody_jumps_over_a_step(visitor):
    for path in ("/start/code/", "/start/factory/", "/start/progress/", "/start/address/"):
        assert visitor.get(path).url == "/start/"
    visitor.ask()
    for path in ("/start/factory/", "/start/progress/"):
        assert visitor.get(path).status_code == 302
        assert visitor.order().status_code == 302
    assert not SignUp.objects.exists()


def test_another_browser_sees_nothing_of_it(visitor, work_off):
    opened(visitor, work_off)
    assert Visitor().get("/start/progress/").url == "/start/"


def test_the_form_sent_twice_is_one_order(visitor, work_off):
    visitor.come_to_the_form()
    for _time in range(2):
        assert visitor.order(slug="twice-here").url == "/start/progress/"
    work_off()
    assert SignUp.objects.filter(slug="twice-here").count() == 1
    assert Due.objects.filter(handler="market.open_factory").count() == 0


def test_progress_tells_each_step_without_script(visitor, work_off):
    visitor.come_to_the_form()
    visitor.order()
    before = text(visitor.get("/start/progress/"))
    assert 'http-equiv="refresh"' in before and before.count("circle-dashed") >= 3
    work_off()
    after = text(visitor.get("/start/progress/"))
    assert 'http-equiv="refresh"' not in after and after.count("circle-check") == 4
    with in_factory(SignUp.objects.get().factory):
        counts = Checklist.objects.ours().count(), Course.objects.count()
    assert f"{counts[0]} 张行业检查表" in after and f"{counts[1]} 门课程" in after
    assert " 秒<" in after


def test_what_was_begun_and_not_gone_on_with_is_forgotten(visitor, work_off, time_machine):
    visitor.ask()
    time_machine.move_to(timezone.now() + timedelta(days=8))
    work_off()
    assert not Proof.objects.exists()


def test_a_short_name_is_offered_while_one_types(visitor):
    visitor.come_to_the_form()
    offered = visitor.get("/start/address/", {"name": "苏州市恒川金属制品有限公司", "slug": ""}).json()
    assert offered == {"slug": "hengchuan", "fault": ""}
    typed = visitor.get("/start/address/", {"name": "恒川", "slug": "ADM1N"}).json()
    assert typed["slug"] == "adm1n" and "adm1n" in typed["fault"]
    assert visitor.get("/start/address/", {"name": "", "slug": ""}).json() == {"slug": "", "fault": ""}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("恒川金属制品有限公司", "hengchuan"),
        ("苏州市恒川金属制品有限公司", "hengchuan"),
        ("Acme Tools Co., Ltd.", "acmetools"),
        ("3M中国", "mzhongguo"),
        ("绿源（无锡）食品厂", "lvyuan"),
        ("★★★", "factory"),
        ("厂", "chang"),
        ("很" * 120, "henhenhenhenhenhenhenhenhen"),
    ],
    ids=["plain", "place", "English", "digit", "brackets", "no letters", "one sign", "long"],
)
def test_a_short_name_is_made_from_the_name_by_sound(name, stem):
    from signups.naming import stem_of

    assert stem_of(name) == stem


def test_a_name_that_is_taken_gets_a_number(visitor, work_off):
    provisioning.create_factory("hengchuan", "恒川")
    opened(visitor, work_off, slug="")
    assert SignUp.objects.get().slug == "hengchuan-2"


def test_killed_half_way_nothing_is_left_and_the_next_worker_opens_it(visitor, work_off, monkeypatch):
    """What a killed worker leaves is what its transaction leaves: nothing."""
    visitor.come_to_the_form()
    visitor.order(slug="half-way")
    handlers = due.handlers()

    class Killed(BaseException):
        """As a signal would, past every handler of errors."""

    def die(sign_up: int) -> None:
        handlers["market.open_factory"](sign_up)
        raise Killed

    pool = set(provisioning.PreparedSchema.objects.values_list("schema_name", flat=True))
    monkeypatch.setitem(due._handlers, "market.open_factory", die)
    with pytest.raises(Killed):
        while due.run_one():
            pass
    assert not provisioning.Domain.objects.filter(domain=provisioning.host_of("half-way")).exists()
    assert set(provisioning.PreparedSchema.objects.values_list("schema_name", flat=True)) >= pool
    assert SignUp.objects.get().status == SignUp.Status.ORDERED
    monkeypatch.undo()
    work_off()
    assert SignUp.objects.get().status == SignUp.Status.READY
    assert "/welcome/" in text(visitor.get("/start/progress/"))


def test_a_name_that_went_to_somebody_else_is_asked_again_and_all_else_is_kept(visitor, work_off):
    visitor.come_to_the_form()
    visitor.order(slug="wanted-by-two", person="周敏")
    provisioning.create_factory("wanted-by-two", "先到的厂")
    work_off()
    page = text(visitor.get("/start/progress/", follow=True))
    sentence = make.in_language("zh-hans", "“%(slug)s” is taken. Choose another short name.", slug="wanted-by-two")
    assert sentence in page and 'value="周敏"' in page
    assert visitor.order(slug="second-wish").url == "/start/progress/"
    work_off()
    assert SignUp.objects.get().status == SignUp.Status.READY
