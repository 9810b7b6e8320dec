from market import opening  # noqa: F401 - registers its handler
from market.actions import follow_release
from tenants import due

due.handler("market.follow_release")(follow_release)
