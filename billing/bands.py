"""What a factory pays: by how many people work there, whoever of them uses it. Frontline and partners cost nothing more."""

from typing import NamedTuple

from django.utils.translation import gettext as _

YEAR, MONTH = 12, 1


class Band(NamedTuple):
    """code: as a sign-up keeps it. From so many people to so many, without an end where 0. yuan: a year, 0 by agreement."""

    code: str
    least: int
    most: int
    yuan: int

    @property
    def per_month(self) -> int:
        return self.yuan // 12

    @property
    def words(self) -> str:
        if not self.most:
            return _("more than %(n)d people") % {"n": self.least - 1}
        return _("up to %(n)d people") % {"n": self.most} if self.least == 1 else f"{self.least}–{self.most}"

    def fen(self, months: int) -> int:
        """In the currency's smallest unit; a year costs as much as twelve months."""
        return self.yuan * 100 * months // 12


BANDS = (
    Band("50", 1, 50, 2400),
    Band("100", 51, 100, 4800),
    Band("300", 101, 300, 9600),
    Band("1000", 301, 1000, 19200),
    Band("more", 1001, 0, 0),
)
PRICED = tuple(band for band in BANDS if band.yuan)


def band_of(code: str) -> Band:
    return next(band for band in BANDS if band.code == code)
