"""Everything that people and the clock do with incidents and drills."""

from incidents.actions.clock import remind_of_report as remind_of_report
from incidents.actions.clock import start_clock as start_clock
from incidents.actions.clock import stop_clock as stop_clock
from incidents.actions.clock import tell_authority as tell_authority
from incidents.actions.deciding import close_incident as close_incident
from incidents.actions.deciding import confirm_incident as confirm_incident
from incidents.actions.deciding import dismiss_incident as dismiss_incident
from incidents.actions.deciding import hand_in_investigation as hand_in_investigation
from incidents.actions.deciding import reopen_incident as reopen_incident
from incidents.actions.deciding import return_investigation as return_investigation
from incidents.actions.drills import Answer as Answer
from incidents.actions.drills import evaluate_drill as evaluate_drill
from incidents.actions.drills import follow_up as follow_up
from incidents.actions.drills import give_feedback as give_feedback
from incidents.actions.drills import plan_drill as plan_drill
from incidents.actions.facts import change_incident as change_incident
from incidents.actions.facts import write_causes as write_causes
from incidents.actions.figures import change_safety_start as change_safety_start
from incidents.actions.figures import enter_hours as enter_hours
from incidents.actions.injuries import add_injury as add_injury
from incidents.actions.injuries import change_lost_days as change_lost_days
from incidents.actions.remedies import add_corrective_action as add_corrective_action
from incidents.actions.remedies import note_immediate_measure as note_immediate_measure
from incidents.actions.remedies import spread_to_twins as spread_to_twins
from incidents.actions.reporting import report_incident as report_incident
