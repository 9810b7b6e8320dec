"""Everything that people, devices and the clock do with sensors. Limits and counts: domain rules B8."""

from sensors.actions.devices import add_sensor as add_sensor
from sensors.actions.devices import change_sensor as change_sensor
from sensors.actions.devices import give_key as give_key
from sensors.actions.devices import retire_sensor as retire_sensor
from sensors.actions.devices import withdraw_key as withdraw_key
from sensors.actions.readings import lose_contact as lose_contact
from sensors.actions.readings import take_readings as take_readings
from sensors.actions.thresholds import drop_threshold as drop_threshold
from sensors.actions.thresholds import set_threshold as set_threshold
from sensors.actions.thresholds import take_suggested as take_suggested
