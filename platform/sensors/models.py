"""What devices measure: sensors, their readings, the limits they are held against, and alarms."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.events import register
from facilities.models import Area, Equipment

register(
    {
        "sensor.added": _("Sensor added"),
        "sensor.changed": _("Sensor changed"),
        "sensor.key_given": _("Key of the sensor given"),
        "sensor.key_ended": _("Key of the sensor withdrawn"),
        "sensor.retired": _("Sensor taken out of use"),
        "threshold.set": _("Limit of a sensor set"),
        "threshold.dropped": _("Limit of a sensor dropped"),
        "alarm.opened": _("The sensor raised an alarm"),
        "alarm.repeated": _("The sensor raised the alarm again"),
        "alarm.cleared": _("The sensor reads normal again"),
    }
)


class Kind(models.TextChoices):
    GAS = "gas", _("Combustible gas")
    H2S = "h2s", _("Hydrogen sulphide")
    CO = "co", _("Carbon monoxide")
    OXYGEN = "oxygen", _("Oxygen")
    PRESSURE = "pressure", _("Pressure")
    HUMIDITY = "humidity", _("Humidity")
    TEMPERATURE = "temperature", _("Temperature")
    CABINET = "cabinet", _("Switch cabinet temperature")


# Where these fall silent, nobody is warned any more.
GASES = (Kind.GAS, Kind.H2S, Kind.CO, Kind.OXYGEN)
# The rest leads to states by alarms; these two are no alarm.
WAITING, RETIRED, WELL, LOST = "waiting", "retired", "ok", "lost"


class SensorQuerySet(models.QuerySet):
    def visible_to(self, user):
        departments = user.departments_with("sensors.view")
        return self if departments is None else self.filter(area__department__in=departments)

    def in_use(self):
        return self.filter(retired_at=None)

    def with_alarms(self):
        """What stands now, for `state`."""
        open_ones = Alarm.objects.filter(cleared_at=None).select_related("threshold", "hazard")
        return self.select_related("area__department", "equipment").prefetch_related(
            models.Prefetch("alarms", open_ones, to_attr="standing")
        )


class Sensor(models.Model):
    """One that measures one thing at one place; its own key lets it hand in readings, and nothing else."""

    code = models.CharField(_("number"), max_length=40, unique=True, help_text="In the address of its readings.")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("what it measures"), max_length=12, choices=Kind.choices)
    unit = models.CharField(_("unit"), max_length=12)
    area = models.ForeignKey(Area, models.PROTECT, related_name="sensors")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, blank=True, related_name="sensors")
    rated = models.FloatField(_("working pressure"), null=True, help_text="What limits of pressure are a multiple of.")
    silence_minutes = models.IntegerField(_("minutes without a reading until it is lost"), default=10)
    is_simulated = models.BooleanField(default=False)
    key_hash = models.CharField(max_length=64, null=True, unique=True)
    key_end = models.CharField(max_length=4, blank=True, help_text="Tells two keys apart, useless to anybody else.")
    key_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    # The newest reading by the device's own time, and when one came in last.
    last_at = models.DateTimeField(null=True)
    last_value = models.FloatField(null=True)
    heard_at = models.DateTimeField(null=True)

    objects = SensorQuerySet.as_manager()

    class Meta:
        ordering = [F("retired_at").desc(nulls_first=True), "code"]
        constraints = [models.CheckConstraint(condition=Q(silence_minutes__gt=0), name="sensor_silence_positive")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def department_id(self):
        return self.area.department_id

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area

    @property
    def silence(self) -> timedelta:
        return timedelta(minutes=self.silence_minutes)

    def lost_at(self, newest: datetime) -> datetime:
        return newest + self.silence

    @property
    def state(self) -> str:
        """waiting, retired, ok, warn, alarm or lost; needs with_alarms()."""
        if self.retired_at:
            return RETIRED
        if self.last_at is None:
            return WAITING
        grades = {alarm.grade for alarm in self.standing}  # type: ignore[attr-defined]
        return next((state for state in (LOST, Grade.ALARM, Grade.WARN) if state in grades), WELL)


class SensorReading(models.Model):
    """One value. A time is there once, so what comes twice or in another order changes nothing."""

    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="readings")
    at = models.DateTimeField(help_text="As the device says.")
    value = models.FloatField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["sensor", "at"], name="sensor_reading_once")]


class Grade(models.TextChoices):
    WARN = "warn", _("Warning")
    ALARM = "alarm", _("Alarm")


class Direction(models.TextChoices):
    ABOVE = "above", _("above")
    REACHES = "reaches", _("at or above")
    BELOW = "below", _("below")
    OUTSIDE = "outside", _("outside of")


class Threshold(models.Model):
    """预警规则: what is too much or too little, and how often in a row it has to be read."""

    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="thresholds")
    grade = models.CharField(_("how serious"), max_length=5, choices=Grade.choices)
    direction = models.CharField(_("the reading is"), max_length=7, choices=Direction.choices)
    low = models.FloatField(_("lower limit"), null=True)
    high = models.FloatField(_("upper limit"), null=True)
    consecutive = models.IntegerField(_("readings in a row until the alarm"), default=2)
    clear_after = models.IntegerField(_("readings in a row until it is over"), default=3)
    margin_percent = models.FloatField(_("safely within the limit, in percent"), default=5)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["grade", "direction", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=("above", "reaches"), high__isnull=False, low__isnull=True)
                | Q(direction="below", low__isnull=False, high__isnull=True)
                | Q(direction="outside", low__isnull=False, high__isnull=False, low__lt=F("high")),
                name="threshold_has_its_limits",
            ),
            models.CheckConstraint(
                condition=Q(consecutive__gt=0, clear_after__gt=0, margin_percent__gte=0), name="threshold_counts"
            ),
        ]

    @property
    def limits(self) -> dict:
        """As an alarm keeps them: the rule may change later."""
        return {"grade": self.grade, "direction": self.direction, "low": self.low, "high": self.high}


class AlarmQuerySet(models.QuerySet):
    def open(self):
        return self.filter(cleared_at=None)


class Alarm(models.Model):
    """A limit is broken, or, without a limit, the sensor is not heard any more; one of each stands at a time."""

    sensor = models.ForeignKey(Sensor, models.PROTECT, related_name="alarms")
    threshold = models.ForeignKey(Threshold, models.PROTECT, null=True, related_name="alarms")
    hazard = models.ForeignKey("hazards.Hazard", models.PROTECT, related_name="alarms")
    limits = models.JSONField(help_text="The rule as it was then.")
    unit = models.CharField(max_length=12)
    at = models.DateTimeField(help_text="Time of the reading that opened it.")
    value = models.FloatField(null=True)
    worst = models.FloatField(null=True)
    opened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sensor", "threshold"],
                condition=Q(cleared_at=None),
                name="alarm_one_open_per_rule",
                nulls_distinct=False,
            )
        ]

    @property
    def grade(self) -> str:
        return LOST if self.threshold_id is None else self.limits["grade"]
