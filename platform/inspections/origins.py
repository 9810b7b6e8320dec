from hazards.origins import tells_origin
from inspections.models import Answer, Frequency


@tells_origin
def kinds_of_check(hazards: list[int]) -> dict[int, str]:
    """How often the checklist is done by which each was found; of two answers that found the same, the first."""
    words = {value: str(label) for value, label in Frequency.choices}
    rows = Answer.objects.filter(hazard__in=hazards).order_by("-pk").values_list("hazard", "run__checklist__frequency")
    return {hazard: words.get(kind, kind) for hazard, kind in rows}
