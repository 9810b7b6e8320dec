"""Readings by MQTT, from a broker of one's own: the topic says which factory and sensor, the key in each message whether it is so.

A message is acknowledged when it is committed, or refused for good. Where the database is away it is not, and the
broker brings it again: what comes twice changes nothing.
"""

import logging
import re
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils.translation import gettext as _
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from redis.exceptions import RedisError

from core.errors import DomainError, Refusal
from sensors.actions.readings import Taken
from sensors.door import UnknownKey, hand_in, let_in
from sensors.payload import MOST_BYTES, read
from tenants import provisioning
from tenants.current import in_factory
from tenants.fleet import is_held
from tenants.models import Factory

log = logging.getLogger(__name__)
TOPICS = "anhuan/+/+/readings"
_TOPIC = re.compile(r"anhuan/([a-z0-9-]{1,63})/([A-Za-z0-9_-]{1,40})/readings")
_AWAY = (OperationalError, InterfaceError, RedisError)
PAUSE = 1.0


def take(topic: str, payload: bytes) -> Taken:
    """One message: {"key", "at", "value"} or {"key", "readings": […]}."""
    parts = _TOPIC.fullmatch(topic)
    if parts is None:
        raise DomainError(_("Publish to anhuan/factory/sensor/readings."))
    if len(payload) > MOST_BYTES:
        raise DomainError(
            _("At most %(most)d KB at once. Send the rest in another batch.") % {"most": MOST_BYTES // 1024}
        )
    said, unknown = (
        read(payload),
        UnknownKey(_("This key belongs to no sensor here. Give the device the key of its sensor.")),
    )
    try:
        factory = provisioning.find(parts[1])
    except Factory.DoesNotExist:
        raise unknown from None
    if is_held(factory):
        raise DomainError(_("This factory is being upgraded."))
    with in_factory(factory):
        sensor = let_in(said.get("key") if isinstance(said, dict) else None)
        if sensor.code != parts[2]:
            raise unknown
        return hand_in(sensor, said)


@dataclass
class Listener:
    """Listens to one broker until it is stopped."""

    url: str
    client_id: str
    is_stopped: bool = False

    def __post_init__(self) -> None:
        # Under one name, so that the broker keeps what comes while nobody listens.
        self.client = Client(
            CallbackAPIVersion.VERSION2, self.client_id, clean_session=False, manual_ack=True, reconnect_on_failure=True
        )
        address = urlsplit(self.url)
        if address.username:
            self.client.username_pw_set(unquote(address.username), unquote(address.password or ""))
        if address.scheme == "mqtts":
            self.client.tls_set_context(ssl.create_default_context())
        self.client.reconnect_delay_set(1, 30)
        self.client.on_connect = self._subscribe
        self.client.on_message = self._receive

    def listen(self) -> None:
        address = urlsplit(self.url)
        port = address.port or (8883 if address.scheme == "mqtts" else 1883)
        while not self.is_stopped:
            try:
                self.client.connect(address.hostname or "", port)
                self.client.loop_forever()
            except OSError as error:
                log.warning("the broker does not answer (%s)", error)
            if not self.is_stopped:
                time.sleep(PAUSE)

    def stop(self) -> None:
        self.is_stopped = True
        self.client.disconnect()

    def _subscribe(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refuses us: %s", reason)
            return
        client.subscribe(TOPICS, qos=1)
        log.info("listening to %s", TOPICS)

    def _receive(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        close_old_connections()
        try:
            take(message.topic, bytes(message.payload))
        except _AWAY as error:
            log.warning("not taken yet, it comes again (%s)", type(error).__name__)
            client.disconnect()
            return
        except Refusal as refusal:
            log.warning("%s: %s", message.topic, refusal.message)
        except Exception:  # one odd message must not keep those of everybody else away
            log.exception("%s was not understood", message.topic)
        finally:
            close_old_connections()
        client.ack(message.mid, message.qos)
