"""Whom one looks for before a post."""

from django import forms

from people.models import JobRole
from portals.console.forms.training import LearnersForm


class CandidatesForm(LearnersForm):
    """own: only those who hold the post already."""

    own = forms.BooleanField(required=False)

    def apply(self, people, post: JobRole | None = None):
        people = super().apply(people)
        return people.filter(job_role=post) if self.is_valid() and self.cleaned_data["own"] else people
