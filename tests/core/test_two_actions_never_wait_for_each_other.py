"""The ledger's head is locked when nothing else is waited for any more."""

import time
from threading import Event as Signal

from django.db import transaction

from partners import actions
from partners.models import CrewMember, EntryPermit, GatePass
from partners.passes import code_of
from people.models import User
from people.permissions import Role
from tests import make
from tests.threads import at_once


def test_a_row_that_is_pointed_at_is_waited_for_before_the_head_of_the_ledger(fresh_factory):
    permit, officer, guard = make.entry_permit(), make.person(Role.SAFETY_OFFICER), make.person(Role.GUARD)
    locked = Signal()

    def take_back() -> EntryPermit:
        with transaction.atomic():
            CrewMember.objects.select_for_update().get(pk=permit.member_id)
            locked.set()
            time.sleep(0.7)  # by now the scan waits for this row
            return actions.revoke_permit(permit, by=User.objects.get(pk=officer.pk), note="借证")

    def look() -> object:
        locked.wait(5)
        return actions.scan(code_of(permit), by=User.objects.get(pk=guard.pk))

    results = at_once(fresh_factory, take_back, look)
    assert [type(each).__name__ for each in results] == ["EntryPermit", "Verdict"]
    assert GatePass.objects.count() == 1
