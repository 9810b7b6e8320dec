"""What people and the clock do about adoption: months with objections and rewards, names, buddies and their help."""

from adoption.actions.appeals import answer_appeal as answer_appeal
from adoption.actions.appeals import appeal as appeal
from adoption.actions.appeals import pay_reward as pay_reward
from adoption.actions.buddies import ask_help as ask_help
from adoption.actions.buddies import begin_pair as begin_pair
from adoption.actions.buddies import end_pair as end_pair
from adoption.actions.buddies import follow_person as follow_person
from adoption.actions.buddies import look_at_pair as look_at_pair
from adoption.actions.months import begin_months as begin_months
from adoption.actions.months import freeze_months as freeze_months
from adoption.actions.names import hide_name as hide_name
from adoption.actions.names import show_name as show_name
