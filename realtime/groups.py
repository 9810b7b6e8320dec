"""The only names under which pages are reached in Redis; each begins with its factory's schema."""

SCREENS = "screens"
Address = int | str
"""Within a factory: the number of a person, of one screen, or all screens."""


def pages(schema: str) -> str:
    """Where a process that has open pages of this factory listens."""
    return f"{schema}.pages"


def online(schema: str) -> str:
    """Who has a page open."""
    return f"{schema}:online"


def screen(screen_id: int) -> str:
    return f"screen.{screen_id}"
