"""The only names under which pages are reached in Redis; each begins with its factory's schema."""

SCREENS = "screens"
BARE_HOST = "public"
"""In the place of a factory's schema: who has none yet."""
Address = str
"""Within a factory: the number of a person, one screen, or all screens."""


def pages(schema: str) -> str:
    """Where a process that has open pages of this factory listens."""
    return f"{schema}.pages"


def online(schema: str) -> str:
    """Who has a page open."""
    return f"{schema}:online"


def person(user_id: int) -> Address:
    return str(user_id)


def visitor(sign_up: int) -> Address:
    """At the bare host: whose factory is being opened."""
    return f"visitor.{sign_up}"


def screen(screen_id: int) -> Address:
    return f"screen.{screen_id}"
