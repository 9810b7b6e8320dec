import pytest

from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory):
    make.policies()
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def company(factory):
    return make.company("联盛表面处理")


@pytest.fixture
def supplier(company):
    return make.supplier(company)


@pytest.fixture
def report(company):
    return make.self_inspection(company)
