"""A page speaks one language: no Chinese of our own in English pages, no English sentence in Chinese ones.

What people wrote is theirs and stays as it is, so each word is looked for in the database and in the written content.
"""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.html import strip_tags
from psycopg import sql

from core.management.commands.translations import read_catalog
from operators.actions import open_session
from operators.models import Operator
from people.models import User
from people.permissions import Role
from tests.sweep.addresses import Two, answers, bare_urls, client_of, own_urls

pytestmark = pytest.mark.spread

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# A single word may be a name, a unit or a kind of file.
SENTENCE = re.compile(r"[A-Za-z][a-z’']+(?: [A-Za-z][a-z’']+)+")
SCRIPT = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
SAID = re.compile(r'(?:aria-label|title|placeholder|alt|data-[a-z-]*words?)="([^"]*)"')
# Each language is offered in itself, whichever the page speaks.
OFFERED = "中文"
# Whose pages they are: who opens those of the rooms.
ROOMS = {
    Role.SAFETY_OFFICER: ("console:",),
    Role.WORKER: ("field:", ""),
    Role.SUPPLIER: ("supplier:",),
    Role.CONTRACTOR_WORKER: ("contractor:",),
    Role.CONTRACTOR_ADMIN: ("contractor:",),
    Role.GUARD: ("gate:",),
}


def _written(schema: str) -> str:
    """All that stands in the database, and in what the product brings along as content."""
    found = [path.read_text() for path in (settings.ROOT / "content").rglob("*") if path.suffix in {".yaml", ".md"}]
    with connection.cursor() as cursor:
        asked = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN (%s, 'public')"
        cursor.execute(asked, [schema])
        for place in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(*place)))
            found += [row for (row,) in cursor.fetchall() if row]
    return "\n".join(found)


def _pages(two: Two, language: str) -> Iterator[tuple[str, str]]:
    for role, rooms in ROOMS.items():
        person = two.own.companies[0].users.get() if role == Role.SUPPLIER else two.own.people[role]
        User.objects.filter(pk=person.pk).update(language=language)
        own = [(address, url) for address, url in own_urls(two) if _room(address.name) in rooms]
        for _address, url, answer in answers(client_of(person).get, own):
            is_page = answer.get("Content-Type", "").startswith("text/html") and not answer.streaming
            if answer.status_code == 200 and is_page:
                yield url, unescape(SCRIPT.sub("", answer.content.decode()))


def _bare_pages(account: tuple[Operator, list[int]], language: str) -> Iterator[tuple[str, str]]:
    """The public site and the operators' console."""
    row, pks = account
    client = Client(HTTP_HOST=settings.BASE_DOMAIN)
    client.cookies["operator"], client.cookies[settings.LANGUAGE_COOKIE_NAME] = open_session(row), language
    for _address, url, answer in answers(client.get, bare_urls(pks)):
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            yield url, unescape(SCRIPT.sub("", answer.content.decode()))


def _room(name: str) -> str:
    room, colon, _page = name.rpartition(":")
    return room + colon


def test_an_english_page_has_no_chinese_of_ours(two, factory, operator):
    pages = [*_pages(two, "en"), *_bare_pages(operator, "en")]
    written = _written(factory.schema_name) + OFFERED
    found = {f"{url}: {word}" for url, page in pages for word in CHINESE.findall(page) if word not in written}
    assert len(pages) > 170 and not found, "\n".join(sorted(found))


def test_a_chinese_page_has_no_sentence_in_english(two, factory, operator):
    pages = [*_pages(two, "zh-hans"), *_bare_pages(operator, "zh-hans")]
    written = _written(factory.schema_name) + " ".join(str(message.string) for message in read_catalog())
    found = {
        f"{url}: {words}"
        for url, page in pages
        for words in SENTENCE.findall(f"{strip_tags(page)} {' · '.join(SAID.findall(page))}")
        if words not in written
    }
    assert len(pages) > 170 and not found, "\n".join(sorted(found))
