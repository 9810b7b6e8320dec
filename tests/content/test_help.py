"""The help pages say what stands on the screen, in both languages, and every screen of the menus is explained."""

import re

import pytest

from people.permissions import Role
from portals.console.nav import GROUPS as MENU
from portals.help import pages
from tests.sweep.addresses import ADDRESSES

PAGES = pages.all_pages()
FIELDS = {"title", "when", "steps", "result", "trouble", "words"}
EACH = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


@EACH
def test_a_page_is_whole_in_both_languages(page):
    for text in page.texts.values():
        assert set(text) == FIELDS and all(text.values())
        assert 2 <= len(text["steps"]) <= 7 and 1 <= len(text["trouble"]) <= 4
        assert all(set(row) == {"if", "do"} for row in text["trouble"])
    chinese, english = page.texts["zh"], page.texts["en"]
    assert len(chinese["steps"]) == len(english["steps"]) and len(chinese["trouble"]) == len(english["trouble"])
    # The one Chinese word on an English page: what the switch of languages says.
    assert not re.search(r"[\u4e00-\u9fff]", str(english).replace("中文", "")) and "您" not in str(chinese)
    assert page.group in pages.GROUPS and page.roles and set(page.roles) <= set(Role.values)
    assert set(page.related) <= PAGES.keys() - {page.code}


@EACH
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_it_calls_a_button_stands_on_one(page, language, labels):
    """A label that is renamed must be renamed here too. Words with a number in them are left out."""
    quoted = re.findall(r"「([^」]+)」|“([^”]+)”", str(page.texts[language]))
    named = {chinese or english for chinese, english in quoted}
    assert not {name for name in named if name not in labels[language] and not re.search(r"\d", name)}


def test_it_explains_screens_that_there_are():
    named = {name for page in PAGES.values() for name in page.screens}
    assert named and not named - {address.name for address in ADDRESSES}


def test_each_entry_of_the_menu_is_explained():
    entries = {entry.url_name for _label, *entries in MENU for entry in entries}
    explained = pages.page_of_screen()
    assert not entries - explained.keys()
    assert {"field:home", "field:scan", "field:report", "field:me", "account_login"} <= explained.keys()
