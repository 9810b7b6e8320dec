"""An evidence pack with a link for inspectors."""

import io
import json
import zipfile

from core.attachments import keep_file
from core.models import Job
from insight.evidence import INDEX, KIND
from insight.evidence.links import lend_evidence
from people.permissions import Role
from tests.world.base import World


def add_evidence(world: World) -> None:
    officer, content = world.people[Role.SAFETY_OFFICER], io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        file = {"title": f"{world.mark}台账", "name": "hazards.xlsx", "rows": 1}
        archive.writestr(INDEX, json.dumps([{"no": "1", "title": f"{world.mark}第一章", "files": [file]}]))
        archive.writestr("hazards.xlsx", world.mark)
    job = Job.objects.create(
        kind=KIND, payload={"name": f"{world.mark}资料包.zip"}, by=officer, status=Job.Status.DONE,
        result=keep_file(content.getvalue(), name=f"{world.mark}.zip", content_type="application/zip", by=officer),
    )  # fmt: skip
    _link, world.evidence_token = lend_evidence(job, f"{world.mark}王科长", by=officer)
