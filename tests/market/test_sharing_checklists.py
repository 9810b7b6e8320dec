"""A factory shares its own checklists: words alone, read by an operator, taken over by others who never learn whose they are."""

import json

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.models import Event
from inspections.actions import change_item, draft_checklist, publish_checklist
from inspections.models import Checklist, Item
from market.actions import install_pack
from market.packs import load_pack
from notifications.models import Notification
from operators.actions import add_operator, open_session
from operators.models import OperatorEntry
from partners.models import Company
from people.models import User
from people.permissions import Role
from sharing.models import Template
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory
from tests import make

SHARE = "/desk/market/templates/share/"
LIST = "/desk/market/templates/"
Status = Template.Status


def signed_in(client: Client, name: str = "周敏敏") -> User:
    officer = make.person(Role.SAFETY_OFFICER, name=name)
    User.objects.filter(pk=officer.pk).update(language="en")
    client.force_login(User.objects.get(pk=officer.pk))
    return User.objects.get(pk=officer.pk)


@pytest.fixture
def officer(browser, factory):
    return signed_in(browser)


@pytest.fixture
def operator(db) -> Client:
    row, _address = add_operator("Anna", make.PASSWORD, by=None)
    client = Client(HTTP_HOST=settings.BASE_DOMAIN)
    client.cookies["operator"] = open_session(row)
    return client


def own_list(text: str = "砂轮有裂纹吗？", **columns) -> Checklist:
    return make.checklist({"text": text, "photo": "always", "shot": "砂轮", **columns}, kind=make.machine().type)


def share(browser, *lists: Checklist, **more):
    chosen = {"list": [row.pk for row in lists], "note": "给打磨用"}
    shown = browser.get(SHARE, chosen)
    return browser.post(SHARE, chosen | {"stamp": shown.context.get("stamp", "")} | more)


def test_what_goes_out_is_words_alone_and_shown_before(browser, officer, factory):
    checklist = own_list()
    shown = browser.get(SHARE, {"list": [checklist.pk]}).content.decode()
    assert "砂轮有裂纹吗？" in shown and "Who shares it is not shown" in shown
    assert share(browser, checklist).status_code == 302
    template = Template.objects.get()
    assert (template.status, template.origin) == (Status.WAITING, factory)
    words = json.dumps(template.content, ensure_ascii=False)
    assert "砂轮有裂纹吗？" in words and "给打磨用" in words
    for hidden in (factory.name, officer.name, str(officer.phone), factory.schema_name, checklist.code):
        assert hidden not in words
    assert Event.objects.get(name="template.shared").data["lists"] == [checklist.code]
    assert "Waits to be looked at" in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    "text",
    ["打 13812345678 报告", "打 0512-6543 2100", "写信 safety@firm.cn", "见 https://firm.cn/x", "华光机械的砂轮",
     "恒通有限公司的砂轮"],
)  # fmt: skip
def test_a_text_that_says_whose_it_is_does_not_go_out(browser, officer, factory, text):
    factory.name = "苏州市华光机械有限公司"
    Company.objects.create(name="恒通有限公司", kind="supplier", department=make.department())
    Factory.objects.filter(pk=factory.pk).update(name=factory.name)
    answer = share(browser, own_list(text))
    assert answer.status_code == 422 and "These texts say whose they are" in answer.content.decode()
    assert text in answer.content.decode() and not Template.objects.exists()


def test_the_name_of_a_person_is_asked_about(browser, officer):
    make.person(Role.WORKER, name="高峰")
    checklist = own_list("高峰期有人指挥吗？")
    shown = browser.get(SHARE, {"list": [checklist.pk]}).content.decode()
    assert "the name of one of your people" in shown
    assert share(browser, checklist).status_code == 422 and not Template.objects.exists()
    assert share(browser, checklist, are_no_people="1").status_code == 302


def test_what_was_not_looked_at_does_not_go_out(browser, officer):
    checklist = own_list()
    stamp = browser.get(SHARE, {"list": [checklist.pk]}).context["stamp"]
    Item.objects.filter(checklist=checklist).update(text="别的")
    answer = browser.post(SHARE, {"list": [checklist.pk], "note": "", "stamp": stamp})
    assert answer.status_code == 409 and not Template.objects.exists()
    assert browser.post(SHARE, {"stamp": stamp}).status_code == 422, "without a list there is nothing to share"


def test_it_is_read_then_taken_over_by_others_who_do_not_learn_whose_it_is(
    browser, officer, operator, factory, other_factory
):
    kind = own_list().target_type
    share(browser, Checklist.objects.get(target_type=kind))
    template = Template.objects.get()
    other = Client(HTTP_HOST=provisioning.host_of("two"))
    page = reverse("console:template", args=[template.pk])
    with in_factory(other_factory):
        signed_in(other, "钱进步")
        here = make.machine().type
        here.name = kind.name
        here.save()
        assert "砂轮" not in other.get(LIST).content.decode()
        assert other.get(page).status_code == 404, "nobody has read it yet"
        assert other.post(reverse("console:take_template", args=[template.pk])).status_code == 404
        assert other.post(reverse("console:take_back_template", args=[template.pk])).status_code == 404
    read = operator.get(f"/operator/market/{template.pk}/").content.decode()
    assert "砂轮有裂纹吗？" in read and factory.name not in read
    assert operator.post(f"/operator/market/{template.pk}/approve/").status_code == 302
    assert operator.post(f"/operator/market/{template.pk}/approve/").status_code == 409
    assert OperatorEntry.objects.filter(what="template_approved").get().factory is None
    with in_factory(other_factory):
        body = other.get(page).content.decode()
        assert "砂轮有裂纹吗？" in body and factory.name not in body and officer.name not in body
        preview = reverse("console:preview_template", args=[template.pk, 1])
        assert "砂轮有裂纹吗？" in other.get(preview).content.decode()
        assert other.get(reverse("console:preview_template", args=[template.pk, 2])).status_code == 404
        stars = reverse("console:rate_template", args=[template.pk])
        assert other.post(stars, {"stars": "4"}).status_code == 403, "who has not taken it knows nothing of it"
        other.post(reverse("console:take_template", args=[template.pk]))
        other.post(stars, {"stars": "4"})
        assert "4.0 of 5 · 1 factory" in other.get(LIST).content.decode()
        draft = Checklist.objects.get()
        assert (draft.status, draft.target_type, draft.version) == ("draft", here, 1)
        item = draft.items.get()
        assert (item.text, item.photo, item.shot) == ("砂轮有裂纹吗？", "always", "砂轮")
        publish_checklist(draft, by=User.objects.get(name="钱进步"))


def test_the_operator_sends_it_back_with_a_reason_or_takes_it_out(browser, officer, operator, work_off):
    share(browser, own_list())
    template = Template.objects.get()
    page = f"/operator/market/{template.pk}/"
    assert operator.post(f"{page}back/", {"reason": ""}).status_code == 422
    assert operator.post(f"{page}unheard-of/").status_code == 404
    operator.post(f"{page}back/", {"reason": "第一条太短"})
    body = browser.get(LIST).content.decode()
    assert "Sent back" in body and "第一条太短" in body
    share(browser, own_list())
    second = Template.objects.get(status=Status.WAITING)
    operator.post(f"/operator/market/{second.pk}/approve/")
    operator.post(f"/operator/market/{second.pk}/withdraw/", {"reason": "有人反映"})
    second.refresh_from_db()
    assert (second.status, second.reason) == (Status.WITHDRAWN, "有人反映")
    assert "有人反映" in browser.get(LIST).content.decode()
    assert OperatorEntry.objects.filter(what__startswith="template_").count() == 3
    work_off()
    told = Notification.objects.filter(user=officer, event__startswith="template.").order_by("seq")
    assert [note.event for note in told] == ["template.returned", "template.approved", "template.withdrawn"]
    assert "第一条太短" in told[0].line and browser.get(told[0].url).url == LIST


def test_its_factory_takes_it_back(browser, officer, operator, other_factory):
    share(browser, own_list())
    template = Template.objects.get()
    operator.post(f"/operator/market/{template.pk}/approve/")
    assert browser.post(reverse("console:take_back_template", args=[template.pk])).status_code == 302
    assert Template.objects.get().status == Status.WITHDRAWN
    assert Event.objects.filter(name="template.taken_back").exists()


def test_a_version_in_use_goes_out_not_the_draft(browser, officer):
    checklist = own_list()
    draft = draft_checklist(checklist, by=officer)
    draft.items.update(text="还没写好")
    assert draft.pk not in {row.pk for row in browser.get(SHARE).context["lists"]}
    assert share(browser, draft).status_code == 422


def test_what_a_pack_brought_is_not_shared_until_it_is_changed(browser, officer):
    install_pack(load_pack("metal-working"), by=None)
    assert not browser.get(SHARE).context["lists"]
    draft = draft_checklist(Checklist.objects.current().get(code="electrical-weekly"), by=officer)
    item = draft.items.first()
    change_item(item, by=officer, text="配电箱门关好了吗？")
    changed = publish_checklist(draft, by=officer)
    assert [row.pk for row in browser.get(SHARE).context["lists"]] == [changed.pk]


def test_others_share_nothing(browser, factory):
    browser.force_login(make.person(Role.LEADER))
    assert browser.get(LIST).status_code == browser.get(SHARE).status_code == browser.post(SHARE).status_code == 403
