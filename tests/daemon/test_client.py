"""A client that a stock generator writes from /openapi.json creates a campaign and launches it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemon.cast import AGENT, key, write_config
from tests.daemon.desk import sitting_at
from tests.daemon.processes import Forge

pytestmark = pytest.mark.slow

PACKAGE = "dialer_client"
PEOPLE = ["+12025559900", "+12025559905"]
"""One answers; the other's number is none."""

SETTINGS = """
post_hooks: []  # nobody reads it, so nobody need format it
content_type_overrides:
  text/csv: application/octet-stream
  application/x-ndjson: application/octet-stream
  application/jsonl: application/octet-stream
  audio/wav: application/octet-stream
"""


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the client is to be put, so that it can be imported."""
    place = tmp_path / "generated"
    place.mkdir()
    monkeypatch.syspath_prepend(place)
    return place / PACKAGE


def generate(document: object, place: Path) -> None:
    written = place.with_name("openapi.json")
    written.write_text(json.dumps(document), "utf-8")
    settings = place.with_name("settings.yaml")
    settings.write_text(SETTINGS, "utf-8")
    given = {"meta": "none", "path": written, "config": settings, "output-path": place}
    options = [f"--{name}={value}" for name, value in given.items()]
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(120)
def test_a_generated_client_creates_and_launches_a_campaign(
    forge: Forge, tmp_path: Path, generated: Path
) -> None:
    config = write_config(tmp_path, None)
    with forge.daemon(config) as daemon:
        url = daemon.url()
        with sitting_at(url) as desk:
            generate(desk.get("/openapi.json").body, generated)
        root = importlib.import_module(PACKAGE)
        models = importlib.import_module(f"{PACKAGE}.models")
        ask = importlib.import_module(f"{PACKAGE}.api.campaigns")
        for operation in ("create_campaign", "launch_campaign", "get_campaign", "get_campaign_contacts"):
            importlib.import_module(f"{ask.__name__}.{operation}")
        body = models.CreateBody(name="Generated", agent_id=AGENT, type_="voice", contacts=PEOPLE)

        with root.AuthenticatedClient(base_url=url, token=key(config)) as client:
            created = ask.create_campaign.sync(client=client, body=body, idempotency_key="order-1")
            again = ask.create_campaign.sync(client=client, body=body, idempotency_key="order-1")
            assert isinstance(created, models.CampaignAnswer)
            assert again == created
            assert created.status is models.CampaignStatus.DRAFT
            assert created.created_at.tzinfo is not None

            launched = ask.launch_campaign.sync(client=client, id=created.id)
            assert launched.status is models.CampaignStatus.RUNNING
            refused = ask.launch_campaign.sync(client=client, id=created.id)
            assert isinstance(refused, models.Problem)

            def is_over() -> bool:
                shown = ask.get_campaign.sync(client=client, id=created.id)
                return bool(shown.status is models.CampaignStatus.COMPLETED)

            daemon.until(is_over)
            page = ask.get_campaign_contacts.sync(client=client, id=created.id)
            outcomes = {contact.phone: contact.outcome for contact in page.contacts}
            assert outcomes == dict(zip(PEOPLE, ["answered", "invalid_number"], strict=True))
