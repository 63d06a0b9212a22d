"""One environment's whole life on the local AWS, with all that was seen on the way.

The laws look at what is recorded here, so that a life is lived once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ses_provision.environment import Environment, loading
from ses_provision.steps import STEPS
from tests.laws import mutations, surroundings
from tests.laws.environments import Row
from tests.laws.mutations import Mutation
from tests.laws.world import Bench, Ran, zone_account

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True)
class Mended:
    """A round of changes behind its back: what the plan showed, and what the next apply did."""

    mutations: tuple[Mutation, ...]
    planned: Ran
    applied: Ran
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Life:
    """What was seen of one row."""

    row: Row
    bench: Bench
    env: Environment
    others: list[Environment]
    looks: dict[str, list[Ran]] = field(default_factory=dict)
    """What the reading commands said, by the state in which they were run."""
    ran: dict[str, Ran] = field(default_factory=dict)
    """The other commands, by what they were run for."""
    snapshots: dict[str, dict[str, Any]] = field(default_factory=dict)
    rounds: list[Mended] = field(default_factory=list)
    losses: dict[str, tuple[Ran, Ran]] = field(default_factory=dict)
    """What was lost, how apply made it anew, and the plan after that."""
    thorough: bool = False
    """Whether all is done of which a thinned-out life does a part."""
    plans_of_others: dict[str, list[Ran]] = field(default_factory=dict)

    @property
    def every(self) -> list[Ran]:
        """Every command line of this life."""
        return [
            *(ran for looks in self.looks.values() for ran in looks),
            *self.ran.values(),
            *(ran for each in self.rounds for ran in (each.planned, each.applied)),
            *(ran for both in self.losses.values() for ran in both),
            *(ran for plans in self.plans_of_others.values() for ran in plans),
        ]

    @property
    def accounts(self) -> set[str]:
        """Every account that an environment of the folder touches."""
        every = [self.env, *self.others]
        return {env.account_id for env in every} | {zone_account(env) for env in every}

    def run(self, name: str, *arguments: str) -> Ran:
        """Run a command on the environment, and keep what it said."""
        self.ran[name] = self.bench.run(*arguments, "--env", "prod")
        return self.ran[name]

    def look(self, state: str, form: str) -> None:
        """Run every reading command, for people or as JSON; both where the life is thorough."""
        self.looks[state] = [
            self.bench.run(*command, "--env", "prod", *filter(None, [chosen]))
            for command in READING
            for chosen in ((JSON, TEXT) if self.thorough else (form,))
        ]

    def photograph(self, name: str) -> dict[str, Any]:
        """Keep all that the accounts have."""
        self.snapshots[name] = self.bench.snapshot(self.accounts)
        return self.snapshots[name]


READING = (
    ("plan",),
    ("dkim-status",),
    ("checklist",),
    ("status",),
    ("whoami",),
    ("outputs",),
    ("dns",),
    ("dns", "--check"),
)
JSON, TEXT = "--json", ""
ROUNDS = 2
"""Rounds of changes behind its back in one life; all of them where the table is swept."""


def live(row: Row, folder: Path, *, turn: int, sweep: bool = False) -> Life:
    """Live the life of a row."""
    bench = Bench(folder)
    for surround in row.around:
        surround(bench)
    environments = bench.write(row.files)
    env = next(one for one in environments if one.name == "prod")
    others = [one for one in environments if one.name != "prod"]
    life = Life(row, bench, env, others, thorough=sweep or turn % 4 == 1)
    surroundings.seed(bench, environments)
    surroundings.neighbours(bench, environments)
    without_aws(life, turn)
    birth(life)
    growing(life)
    drifting(life, turn, sweep=sweep)
    work(life)
    death(life)
    return life


def without_aws(life: Life, turn: int) -> None:
    """What is said without asking AWS."""
    life.ran["validate"] = life.bench.run("validate", "--json")
    for name, chosen in (("permissions", []), ("permissions to read", ["--read-only"])):
        life.run(name, "permissions", "--json", *chosen)
    life.run("estimate", "estimate", "--json")
    for number, step in enumerate(STEPS):
        life.run(f"explain {step.id}", "explain", step.id, "--json")
        if life.thorough or number % 4 == turn % 4:
            life.run(f"explain {step.id} as text", "explain", step.id)


def birth(life: Life) -> None:
    """Others first, then the first apply, and a second one."""
    later = [one for one in life.others if loading.deployment_order(one) > order(life.env)]
    for other in life.others:
        if other not in later:
            apply_other(life, other)
    life.bench.local.confirm_subscriptions()
    life.photograph("theirs")
    life.look("before apply", JSON)
    life.run("export before apply", "export", "--json")
    life.run("apply", "apply", "--yes", "--json")
    publish(life)
    life.run("apply again", "apply", "--yes")
    life.run("plan", "plan", "--json")
    life.run("plan in detail", "plan", "--detailed-exitcode")
    for other in later:
        apply_other(life, other)


def order(env: Environment) -> Any:
    """Where an environment comes in a run over several."""
    return loading.deployment_order(env)


def apply_other(life: Life, other: Environment) -> None:
    """Make another environment of the folder so."""
    name = f"apply {other.name}"
    life.ran[name] = life.bench.run("apply", "--yes", "--env", other.name)
    for record in records(life.bench, other):
        life.bench.local.declare_dns(record["name"], record["type"], [record["value"]])


def publish(life: Life) -> None:
    """Publish the records where DNS is elsewhere, as a person does in a panel."""
    for record in records(life.bench, life.env):
        life.bench.local.declare_dns(record["name"], record["type"], [record["value"]])


def records(bench: Bench, env: Environment) -> list[dict[str, Any]]:
    """The records that a person has to publish."""
    if not env.dns.is_by_hand:
        return []
    found: list[dict[str, Any]] = bench.run("dns", "--env", env.name, "--json").report["records"]
    return found


def growing(life: Life) -> None:
    """What is seen after apply, and after SES and the people have confirmed."""
    life.look("after apply", TEXT)
    life.run("waited", "dkim-status", "--wait", "--json")
    life.bench.local.confirm_subscriptions()
    life.bench.local.clock.advance(HOUR)
    if life.env.configuration_set.tracking_domain or life.env.receiving:
        life.run("apply once verified", "apply", "--yes")
        publish(life)
        life.run("plan", "plan", "--json")
    if life.env.pools or life.env.configuration_set.pool:
        life.run("ips", "ips", "--json")
    if life.env.tenants:
        life.run("tenants", "tenants", "status", "--json")
    life.look("after verification", JSON)
    of_an_archive = ("redshift-sql",) if life.env.archive else ()
    for form in ("terraform", "cloudformation", "grafana", *of_an_archive):
        life.run(form, "export", "--format", form, "--json")
    life.run("export as text", "export")
    life.plans_of_others["after verification"] = plans(life)


def plans(life: Life) -> list[Ran]:
    """The plans of the other environments."""
    return [
        life.bench.run("plan", "--env", other.name, "--detailed-exitcode") for other in life.others
    ]


def changes(life: Life) -> list[dict[str, Any]]:
    """Every resource of the environment as the last plan has it, with its step."""
    document = life.ran["plan"].json["environments"][0]["plan"]
    return [
        {"step": step["id"], **change} for step in document["steps"] for change in step["changes"]
    ]


def drifting(life: Life, turn: int, *, sweep: bool) -> None:
    """Let somebody change things and lose things, and apply."""
    standing = changes(life)
    made = (
        mutations.single(life.bench, life.env, standing)
        if sweep
        else mutations.rounds(life.bench, life.env, standing, limit=ROUNDS, turn=turn)
    )
    life.photograph("settled")
    for mutated in made:
        mend(life, mutated)
    replicated = any(other.dkim.replica_of == life.env.region for other in life.others)
    lost = list(mutations.losses(life.bench, life.env, replicated=replicated).items())
    for name, lose in lost if sweep else [lost[turn % len(lost)]]:
        lose()
        applied = life.bench.run("apply", "--env", "prod", "--yes")
        publish(life)
        life.losses[name] = (applied, life.bench.run("plan", "--env", "prod", "--json"))
        life.bench.local.confirm_subscriptions()
        surroundings.clear_lost_keys(life.bench, [life.env, *life.others])
    life.bench.local.clock.advance(HOUR)
    life.bench.run("dkim-status", "--env", "prod", "--wait", "--no-dns")


def mend(life: Life, mutated: tuple[Mutation, ...]) -> None:
    """Let somebody change things, and apply."""
    before = life.rounds[-1].after if life.rounds else life.snapshots["settled"]
    for mutation in reversed(mutated):
        # Last first: SES tries a destination when it is changed, so its topic has to be right.
        mutation.make()
    planned = life.bench.run("plan", "--env", "prod", "--json")
    applied = life.bench.run("apply", "--env", "prod", "--yes")
    life.bench.local.confirm_subscriptions()
    after = life.bench.snapshot(life.accounts)
    life.rounds.append(Mended(mutated, planned, applied, before, after))


def send_for_tenants(life: Life) -> None:
    """A mail on behalf of each tenant."""
    for tenant in life.env.tenants:
        life.run(f"send-test {tenant.name}", "send-test", "--tenant", tenant.name, "--json")


def work(life: Life) -> None:
    """What is done to a live account once."""
    life.run("send-test", "send-test", "--json")
    send_for_tenants(life)
    for user in life.env.smtp_users:
        keys(life, user.name, is_kept=user.store != "terminal")
    if life.env.dkim.is_own_key and not life.env.dns.is_by_hand:
        renew(life)
    if life.thorough:
        life.run("drill", "drill", "--yes", "--alarms", "--json")
    if life.env.production_access:
        life.run("request", "request-access", "--submit", "--yes", "--json")
    for name in ("stats", "deliverability", "quota"):
        life.run(name, name, "--json")
    if life.env.archive:
        life.bench.local.clock.advance(1000)
        life.run("query", "query", "daily", "--json")
    if life.env.receiving:
        arrived = life.run("receive-test", "receive-test", "--json").report["receive_test"]
        life.run("inbox", "inbox", "--json")
        life.run("inbox of one", "inbox", arrived["key"], "--json")
    if life.env.events.bridged:
        life.run("events", "events", "tail", "--for", "5s", "--json")
    if life.env.report:
        life.run("report", "report", "--cost", "--send", "--yes", "--json")
    stop(life)
    suppress(life)
    life.run("plan after work", "plan", "--json")


def renew(life: Life) -> None:
    """Another signing key, once more the same command, and what is left of the old one."""
    for name in ("dkim rotate", "dkim rotate again"):
        again = ["--again"] if name == "dkim rotate" else []
        life.run(name, "dkim", "rotate", *again, "--yes", "--json")
    life.run("plan after dkim rotate", "plan", "--json")
    life.bench.local.clock.advance(8 * 24 * HOUR)
    life.run("dkim tidy", "dkim", "tidy", "--yes", "--json")


def stop(life: Life) -> None:
    """Stop the mail of the account and of the set, and let it through again."""
    life.photograph("before the stop")
    life.run("pause the account", "pause", "--account", "--yes", "--json")
    life.run("pause", "pause", "--yes", "--because", "complaints rise")
    life.run("plan while paused", "plan", "--json")
    life.photograph("while paused")
    life.run("resume", "resume", "--yes", "--json")
    life.run("resume the account", "resume", "--account", "--yes")
    for tenant in life.env.tenants:
        named = ("--tenant", tenant.name, "--yes", "--json")
        life.run(f"pause {tenant.name}", "pause", *named)
        life.run(f"plan while {tenant.name} is paused", "plan", "--json")
        life.run(f"resume {tenant.name}", "resume", *named)
    life.photograph("after the stop")


def suppress(life: Life) -> None:
    """Put an address on the suppression list, take it off; the same with what it takes in."""
    reasons = ("--reason", "BOUNCE", "--reason", "COMPLAINT")
    life.run("take in both", "suppression", "settings", *reasons, "--yes", "--json")
    life.photograph("before suppressing")
    for name in ("suppress", "suppress again"):
        life.run(name, "suppression", "add", "gone@example.net", "--yes", "--json")
    life.run("suppressed", "suppression", "export")
    life.run("let through", "suppression", "remove", "gone@example.net", "--yes", "--json")
    life.run("take in one", "suppression", "settings", *reasons[:2], "--yes", "--json")
    life.run("take in both again", "suppression", "settings", *reasons, "--yes", "--json")
    life.photograph("after suppressing")


def keys(life: Life, user: str, *, is_kept: bool) -> None:
    """The keys of an SMTP user, from the first to none."""
    named = ("--user", user, "--json")
    making = ("--yes", *named) if is_kept else ("--yes", "--user", user, "--show-secret")
    life.run(f"smtp status {user}", "smtp", "status", *named)
    life.run(f"smtp create {user}", "smtp", "create", *making)
    life.run(f"smtp show {user}", "smtp", "show", *named)
    life.run(f"smtp rotate {user}", "smtp", "rotate", *making)
    if is_kept:
        life.run(f"smtp test {user}", "smtp", "test", "--send", *named)
    rotated = life.run(f"smtp status of two {user}", "smtp", "status", *named)
    for key in rotated.report["smtp_users"][0]["keys"]:
        only = ("--yes", *named, "--unseen", "--key", key["ending"])
        life.run(f"smtp retire {key['ending']}", "smtp", "retire", *only)
        life.run(f"smtp delete {key['ending']}", "smtp", "retire", "--delete", *only)


def death(life: Life) -> None:
    """Destroy, twice; then everything is looked at once more. What is archived a person removes."""
    surroundings.empty(life.bench, life.env)
    life.photograph("before destroy")
    named = ("--yes", "--confirm-env", "prod")
    life.run("destroy", "destroy", *named, "--json")
    life.photograph("after destroy")
    life.plans_of_others["after destroy"] = plans(life)
    life.look("after destroy", TEXT)
    life.run("destroy again", "destroy", *named)
