"""Everything that people and the clock do with the register of risks."""

from risks.actions.linking import unwatch_item as unwatch_item
from risks.actions.linking import watch_item as watch_item
from risks.actions.plans import add_floor_plan as add_floor_plan
from risks.actions.plans import draw_zone as draw_zone
from risks.actions.plans import erase_zone as erase_zone
from risks.actions.plans import retire_floor_plan as retire_floor_plan
from risks.actions.proposing import dismiss_proposal as dismiss_proposal
from risks.actions.proposing import look_at_hazard as look_at_hazard
from risks.actions.proposing import look_at_incident as look_at_incident
from risks.actions.proposing import propose_rating as propose_rating
from risks.actions.rating import change_scale as change_scale
from risks.actions.rating import rate_risk as rate_risk
from risks.actions.rating import remind_risk as remind_risk
from risks.actions.register import add_risk as add_risk
from risks.actions.register import change_risk as change_risk
from risks.actions.register import install_risk as install_risk
from risks.actions.register import restore_risk as restore_risk
from risks.actions.register import retire_risk as retire_risk
