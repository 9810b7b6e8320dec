"""What is made so far."""

from dataclasses import dataclass, field

from core.models import Attachment, Job
from facilities.models import QRPoint, Shift
from hazards.models import Hazard, Invitation
from incidents.models import Incident
from inspections.models import Checklist, Pause, Run
from partners.models import Company
from people.models import User
from risks.models import Risk
from sensors.models import Sensor
from sharing.models import Template
from training.models import Certificate, Course, Exam, Lesson, TrainingSession


@dataclass
class World:
    mark: str
    people: dict[str, User] = field(default_factory=dict)
    photo: Attachment | None = None
    sticker: QRPoint | None = None
    hazard: Hazard | None = None
    run: Run | None = None
    draft: Checklist | None = None
    pause: Pause | None = None
    shift: Shift | None = None
    job: Job | None = None
    invitation: Invitation | None = None
    screen_token: str = ""
    kiosk_token: str = ""
    evidence_token: str = ""
    sensor: Sensor | None = None
    risk: Risk | None = None
    incident: Incident | None = None
    sensor_key: str = ""
    course: Course | None = None
    exam: Exam | None = None
    lesson: Lesson | None = None
    certificate: Certificate | None = None
    session: TrainingSession | None = None
    template: Template | None = None
    companies: list[Company] = field(default_factory=list)
    contractors: list[Company] = field(default_factory=list)

    def words(self, text: str) -> dict[str, str]:
        return {"zh": f"{self.mark}{text}", "en": f"{self.mark}{text}"}
