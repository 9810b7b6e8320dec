from sensors import actions, simulator
from sensors.models import Sensor
from tenants import due


@due.handler("sensors.lose_contact")
def lose_contact(sensor: int) -> None:
    actions.lose_contact(Sensor.objects.get(pk=sensor), by=None)


@due.handler("sensors.simulate")
def simulate() -> None:
    simulator.go_on()
