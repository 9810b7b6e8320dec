"""What a factory pays: by how many people work there, whoever of them uses it. Frontline and partners cost nothing more."""

from typing import NamedTuple


class Band(NamedTuple):
    """code: as a sign-up keeps it. most: people, nobody's limit where 0. yuan: a year, 0 where it is agreed upon."""

    code: str
    most: int
    yuan: int

    @property
    def per_month(self) -> int:
        return self.yuan // 12


BANDS = (
    Band("50", 50, 2400),
    Band("100", 100, 4800),
    Band("300", 300, 9600),
    Band("1000", 1000, 19200),
    Band("more", 0, 0),
)
