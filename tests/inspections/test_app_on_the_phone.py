"""The product as an app: what the phone is given without login, and what it is told to keep."""

import json

import pytest
from django.test import override_settings

from people.permissions import Role
from tests import make


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest", "/offline/"])
def test_the_app_is_there_without_login_and_says_nothing_but_the_factorys_name(browser, factory, path):
    run = make.run(make.person(Role.WORKER, name="王建国"))
    answer = browser.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    for word in ("王建国", run.place.name["zh"], run.checklist.title["zh"], factory.schema_name):
        assert word not in text


def test_the_manifest_opens_the_phones_home(browser, factory):
    told = json.loads(browser.get("/manifest.webmanifest").content)
    assert (told["start_url"], told["display"]) == ("/m/", "standalone")
    assert factory.name in told["name"]
    for icon in told["icons"]:
        assert browser.get(icon["src"]).status_code == 200, icon


@pytest.mark.parametrize("debug", [True, False])
def test_the_service_worker_names_files_that_are_there(browser, debug):
    with override_settings(DEBUG=debug):
        script = browser.get("/sw.js")
    assert script["Cache-Control"] == "no-cache"
    lines = dict(
        line.removeprefix("const ").removesuffix(";").split(" = ", 1)
        for line in script.content.decode().split("\n")[:3]
    )
    files = json.loads(lines["FILES"]) + json.loads(lines["LATER"])
    assert len(json.loads(lines["VERSION"])) == 16
    assert "/static/js/app.js" in files
    for file in files:
        assert browser.get(file).status_code == 200, file
    assert "\nimport " not in script.content.decode()
    assert "\nexport " not in script.content.decode()
