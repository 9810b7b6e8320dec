"""A table of steps as people read it: rows of who does what, and a drawing of the statuses and the ways between them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.workflow import Step, Workflow
from people.permissions import PERMISSIONS, Role

# Measures of the drawing in its own units: boxes in one column, ways back at its left, leaps and exits at its right.
WIDTH, BOX, TALL, PITCH, TOP = 1050, 230, 56, 100, 8
LEFT, RIGHT, LEAP, EXIT, ASIDE = 250, 480, 650, 750, 900
BACK, LANE = 80, 26


@dataclass(frozen=True)
class Row:
    """One line of the table: who takes the step, from where to where, when it is this one, and what it asks for."""

    label: str | Promise
    who: list[str]
    sources: list[str]
    target: str
    condition: str | Promise
    needs: list[str]


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    text: str
    kind: str

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + TALL // 2 + 5


@dataclass(frozen=True)
class Label:
    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass
class Drawing:
    name: str
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    brackets: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    width: int = WIDTH


def rows(workflow: Workflow, statuses: Any) -> list[Row]:
    return [
        Row(
            step.label,
            who(step),
            [str(statuses(source).label) for source in step.source],
            str(statuses(step.target).label),
            step.condition,
            [str(need) for need in (_("a reason") if step.needs_note else "", step.needs) if need],
        )
        for step in workflow.steps
    ]


def who(step: Step) -> list[str]:
    """A condition on the person goes before the role: the one it is assigned to, whatever the role."""
    if not step.permission:
        return [_("the clock")]
    if step.only:
        return [_("the one it is assigned to")]
    return [str(role.label) for role in Role if role in PERMISSIONS[step.permission]]


def draw(workflow: Workflow, statuses: Any, name: str) -> Drawing:
    """Statuses that a hazard is set aside to stand at the right; a bracket there holds those that the way leads from."""
    drawing = Drawing(name)
    aside = _aside(workflow)
    column = [status for status in statuses if status not in aside]
    y = {status: TOP + PITCH * number for number, status in enumerate(column)}
    ends = {status for status in statuses if not any(status in step.source for step in workflow.steps)}
    drawing.height = TOP + PITCH * len(column) - (PITCH - TALL) + 8
    drawing.boxes = [Box(LEFT, y[s], BOX, str(s.label), "end" if s in ends else "") for s in column]
    groups = _groups(workflow)
    _draw_ways(drawing, [group for group in groups if group[0] not in aside], y)
    _draw_exits(drawing, [group for group in groups if group[0] in aside], y, statuses)
    return drawing


def _aside(workflow: Workflow) -> set[str]:
    """Ends that are reached only with a reason."""
    sources = {source for step in workflow.steps for source in step.source}
    reasons: dict[str, list[bool]] = defaultdict(list)
    for step in workflow.steps:
        reasons[step.target].append(step.needs_note)
    return {target for target, needed in reasons.items() if target not in sources and all(needed)}


def _groups(workflow: Workflow) -> list[tuple[str, tuple[str, ...], list[str]]]:
    """Ways to one status: those of one name are one way from several, those from the same ones bear several names."""
    sources: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in workflow.steps:
        found = sources[step.target, str(step.label)]
        found += [source for source in step.source if source != step.target and source not in found]
    labels: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (target, label), found in sources.items():
        labels[target, tuple(found)].append(label)
    return [(target, found, names) for (target, found), names in labels.items()]


def _draw_ways(drawing: Drawing, groups: Sequence[tuple], y: dict[str, int]) -> None:
    out: dict[str, int] = defaultdict(int)
    lanes = {"left": 0, "right": 0}
    for target, sources, labels in groups:
        leaps = [source for source in sources if y[target] - y[source] > PITCH]
        back = [source for source in sources if y[source] > y[target]]
        for source in sources:
            if y[target] - y[source] == PITCH:
                drawing.ways.append(f"M{LEFT + BOX // 2} {y[source] + TALL}V{y[target]}")
                drawing.labels.append(Label(LEFT + BOX // 2 + 10, y[source] + TALL + 26, " / ".join(labels)))
        if leaps:
            _draw_leaps(drawing, leaps, y, target, labels, LEAP + LANE * lanes["right"], out)
            lanes["right"] += 1
        if back:
            lane = BACK - LANE * lanes["left"]
            lanes["left"] += 1
            drawing.ways += [f"M{LEFT} {y[source] + 44}H{lane}V{y[target] + 22}H{LEFT}" for source in back]
            drawing.labels += [
                Label(LEFT - 10, y[target] + 16 - 16 * n, label, "end") for n, label in enumerate(reversed(labels))
            ]


def _draw_leaps(
    drawing: Drawing,
    leaps: list[str],
    y: dict[str, int],
    target: str,
    labels: list[str],
    lane: int,
    out: dict[str, int],
) -> None:
    """Ways past the next box, in a lane of their own; the second way out of a box leaves above the first."""
    for source in leaps:
        line = y[source] + 48 - 18 * out[source]
        out[source] += 1
        drawing.ways.append(f"M{RIGHT} {line}H{lane}V{y[target] + 8}H{RIGHT}")
        drawing.labels.append(Label(RIGHT + 8, line - 5, " / ".join(labels)))


def _draw_exits(drawing: Drawing, groups: Sequence[tuple], y: dict[str, int], statuses: Any) -> None:
    """Short brackets stand right of long ones, so that no way crosses a bracket."""
    spans: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    for target, sources, labels in groups:
        spans[min(y[s] for s in sources), max(y[s] for s in sources) + TALL].append((target, labels))
    free = 0
    for number, ((top, bottom), targets) in enumerate(sorted(spans.items(), key=lambda item: item[0][1] - item[0][0])):
        x = EXIT - LANE * number
        drawing.brackets.append(f"M{x - 8} {top}H{x}V{bottom}H{x - 8}")
        first = max(free, (top + bottom) // 2 - (len(targets) - 1) * PITCH // 2)
        for place, (target, labels) in enumerate(targets):
            line = first + PITCH * place
            free = line + PITCH
            drawing.ways.append(f"M{x} {line}H{ASIDE}")
            drawing.labels.append(Label(x + 10, line - 6, " / ".join(labels)))
            drawing.boxes.append(Box(ASIDE, line - TALL // 2, WIDTH - ASIDE - 4, str(statuses(target).label), "aside"))
