"""Everything that people and the clock do with hazards. Limits, routes and the chain of escalation: domain rules B1."""

from hazards.actions.clock import decide_extension as decide_extension
from hazards.actions.clock import escalate_hazard as escalate_hazard
from hazards.actions.clock import remind_hazard as remind_hazard
from hazards.actions.clock import request_extension as request_extension
from hazards.actions.fixing import start_hazard as start_hazard
from hazards.actions.fixing import submit_hazard as submit_hazard
from hazards.actions.invitations import invite_outsider as invite_outsider
from hazards.actions.invitations import revoke_invitation as revoke_invitation
from hazards.actions.levels import confirm_hazard as confirm_hazard
from hazards.actions.locks import OutOfService as OutOfService
from hazards.actions.locks import free_equipment as free_equipment
from hazards.actions.locks import lock_equipment as lock_equipment
from hazards.actions.locks import locked as locked
from hazards.actions.locks import move_locks as move_locks
from hazards.actions.locks import refuse_locked as refuse_locked
from hazards.actions.locks import stop_equipment as stop_equipment
from hazards.actions.pictures import add_before_photos as add_before_photos
from hazards.actions.reporting import report_hazard as report_hazard
from hazards.actions.reviewing import review_hazard as review_hazard
from hazards.actions.routing import assign_hazard as assign_hazard
from hazards.actions.routing import hand_over_hazard as hand_over_hazard
from hazards.actions.routing import route_category as route_category
from hazards.actions.routing import send_out as send_out
from hazards.actions.setting_aside import merge_hazard as merge_hazard
from hazards.actions.setting_aside import reject_hazard as reject_hazard
from hazards.actions.setting_aside import void_hazard as void_hazard
