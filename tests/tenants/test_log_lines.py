"""Every log line says whose it is, also those that Django writes after the request has left its factory."""

import logging

from people.permissions import Role
from tenants.log import OriginFilter
from tests import make


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.addFilter(OriginFilter())
        self.tenants = []

    def emit(self, record):
        self.tenants.append(record.tenant)


def test_a_refused_page_is_logged_with_its_factory(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    kept, logger = Kept(), logging.getLogger("django.request")
    logger.addHandler(kept)
    try:
        assert browser.get("/desk/").status_code == 403
        assert browser.get("/", headers={"Host": "nobody.localhost"}).status_code == 404
    finally:
        logger.removeHandler(kept)
    assert kept.tenants == [factory.schema_name, "public"]
