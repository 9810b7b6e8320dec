from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    done: int
    of: int

    @property
    def percent(self) -> float | None:
        """None where there was nothing to do: no figure is better than a false 100 %."""
        return round(100 * self.done / self.of, 1) if self.of else None
