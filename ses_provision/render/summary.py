"""Several environments in a few lines, at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from ses_provision.render.message import safe
from ses_provision.render.plan import steps


def summary(reports: Sequence[Mapping[str, Any]]) -> Text:
    """A line for each environment, in the order in which they were worked on."""
    width = max(len(one["environment"]) for one in reports)
    lines = [Text("Summary", style="bold")]
    for one in reports:
        mark, style = sign(one)
        lines.append(
            Text(f"  {mark} {safe(one['environment']):<{width}}  {outcome(one)}", style=style)
        )
    return Text("\n").join([*lines, Text()])


def sign(report: Mapping[str, Any]) -> tuple[str, str]:
    """The sign of a plan's lines, for a whole environment: "=" where all is as it should be."""
    if not report["ok"]:
        return "!", "red"
    if report["plan"]["settled"]:
        return "=", "green"
    return ("+", "green") if report["plan"]["counts"]["create"] else ("~", "yellow")


def outcome(report: Mapping[str, Any]) -> str:
    """What came of one environment."""
    if "error" in report:
        headline, _, _ = report["error"]["message"].partition("\n")
        return f"failed: {safe(headline)}"
    plan = report["plan"]
    counts = plan["counts"]
    if plan["settled"]:
        return f"nothing to do, {counts['unchanged']} unchanged"
    if "applied" in report:
        done = sum(one["done"] for one in report["applied"])
        left = sum(not one["done"] for one in report["applied"])
        return f"{done} changed" + (f", {steps(left)} left alone" if left else "")
    parts = [f"{counts[name]} to {name}" for name in ("create", "update")]
    waiting = sum(one["waiting"] is not None for one in plan["steps"])
    parts += [f"{counts['blocked']} blocked"] if plan["blocked"] else []
    parts += [f"{steps(waiting)} known after apply"] if waiting else []
    return ", ".join(parts)
