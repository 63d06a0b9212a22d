"""How what was seen in a mail is said: each finding with its severity and what to do."""

from __future__ import annotations

from ses_provision.checks.finding import Finding, Severity, Status


def fine(name: str, title: str, evidence: str) -> Finding:
    """It is as it should be."""
    return Finding(name, title, Status.DONE, evidence)


def wrong(name: str, title: str, evidence: str, next_step: str) -> Finding:
    """SES or receivers refuse the mail for it, or may."""
    return Finding(name, title, Status.ACTION, evidence, next_step, Severity.BLOCKER)


def advised(
    name: str, title: str, evidence: str, next_step: str, severity: Severity = Severity.ADVICE
) -> Finding:
    """It could be better."""
    return Finding(name, title, Status.ACTION, evidence, next_step, severity)


def not_known(
    name: str, title: str, evidence: str, next_step: str, severity: Severity = Severity.WARNING
) -> Finding:
    """It could not be found out, which is not "fine"."""
    return Finding(name, title, Status.UNKNOWN, evidence, next_step, severity)


def beside_the_point(name: str, title: str, evidence: str) -> Finding:
    """It does not concern this mail."""
    return Finding(name, title, Status.NOT_APPLICABLE, evidence)
