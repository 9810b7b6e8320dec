"""The only names of channel groups; each begins with its factory's schema."""


def user(schema: str, user_id: int) -> str:
    return f"{schema}.user.{user_id}"
