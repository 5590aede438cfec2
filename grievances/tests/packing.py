"""A case with a history and documents, and its case file opened, for the tests of packets."""

import importlib.util
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from grievances import packet, services
from grievances.factories import case
from grievances.models import Grievance
from grievances.services.ending import Told
from ip2a.attachments.services import attach
from ip2a.models import Attachment, Job

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "verify_packet.py"


def verifier() -> Any:
    spec = importlib.util.spec_from_file_location("verify_packet", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def paper(name: str = "letter.txt", content: bytes = b"") -> ContentFile:
    return ContentFile(content or f"This is {name}.\n".encode(), name)


def told_case(rep: Any, **facts: Any) -> Grievance:
    """Filed, received, met, denied, corrected, extended, asked for information, advanced, decided and withdrawn."""
    grievance = case(by=rep, remedy_sought="Pay for eight hours.", contract_article="Art. 12 §3", **facts)
    services.serve(grievance, on=date(2026, 3, 4), by=rep, paper=paper("proof of service.txt"))
    wrong = grievance.events.get(kind="served")
    services.correct(wrong, on=date(2026, 3, 5), by=rep, reason="Stamped a day later")
    services.hold_meeting(
        grievance,
        on=date(2026, 3, 9),
        by=rep,
        union_attendees="A. Kline",
        employer_attendees="P. Moss",
        notes="Shouted.",
    )
    services.receive_answer(grievance, on=date(2026, 3, 12), by=rep, is_denied=True, text="No overtime was due.")
    appeal = grievance.deadlines.running().get(limit_key="step-2-appeal")
    services.extend(appeal, on=date(2026, 3, 13), by=rep, agreed_by="Pat Moss", until=date(2026, 4, 9))
    asked = services.ask(grievance, direction="ours", what="Overtime list", on=date(2026, 3, 13), by=rep)
    services.turn(asked, kind="refused", on=date(2026, 3, 20), by=rep, text="Too much work.")
    services.advance(grievance, to=2, on=date(2026, 4, 8), by=rep, reason="We think we win on seniority.")
    decision = services.decide(
        grievance, kind="not_arbitrate", reason="The list does not help us.", on=date(2026, 4, 20), by=rep
    )
    services.tell(
        decision, on=date(2026, 4, 21), how="certified", by=rep, whom="Rosa", paper=paper("notice.txt"), note="Was sad."
    )
    told = Told(on=date(2026, 4, 22), how="phone", whom="Rosa")
    services.withdraw(grievance, on=date(2026, 4, 23), by=rep, reason="Nothing left to win.", told=told)
    grievance.refresh_from_db()
    return grievance


def add(grievance: Any, rep: Any, name: str, content: bytes) -> Attachment:
    return attach(grievance, ContentFile(content, name), by=rep, category="grievance_doc")


def built(grievance: Grievance, rep: Any, purpose: str = "fair_representation", internal: bool = False) -> Job:
    """Tasks run at once in tests, after the commit that the caller executes."""
    return packet.start(grievance, purpose=purpose, internal=internal, by=rep)


def kept(grievance: Grievance) -> Attachment:
    return Attachment.objects.of(grievance).get(media_type="application/zip")


def content_of(row: Attachment) -> bytes:
    with default_storage.open(row.path) as file:
        return file.read()


def opened(row: Attachment) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content_of(row)))


def manifest_of(row: Attachment) -> dict[str, Any]:
    return json.loads(opened(row).read("manifest.json"))
