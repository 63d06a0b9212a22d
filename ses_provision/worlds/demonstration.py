"""The environments that the demo brings, for folders that have none: two accounts, one domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROD = """\
account_id = "111122223333"
region = "us-east-2"
domain = "example.com"
project = "demo"
hipaa = true

[configuration_set]
name = "demo-prod"

[dmarc]
policy = "none"
reports_to = ["ops@example.com"]

[sender]
role = "patient-mailer"
feedback_forwarding = false

[events]
emails = ["ops@example.com"]

[alarms]
topic = "ses-alarms-prod"

[production_access]
website = "https://example.com"
use_case = "Appointment reminders to patients who asked for them; every bounce is suppressed."
"""

STAGING = """\
account_id = "444455556666"
region = "us-east-2"
domain = "dev.example.com"
project = "demo"

[configuration_set]
name = "demo-staging"

[sender]
role = false

[events]
emails = ["ops@example.com"]
"""

FILES = {"prod": PROD, "staging": STAGING}


def write(folder: Path) -> None:
    """Put the files into a folder."""
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
