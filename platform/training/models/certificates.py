"""What proves that somebody passed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from training.models.courses import Course, Exam
from training.models.learning import Enrolment


class CertificateQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=day), revoked_at=None)

    def for_codes(self, codes):
        """Of these courses and exams, whichever version."""
        return self.filter(Q(course__code__in=codes) | Q(exam__code__in=codes))

    def visible_to(self, user):
        """The own ones; those of the departments for which the user looks after training; everybody's for officers."""
        departments = user.departments_with("training.view")
        if departments is None:
            return self
        return self.filter(Q(person=user) | Q(person__department__in=departments))


class Certificate(models.Model):
    """One for each time somebody passed; a new one never takes the place of an old one."""

    number = models.CharField(max_length=24, unique=True)
    token = models.CharField(max_length=40, unique=True, help_text="Leads to the page on which anybody can check it.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates")
    name = models.CharField(max_length=60, help_text="As the person was called then.")
    title = models.JSONField()
    course = models.ForeignKey(Course, models.PROTECT, null=True, related_name="+")
    exam = models.ForeignKey(Exam, models.PROTECT, null=True, related_name="+")
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, null=True, related_name="certificate")
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    score = models.IntegerField()
    issued_on = models.DateField()
    expires_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revocation = models.CharField(max_length=200, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-id"]
        indexes = [models.Index(fields=["person", "-issued_on"], name="certificate_of_person")]

    @property
    def subject(self) -> Course | Exam | None:
        return self.exam if self.course_id is None else self.course
