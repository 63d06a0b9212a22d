"""What the fork server holds ready for command lines: everything imported, AWS's models read."""

from __future__ import annotations

import ses_provision.cli.app
import ses_provision.engine  # noqa: F401 - imported for those who fork
from ses_provision.outside import sessions
from tests.clients import read_models_once

read_models_once()
for service in ("cloudwatch", "iam", "route53", "sesv2", "sns", "sts"):
    sessions.local_session("111122223333").client(service, region_name="us-east-2")
