from typing import Any

from core.exports import cover as shared
from inspections.archive import Filter, choices, facts


def cover(chosen: Filter, by: Any) -> shared.Cover:
    return shared.cover(facts(chosen, choices()), by)
