"""How often a robot may be used: its vendors take 20 messages in any minute, and silence it for long where it gets more.

Half of them may go at once, the other half comes back over the minute: so no minute whatever sees more than all of them.
A few are left for what is urgent.
"""

from datetime import datetime, timedelta

from notifications.models import Robot

PER_MINUTE = 20
AT_ONCE = PER_MINUTE / 2
_EVERY = timedelta(minutes=1) / (PER_MINUTE - AT_ONCE)
KEPT_FOR_URGENT = 3


def take(robot: Robot, now: datetime, *, is_urgent: bool) -> datetime | None:
    """Takes one and saves, where there is one; else the moment at which there will be. The caller holds the row's lock."""
    moment = free_at(robot, now, is_urgent=is_urgent)
    if moment > now:
        return moment
    robot.tokens -= 1
    robot.save(update_fields=["tokens", "refilled_at"])
    return None


def free_at(robot: Robot, now: datetime, *, is_urgent: bool) -> datetime:
    refilled_at = _refill(robot, now)
    needed = 1 if is_urgent else 1 + KEPT_FOR_URGENT
    return refilled_at + _EVERY * max(0.0, needed - robot.tokens)


def _refill(robot: Robot, now: datetime) -> datetime:
    """Nothing comes back while the robot rests, which is when it was last refilled in the future."""
    if robot.refilled_at is None:
        robot.tokens, robot.refilled_at = AT_ONCE, now
    if robot.refilled_at < now:
        robot.tokens = min(AT_ONCE, robot.tokens + (now - robot.refilled_at) / _EVERY)
        robot.refilled_at = now
    return robot.refilled_at


def rest(robot: Robot, until: datetime) -> None:
    """Its gateway wants to be left alone, or is not there."""
    _refill(robot, until)
    robot.save(update_fields=["tokens", "refilled_at"])
