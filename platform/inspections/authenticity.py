"""Whether a check was really walked: facts of a run go in, a score from 0 to 100 and its reasons come out.

It is a reason to talk, never a verdict. Only the team leader of the one who did the run sees it; see Run.doubted_before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import likeness
from core.models import Attachment
from facilities.models import QRPoint
from hazards.models import Evidence
from inspections.models import Answer, Run

FULL = 100
COPIED_PHOTO, TOO_FAST, SAME_ANSWERS, OTHER_LABEL, NO_LABEL = 60, 50, 30, 30, 5

# Nobody looks at a thing and answers in less.
SECONDS_PER_ITEM = 1.5
# Of what the checklist takes usually, once so many were done.
SHARE_OF_USUAL, USUAL_FROM = 0.25, 20

IN_A_ROW = 20
# Finding nothing in a row must be this improbable for somebody who finds as often as the others.
LUCK = 0.01
# Photos whose pixels are compared with one, the nearest hashes first: many an honest photo of a nameplate is as near as a copy.
COMPARED = 12


@dataclass(frozen=True)
class Copy:
    """A photo of the run that was there before: as the very same file, or as the same shot saved again."""

    photo: str
    of: str
    is_same_file: bool
    run: int | None = None
    hazard: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"photo": self.photo, "of": self.of, "file": self.is_same_file, "run": self.run, "hazard": self.hazard}


@dataclass(frozen=True)
class Row:
    """The last checks of one person at one place with one list, up to this one, and what the others found there."""

    same: int = 0  # in a row with the same answers, this one included
    unbroken: int = 0  # in a row without a problem
    others: int = 0
    others_found: int = 0


@dataclass(frozen=True)
class Facts:
    seconds: int | None = None  # None where nobody measured it
    items: int = 0
    usual: int | None = None  # seconds, median of this checklist
    copies: tuple[Copy, ...] = ()
    row: Row = field(default_factory=Row)
    label: str = ""  # "none", or "other": that of another place; empty: its own, or it has none


def judge(facts: Facts) -> tuple[int, list[dict[str, Any]]]:
    """Pure: the score and its reasons, each a code with its numbers."""
    doubts = [doubt for doubt in (_copied(facts), _fast(facts), _same(facts), _label(facts)) if doubt]
    return max(0, FULL - sum(doubt["off"] for doubt in doubts)), doubts


def _copied(facts: Facts) -> dict[str, Any] | None:
    copies = [copy.as_json() for copy in facts.copies]
    return {"code": "copied_photo", "off": COPIED_PHOTO, "copies": copies} if copies else None


def _fast(facts: Facts) -> dict[str, Any] | None:
    if facts.seconds is None:
        return None
    least = facts.items * SECONDS_PER_ITEM
    if facts.usual is not None:
        least = max(least, facts.usual * SHARE_OF_USUAL)
    if facts.seconds >= least:
        return None
    return {
        "code": "too_fast",
        "off": TOO_FAST,
        "seconds": facts.seconds,
        "items": facts.items,
        "usual": facts.usual,
    }


def _same(facts: Facts) -> dict[str, Any] | None:
    row = facts.row
    if row.same < IN_A_ROW or not row.others_found or row.others < IN_A_ROW:
        return None
    share = row.others_found / row.others
    if (1 - share) ** min(row.same, row.unbroken) > LUCK:
        return None
    return {
        "code": "same_answers",
        "off": SAME_ANSWERS,
        "runs": row.same,
        "others": row.others,
        "found": row.others_found,
    }


def _label(facts: Facts) -> dict[str, Any] | None:
    if not facts.label:
        return None
    off = OTHER_LABEL if facts.label == "other" else NO_LABEL
    return {"code": f"{facts.label}_label", "off": off}


def in_words(doubt: dict[str, Any]) -> str:
    """A plain sentence in the reader's language; empty for what is no reason."""
    code = doubt["code"]
    if code == "copied_photo":
        return _copied_in_words(doubt["copies"])
    if code == "too_fast":
        return _fast_in_words(doubt)
    if code == "same_answers":
        text = _(
            "%(runs)d checks in a row with the very same answers; the others found something in %(found)d of %(others)d."
        )
        return text % doubt
    if code == "other_label":
        return _("During it the label of another place was scanned, and never its own.")
    return _("It began without scanning the label.") if code == "none_label" else ""


def _copied_in_words(copies: list[dict[str, Any]]) -> str:
    words = ngettext("%(n)d photo was there before.", "%(n)d photos were there before.", len(copies)) % {
        "n": len(copies)
    }
    if any(copy["file"] for copy in copies):
        return " ".join((words, _("It is the very same file.")))
    return " ".join((words, _("It is the same shot, saved again or cut.")))


def _fast_in_words(doubt: dict[str, Any]) -> str:
    if doubt["usual"]:
        return _("Handed in after %(seconds)d s for %(items)d items; half of all take longer than %(usual)d s.") % doubt
    return _("Handed in after %(seconds)d s for %(items)d items.") % doubt


# Gathering: so many questions for one run as for all runs of a factory


def facts_of(runs: Iterable[int]) -> dict[int, Facts]:
    pks = list(runs)
    times, rows, labels, copies = _times(pks), _rows(pks), _labels(pks), _copies(pks)
    return {
        pk: Facts(*times.get(pk, (None, 0, None)), tuple(copies.get(pk, ())), rows.get(pk, Row()), labels.get(pk, ""))
        for pk in pks
    }


def _ask(question: str, *values: Any) -> list[tuple[Any, ...]]:
    names = {
        "run": Run._meta.db_table,
        "answer": Answer._meta.db_table,
        "photos": Answer.photos.through._meta.db_table,
        "attachment": Attachment._meta.db_table,
        "evidence": Evidence._meta.db_table,
        "label": QRPoint._meta.db_table,
    }
    with connection.cursor() as cursor:
        cursor.execute(question.format(**names), values)
        return cursor.fetchall()


# The phone's two times are of one clock, so their difference holds whatever that clock says. A check that was opened and
# handed in within one request has nothing but the span of its answers, and without that nothing.
_TIMES = """
SELECT run.id,
       coalesce(abs(round(extract(epoch FROM run.phone_submitted_at - run.phone_started_at))),
                nullif(greatest(run.seconds, answers.span), 0)),
       answers.items, usual.seconds
FROM {run} run
JOIN (SELECT run_id, count(*) FILTER (WHERE value <> 'not_in_use') AS items,
             round(extract(epoch FROM max(answered_at) - min(answered_at))) AS span
      FROM {answer} WHERE run_id = ANY(%s) GROUP BY run_id) answers ON answers.run_id = run.id
LEFT JOIN (SELECT checklist_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds
           FROM {run} WHERE seconds > 0 AND checklist_id IN (SELECT checklist_id FROM {run} WHERE id = ANY(%s))
           GROUP BY checklist_id HAVING count(*) >= %s) usual ON usual.checklist_id = run.checklist_id
WHERE run.id = ANY(%s)
"""


def _times(pks: list[int]) -> dict[int, tuple[int | None, int, int | None]]:
    found = _ask(_TIMES, pks, pks, USUAL_FROM, pks)
    return {pk: (_whole(seconds), items, _whole(usual)) for pk, seconds, items, usual in found}


def _whole(number: Any) -> int | None:
    return None if number is None else round(number)


# Islands: answers count as the same while the words, ticks and numbers of the one before are repeated.
_ROWS = """
WITH wanted AS (
  SELECT DISTINCT inspector_id, checklist_id, area_id, coalesce(equipment_id, 0) AS machine FROM {run} WHERE id = ANY(%s)
), given AS (
  SELECT run.id, run.inspector_id AS who, run.checklist_id AS list, run.area_id AS area,
         coalesce(run.equipment_id, 0) AS machine, run.submitted_at AS at, run.result = 'fail' AS found
  FROM {run} run
  WHERE run.status = 'done'
    AND (run.checklist_id, run.area_id, coalesce(run.equipment_id, 0)) IN (SELECT checklist_id, area_id, machine FROM wanted)
), said AS (
  SELECT answer.run_id, md5(string_agg(concat_ws(':', answer.item_id, answer.value, answer.number, answer.text), '|'
                                       ORDER BY answer.item_id)) AS words
  FROM {answer} answer JOIN given ON given.id = answer.run_id
  WHERE (given.who, given.list, given.area, given.machine) IN (SELECT * FROM wanted)
  GROUP BY answer.run_id
), told AS (
  SELECT given.*, said.words, row_number() OVER mine AS nth,
         row_number() OVER mine - row_number() OVER (PARTITION BY who, list, area, machine, words ORDER BY at, id) AS island,
         count(*) FILTER (WHERE found) OVER mine AS problems
  FROM given JOIN said ON said.run_id = given.id
  WINDOW mine AS (PARTITION BY who, list, area, machine ORDER BY at, id)
), rows AS (
  SELECT told.*, row_number() OVER (PARTITION BY who, list, area, machine, words, island ORDER BY at, id) AS same,
         row_number() OVER (PARTITION BY who, list, area, machine, problems ORDER BY at, id) AS unbroken
  FROM told
), everybody AS (
  SELECT list, area, machine, count(*) AS runs, count(*) FILTER (WHERE found) AS found FROM given GROUP BY list, area, machine
), own AS (
  SELECT who, list, area, machine, count(*) AS runs, count(*) FILTER (WHERE found) AS found FROM given
  GROUP BY who, list, area, machine
)
SELECT rows.id, rows.same, rows.unbroken, everybody.runs - own.runs, everybody.found - own.found
FROM rows
JOIN everybody USING (list, area, machine)
JOIN own USING (who, list, area, machine)
WHERE rows.id = ANY(%s)
"""


def _rows(pks: list[int]) -> dict[int, Row]:
    return {pk: Row(*numbers) for pk, *numbers in _ask(_ROWS, pks, pks)}


_LABELS = """
SELECT run.id, CASE WHEN run.other_label_id IS NULL THEN 'none' ELSE 'other' END
FROM {run} run
WHERE run.id = ANY(%s) AND run.scanned_id IS NULL
  AND EXISTS (SELECT 1 FROM {label} label WHERE label.revoked_at IS NULL
              AND (label.equipment_id = run.equipment_id OR (run.equipment_id IS NULL AND label.area_id = run.area_id)))
"""


def _labels(pks: list[int]) -> dict[int, str]:
    return dict(_ask(_LABELS, pks))


# Photos of these runs beside each earlier photo that proves something and has nearly the same hash, the nearest first;
# once for each that it proves.
_ALIKE = """
WITH mine AS (
  SELECT DISTINCT ON (photo.id) photo.id, photo.sha256, photo.phash, photo.received_at, answer.run_id
  FROM {answer} answer
  JOIN {photos} link ON link.answer_id = answer.id
  JOIN {attachment} photo ON photo.id = link.attachment_id
  WHERE answer.run_id = ANY(%s)
), proof AS (
  SELECT link.attachment_id, answer.run_id, NULL::bigint AS hazard_id
  FROM {photos} link JOIN {answer} answer ON answer.id = link.answer_id
  UNION ALL
  SELECT attachment_id, NULL, hazard_id FROM {evidence}
), alike AS (
  SELECT mine.id, mine.run_id, other.id AS of, other.sha256 = mine.sha256 AS is_same_file,
         bit_count((mine.phash # other.phash)::bit(64)) AS bits, other.received_at
  FROM mine JOIN {attachment} other
    ON (other.received_at, other.id) < (mine.received_at, mine.id)
   AND (other.sha256 = mine.sha256 OR bit_count((mine.phash # other.phash)::bit(64)) <= %s)
), ranked AS (
  SELECT alike.*, proof.run_id AS of_run, proof.hazard_id AS of_hazard,
         dense_rank() OVER (PARTITION BY alike.id ORDER BY is_same_file DESC, bits, alike.received_at DESC, alike.of)
           AS place
  FROM alike JOIN proof ON proof.attachment_id = alike.of
)
SELECT run_id, id, of, is_same_file, of_run, of_hazard FROM ranked WHERE place <= %s ORDER BY run_id, id, place, of_run
"""


def _copies(pks: list[int]) -> dict[int, list[Copy]]:
    """One for each photo of the runs that was there before."""
    read_missing_hashes(pks)
    found: dict[tuple[int, UUID], dict[UUID, Near]] = defaultdict(dict)
    for run, photo, *other in _ask(_ALIKE, pks, likeness.ALIKE_BITS, COMPARED):
        found[run, photo].setdefault(other[0], Near(*other))
    near = {of_run: list(others.values()) for of_run, others in found.items()}
    look = _looks(near)
    copies: dict[int, list[Copy]] = defaultdict(list)
    for (run, photo), others in near.items():
        if one := _same_shot(photo, others, look):
            copies[run].append(Copy(str(photo), str(one.of), one.is_same_file, one.run, one.hazard))
    return copies


class Near(NamedTuple):
    """An earlier photo with nearly the same hash, and what it proves."""

    of: UUID
    is_same_file: bool
    run: int | None
    hazard: int | None


Looks = Callable[[UUID], likeness.Look | None]


def _looks(near: dict[tuple[int, UUID], list[Near]]) -> Looks:
    """Reads a photo when it is first looked at; all their rows in one question."""
    wanted = {photo for (_run, photo), others in near.items() if not others[0].is_same_file}
    wanted |= {other.of for others in near.values() if not others[0].is_same_file for other in others}
    photos = Attachment.objects.in_bulk(wanted)
    return lru_cache(maxsize=2000)(lambda pk: likeness.look_of(_content(photos[pk])))


def _same_shot(photo: UUID, others: list[Near], look: Looks) -> Near | None:
    if others[0].is_same_file:
        return others[0]
    mine = look(photo)
    readable = [(other, theirs) for other in others if (theirs := look(other.of)) is not None]
    if mine is None or not readable:
        return None
    found = likeness.closest(mine, [theirs for _other, theirs in readable])
    return readable[found[0]][0] if found and found[1] <= likeness.SAME_SHOT else None


def _content(photo: Attachment) -> bytes:
    """Empty where the file is gone: what cannot be looked at cannot be doubted."""
    try:
        with photo.original.open() as file:
            return bytes(file.read())
    except OSError:
        return b""


def read_missing_hashes(pks: list[int]) -> None:
    """Photos that came in before they were hashed on arrival."""
    links = Answer.photos.through.objects.filter(answer__run__in=pks).values("attachment_id")
    for photo in Attachment.objects.filter(pk__in=links, phash=None, width__isnull=False):
        Attachment.objects.filter(pk=photo.pk).update(phash=likeness.phash_of(_content(photo)))
