"""Keys of devices: long enough that nobody guesses them, kept only as a hash."""

import hashlib
import secrets

from sensors.models import Sensor


def new_key() -> str:
    return f"ah_{secrets.token_urlsafe(24)}"


def hash_of(key: str) -> str:
    """Of what cannot be guessed, so it needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def sensor_with(key: str) -> Sensor | None:
    """Found by the hash, so that how long it takes says nothing of a key; a withdrawn one finds nobody."""
    wanted = hash_of(key)
    sensor = Sensor.objects.in_use().filter(key_hash=wanted).first()
    return sensor if sensor and secrets.compare_digest(sensor.key_hash or "", wanted) else None
