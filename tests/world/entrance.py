"""Other ways in than password and code."""

from core import totp
from core.secrets import seal
from people.kiosks import make_kiosk, pair, set_pin
from people.models import SecondFactor
from people.permissions import Role
from people.work_accounts import connect_account, set_work_app
from tests.world.base import World


def add_ways_in(world: World, workshop, worker) -> None:
    """A work account at a vendor that the sweep does not try out, and two tablets, of which one waits to be paired."""
    admin = world.people[Role.ADMIN]
    set_work_app("feishu", f"cli{world.mark.encode().hex()}", secret="secret", by=admin)
    connect_account(worker, "feishu", f"ou-{world.mark}", by=worker)
    for name in ("门口平板", "急救箱平板"):
        _kiosk, world.kiosk_token = make_kiosk(f"{world.mark}{name}", workshop, by=admin)
        if name == "门口平板":
            pair(world.kiosk_token, by=None)
    set_pin(worker, "482915", by=worker)
    officer = world.people[Role.SAFETY_OFFICER]
    SecondFactor.objects.create(person=officer, secret=seal(totp.new_secret()), last_step=0)
