"""Somebody of the late shift reported without a name, and talks with the officer."""

import secrets

from hazards.actions import answer_tip, reply_to_tip, report_tip
from portals.operator.demo.plant import STORY_MACHINE
from portals.operator.demo.setup import Site


def write_tip(site: Site) -> None:
    machine = site.equipment[STORY_MACHINE]
    words = "光幕遮住了滑块也不停，中班都这样开"
    tip, _code = report_tip(nonce=secrets.token_urlsafe(), area=machine.area, equipment=machine, text=words)
    answer_tip(tip, by=site.user("周敏"), text="谢谢。每次都不停，还是有时候？")
    reply_to_tip(tip, by=None, text="晚上 10 点以后每次都这样，怕说了挨骂")
