"""A local AWS, useful to anyone who develops against SES: strict, and without Docker.

Needs the extra `ses-provision[local]`.
"""

from ses_provision.local.cloud import LocalAws
from ses_provision.local.contract import Clock
from ses_provision.local.knobs import Fault, FaultKind, Knobs

__all__ = ["Clock", "Fault", "FaultKind", "Knobs", "LocalAws"]
