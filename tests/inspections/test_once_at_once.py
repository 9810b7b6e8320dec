"""A phone that sends twice, two colleagues, two workers: a check is handed in once and a plan makes each run once."""

import hashlib
from functools import partial
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core import ledger
from core.attachments import keep_once, keep_photo
from core.errors import WrongStatus
from core.models import Attachment, Event
from hazards.models import Hazard
from inspections.actions import Given, Handed, miss_run, open_run, plan_runs, submit_run
from inspections.models import Answer, Plan, Run
from people.permissions import Role
from tests import make
from tests.threads import at_once


def _answers(run: Run, worker) -> list[Given]:
    item = run.checklist.items.select_related("category").get()
    return [Given(item, "fail", photos=(make.photo(worker),))]


def test_a_phone_that_sends_twice_at_once_hands_in_once(fresh_factory):
    make.policies()
    worker = make.person(Role.WORKER)
    run = make.run(worker)
    results = at_once(
        fresh_factory, *(partial(submit_run, run, _answers(run, worker), by=worker) for _number in range(2))
    )
    assert [result.pk for result in results] == [run.pk, run.pk]
    assert Hazard.objects.count() == 1
    assert Answer.objects.count() == 1
    assert Event.objects.filter(name="run.submitted").count() == 1
    assert ledger.verify().is_whole


def test_of_two_colleagues_one_hands_in_and_one_is_told(fresh_factory):
    make.policies()
    first, second = make.person(Role.WORKER), make.person(Role.WORKER)
    team = make.team(first)
    second.team = team
    second.save()
    run = make.run(team=team)
    results = at_once(
        fresh_factory, *(partial(submit_run, run, _answers(run, person), by=person) for person in (first, second))
    )
    assert sorted(type(result) for result in results if not isinstance(result, Run)) == [WrongStatus]
    assert Hazard.objects.get().reporter == Run.objects.get().inspector


def test_two_workers_who_plan_at_once_make_each_run_once(fresh_factory):
    plan = make.plan()
    Run.objects.all().delete()
    Plan.objects.update(planned_until=None)
    made = at_once(fresh_factory, *(partial(plan_runs, plan) for _number in range(3)))
    assert sum(len(runs) for runs in made) == Run.objects.count() >= 1


def test_two_taps_at_once_begin_one_check(fresh_factory):
    worker, machine, listed = make.person(Role.WORKER), make.machine(), make.checklist()
    results = at_once(fresh_factory, *(partial(open_run, listed, machine, by=worker) for _number in range(2)))
    assert len({run.pk for run in results}) == 1
    assert Run.objects.count() == 1


def test_the_clock_and_the_worker_at_once_agree_on_what_happened(fresh_factory):
    make.policies()
    worker = make.person(Role.WORKER)
    run = make.run(worker)
    copy = Run.objects.get(pk=run.pk)
    at_once(fresh_factory, partial(submit_run, run, _answers(run, worker), by=worker), partial(miss_run, copy))
    assert Run.objects.get().status == Run.Status.DONE
    names = list(Event.objects.filter(subject_type="inspections.run").order_by("seq").values_list("name", flat=True))
    assert names in (["run.submitted"], ["run.missed", "run.submitted"])


def _handed(run: Run, number: UUID) -> Handed:
    return Handed(number, "a" * 64, sent_at=timezone.now())


def test_one_submission_from_many_pages_at_once_is_one_record(fresh_factory):
    make.policies()
    worker = make.person(Role.WORKER)
    run, number = make.run(worker), uuid4()
    given = _answers(run, worker)
    calls = [partial(submit_run, run, given, by=worker, handed=_handed(run, number)) for _page in range(4)]
    assert {result.pk for result in at_once(fresh_factory, *calls)} == {run.pk}
    assert Event.objects.filter(name="run.submitted").count() == Hazard.objects.count() == 1
    assert ledger.verify().is_whole


def test_three_colleagues_at_once_leave_three_records_of_one_task(fresh_factory):
    make.policies()
    people = [make.person(Role.WORKER) for _number in range(3)]
    team = make.team(people[0])
    for person in people[1:]:
        person.team = team
        person.save()
    run = make.run(team=team, plan=make.plan(team=team))
    answers = [_answers(run, person) for person in people]
    calls = [
        partial(submit_run, run, given, by=person, handed=_handed(run, uuid4()))
        for person, given in zip(people, answers, strict=True)
    ]
    results = at_once(fresh_factory, *calls)
    assert len({result.pk for result in results}) == 3
    done = Run.objects.filter(status=Run.Status.DONE)
    assert {each.inspector for each in done} == set(people)
    assert done.filter(plan__isnull=False).count() == 1, "the task counts once"
    assert done.filter(conflicts_with=run).count() == 2
    assert Hazard.objects.count() == 3
    assert ledger.verify().is_whole


def test_one_file_from_two_pages_at_once_is_kept_once(fresh_factory):
    worker, number, content = make.person(Role.WORKER), uuid4(), make.photo_file().read()
    digest = hashlib.sha256(content).hexdigest()

    def keep() -> Attachment:
        file = SimpleUploadedFile("foto.jpg", content, "image/jpeg")
        return keep_once(number, digest, lambda pk: keep_photo(file, by=worker, pk=pk), by=worker)

    assert [kept.pk for kept in at_once(fresh_factory, keep, keep)] == [number, number]
    assert Attachment.objects.count() == 1
