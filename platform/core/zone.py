from zoneinfo import ZoneInfo

from tenants.current import current_factory


def zone() -> ZoneInfo:
    """The factory's own time zone, in which plans count their days."""
    return ZoneInfo(current_factory().time_zone)
