"""The trainer requires a course for a post, sees who is behind, reminds them, and exempts one."""

import pytest
from playwright.sync_api import expect

from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chromium, signed_in
from training.models import Enrolment

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_rule_to_a_word_to_those_who_are_behind(live, fresh_factory, device):
    make.policies()
    post = JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})
    people = [make.person(Role.WORKER, name=name) for name in ("钱师傅", "孙师傅")]
    User.objects.filter(pk__in=[person.pk for person in people]).update(job_role=post)
    trainer, course = make.person(Role.TRAINER, name="吴老师"), make.course()
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        page = signed_in(browser, site, trainer.phone, device)
        page.goto("/desk/training/requirements/")
        page.select_option("select[name=course]", course.code)
        page.select_option("select[name=job_role]", "welder")
        page.fill("input[name=days]", "10")
        page.get_by_role("button", name="定下来").click()
        expect(page.get_by_text("派给了 2 人")).to_be_visible()
        page.get_by_role("link", name="学习进度").click()
        expect(page.get_by_text("2 人里有 0 人")).to_be_visible()

        for person in people:
            page.get_by_role("checkbox", name=person.name).check()
        page.get_by_role("button", name="提醒勾选的人").click()
        expect(page.get_by_text("提醒了 2 人。")).to_be_visible()
        expect(page.get_by_text("今天已提醒")).to_have_count(2)

        page.get_by_role("link", name="钱师傅").click()
        page.get_by_text("免学", exact=True).click()
        page.fill("input[name=note]", "本人是焊接讲师")
        page.get_by_role("button", name="这门课免学").click()
        expect(page.locator("main")).to_contain_text("本人是焊接讲师")
        page.goto("/desk/training/")
        expect(page.get_by_text("1 人里有 0 人")).to_be_visible()

        page.goto("/desk/training/requirements/")
        page.locator(".cell.on").click()
        expect(page.locator("main")).to_contain_text("有 1 人因为这条要求还在学")
        page.get_by_role("button", name="去掉这条要求").click()
        expect(page.get_by_text("已去掉，1 门次待学的课一起撤回。")).to_be_visible()
        assert page.faults == []
    assert not Enrolment.objects.open().exists()
