"""The local AWS as one object: what tests hold in their hands, and the server serves."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from ses_provision.local import traits
from ses_provision.local.artifact import Artifact
from ses_provision.local.athena import Athena
from ses_provision.local.athena_queries import Queries
from ses_provision.local.cloudflare import Cloudflare
from ses_provision.local.cloudwatch import CloudWatch
from ses_provision.local.contract import Caller, Clock, Params
from ses_provision.local.costs import Costs
from ses_provision.local.decisions import Decisions
from ses_provision.local.dispatch import Dispatcher
from ses_provision.local.disturb import Disturbances
from ses_provision.local.event_bus import EventBus
from ses_provision.local.firehose import Firehose
from ses_provision.local.function_runs import Runner
from ses_provision.local.functions import Lambda
from ses_provision.local.glue import Glue
from ses_provision.local.iam import Iam
from ses_provision.local.inbound_door import InboundDoor
from ses_provision.local.keyring import Keyring
from ses_provision.local.kms import Kms
from ses_provision.local.knobs import Fault, FaultKind, Knobs
from ses_provision.local.lateness import Lag
from ses_provision.local.logs import Logs
from ses_provision.local.motobridge import MotoService, Universe
from ses_provision.local.neighbours import Surroundings
from ses_provision.local.panels import Panels
from ses_provision.local.price_list import PriceList
from ses_provision.local.primaries import Primaries
from ses_provision.local.route53 import Route53
from ses_provision.local.s3 import S3
from ses_provision.local.seeds import make_roles
from ses_provision.local.service_access import ServiceAccess
from ses_provision.local.service_quotas import ServiceQuotas
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.service import SesV1
from ses_provision.local.session import open_session
from ses_provision.local.smtp.password import derived
from ses_provision.local.smtp.post_office import PostOffice
from ses_provision.local.smtp.post_office import regions as smtp_regions
from ses_provision.local.snapshot import snapshot
from ses_provision.local.sns import Sns, aws_address
from ses_provision.local.sqs import Patience, Sqs
from ses_provision.local.sts import Sts
from ses_provision.local.tagging import Tagging
from ses_provision.local.topic_access import TopicAccess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import boto3

    from ses_provision.local.contract import Reply, Service
    from ses_provision.local.journal import Journal
    from ses_provision.local.smtp.server import SmtpAddress
    from ses_provision.local.sns_delivery import Outbox
    from ses_provision.local.wire import Request, Response


class LocalAws(Decisions):
    """A whole AWS in this process: several accounts and regions, strict where AWS is strict.

    Nothing is shared between two of them, and making one costs next to nothing.
    """

    def __init__(
        self, clock: Clock | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.clock = clock or Clock()
        self.lock = RLock()
        self._sleep = sleep
        self.served_at: str | None = None
        self.smtp_at: SmtpAddress | None = None
        self._seeds: list[dict[str, Any]] = []
        self._build()

    def _build(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {}
        """What is on the web, by URL, in the form of `outside.web`."""
        self._keyring = Keyring()
        self._disturbances = Disturbances(self.clock)
        universe = Universe()
        moto: dict[str, Service] = {
            name: MotoService(universe, name)
            for name, held in traits.SERVICES.items()
            if held.is_moto
        }
        moto |= {
            "kms": Kms(universe),
            "sqs": (sqs := Sqs(universe, Patience(self.lock, self._is_served), self.clock)),
        }
        self.bus = EventBus(universe, sqs, moto["kms"], self._called, self.clock)
        self.route53 = Route53(self.clock, self._look_at_dns)
        self.sns = Sns(self.clock, moto["sqs"], self._sns_address)
        access = TopicAccess(self.sns, moto["kms"])
        iam = Iam(universe, self._keyring, self.clock)
        logs = Logs(self.clock)
        runner = Runner(self._for_a_role, iam.role_lets, logs, self.clock)
        self.functions = Lambda(iam, runner, self.clock)
        cloudwatch = CloudWatch(universe, self.sns, access, self._functions, self.clock)
        cloudwatch.before = sqs.measured
        self.dashboards, self._cloudwatch = cloudwatch.dashboards, cloudwatch
        roles = ServiceAccess(iam, moto["kms"])
        self.s3, self.glue = S3(self.clock), Glue(self.clock)
        self.firehose = Firehose(self.clock, self.s3, roles)
        self.s3.before = self.firehose.write_what_is_due
        self.athena = Athena(self.clock)
        Queries(self.athena, self.glue, self.s3, self.clock)
        self._iam = iam
        self.surroundings = Surroundings(
            self.route53, self.sns, access, cloudwatch, self.bus, self.clock, self.firehose, roles
        )
        self.sesv2 = SesV2(self.surroundings, self.clock)
        self.sesv2.world.address = self._address
        self.sesv2.world.inbound = InboundDoor(self.s3, self.functions, moto["kms"])
        self.logs = logs
        self.artifact = Artifact(self.clock)
        self.price_list = PriceList()
        self.costs = Costs(self.sesv2, self.price_list, self.clock)
        self.quotas = ServiceQuotas(self.sesv2, self.clock)
        services: dict[str, Service] = {
            **moto,
            "cloudwatch": cloudwatch,
            "events": self.bus,
            "iam": iam,
            "logs": logs,
            "sts": Sts(self._keyring, self.clock),
            "ses": SesV1(self.sesv2),
            **self._own(),
        }
        services["resourcegroupstaggingapi"] = Tagging(
            services,
            *(self.sesv2, self.functions, logs, self.s3, self.firehose, self.athena, self.glue),
            *(self.bus, sqs),
        )
        self._dispatcher = Dispatcher(
            services, self._keyring, self._disturbances, self._sleep, self.lock
        )
        self.primaries = Primaries(self._dispatcher, self._disturbances, self._everybody_looks)
        self._build_surroundings()

    def _build_surroundings(self) -> None:
        """What is not AWS: name servers, DNS providers, and mail that comes by SMTP."""
        self.surroundings.external_dns.beside = self.primaries.lookup
        self.cloudflare = Cloudflare(
            self._dispatcher,
            self._disturbances,
            self.primaries,
            self._everybody_looks,
            self._declared,
        )
        self.panels = Panels(
            self._dispatcher, self._disturbances, self.primaries, self._everybody_looks
        )
        self.post_office = PostOffice(self.sesv2, self._iam, self._keyring, self._dispatcher)

    def _own(self) -> dict[str, Service]:
        """The services of ours that tests hold in their hands."""
        return {
            "lambda": self.functions,
            "route53": self.route53,
            "sns": self.sns,
            "sesv2": self.sesv2,
            "artifact": self.artifact,
            "ce": self.costs,
            "pricing": self.price_list,
            "service-quotas": self.quotas,
            "s3": self.s3,
            "firehose": self.firehose,
            "glue": self.glue,
            "athena": self.athena,
        }

    def session(self, account_id: str, region: str | None = None) -> boto3.Session:
        """A boto3 session of an account; its clients talk to this local AWS and nowhere else."""
        return open_session(self.answer, account_id, region)

    def answer(self, request: Request) -> Response:
        """Answer one HTTP request to an AWS endpoint."""
        return self._dispatcher.answer(request)

    def call(
        self, account: str, region: str, service: str, operation: str, params: Params | None = None
    ) -> Reply:
        """Ask a service directly: past wire, journal and faults. For set-up and inspection."""
        caller = Caller(account, region, Keyring.local_key(account))
        with self.lock:
            return self._dispatcher.serve(caller, service, operation, params or {})

    @property
    def services(self) -> tuple[str, ...]:
        """The services that are served, by botocore's names."""
        return tuple(sorted(self._dispatcher.services))

    def operations(self, service: str) -> tuple[str, ...]:
        """The operations that a service serves."""
        return tuple(sorted(self._dispatcher.services[service].operations))

    @property
    def journal(self) -> Journal:
        """Every call so far, and how it ended."""
        return self._dispatcher.journal

    @property
    def outbox(self) -> Outbox:
        """What SNS sent to people and endpoints outside."""
        return self.sns.outbox

    @property
    def knobs(self) -> Knobs:
        """Faults, rate limit, latency and delays in force. Assign to turn them."""
        return self._disturbances.knobs

    @knobs.setter
    def knobs(self, knobs: Knobs) -> None:
        self._disturbances.turn(knobs)
        self.route53.insync_after = timedelta(seconds=knobs.insync_after)
        self.post_office.keys_after = knobs.keys_after
        self.functions.roles_after = knobs.roles_after
        self.sesv2.refuses_same_key_length = knobs.refuse_same_key_length
        self.sesv2.hides_own_selector = knobs.hide_own_selector
        self.sns.lag = Lag(knobs.lists_after, int(knobs.lists_after_reads), knobs.effect_after)
        self._iam.roles_after = timedelta(seconds=knobs.roles_after)
        self.firehose.makes_for = timedelta(seconds=knobs.stream_after)
        self.sesv2.world.receives = knobs.receiving
        self.sesv2.simulator_moves_reputation = knobs.simulator_moves_reputation
        if knobs.verify_after is not None:
            self.sesv2.verification_delay = timedelta(seconds=knobs.verify_after)

    def fault(
        self,
        kind: FaultKind | str,
        operation: str | None = None,
        *,
        number: int = 1,
        times: int | None = 1,
        action: Callable[[], None] | None = None,
    ) -> Fault:
        """Add a fault to those in force (see `Fault`)."""
        fault = Fault(FaultKind(kind), operation, number, times, action)
        self.knobs = replace(self.knobs, faults=(*self.knobs.faults, fault))
        return fault

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.knobs = replace(self.knobs, faults=())

    def declare_dns(
        self, name: str, record_type: str, values: list[str], account: str | None = None
    ) -> None:
        """Say what DNS outside the hosted zones answers: TXT unquoted, MX as `10 host`."""
        self._everybody_looks(account)
        self.surroundings.external_dns.declare(name, record_type, values, account)
        self._everybody_looks(account)

    def declared_dns(self, name: str, record_type: str) -> list[str] | None:
        """What was declared of DNS outside the hosted zones, for all accounts."""
        found = self.surroundings.external_dns.lookup("", name, record_type)
        return found or self.sesv2.world.endpoint_address(name, record_type)

    def has_declared_dns(self, name: str) -> bool:
        """Whether something was declared at a name outside the hosted zones, or below it."""
        return self.surroundings.external_dns.has(name)

    def seed(
        self,
        account: str,
        *,
        zones: Iterable[tuple[str, str]] = (),
        roles: Iterable[str] = (),
        private_zones: Iterable[tuple[str, str]] = (),
        primaries: Iterable[tuple[str, str]] = (),
        cloudflare: Iterable[tuple[str, str]] = (),
        panels: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Put hosted zones `(id, name)` and roles, perhaps with a path, into an account, zones
        `(name, key)` on name servers outside AWS, zones `(name, account)` at Cloudflare and
        `(provider, name)` at the providers of octoDNS; a reset brings them back."""
        seed: dict[str, Any] = {
            "account": account,
            "zones": list(zones),
            "roles": list(roles),
            "private_zones": list(private_zones),
            "primaries": list(primaries),
            "cloudflare": list(cloudflare),
            "panels": list(panels),
        }
        self._sow(**seed)
        self._seeds.append(seed)

    def reset(self) -> None:
        """Everything as it was when made and seeded, without faults; other knobs and clock stay."""
        knobs = replace(self.knobs, faults=())
        self.sns.forget_posts()
        self._build()
        self.knobs = knobs
        for seed in self._seeds:
            self._sow(**seed)

    def _sow(
        self,
        account: str,
        zones: list[tuple[str, str]],
        roles: list[str],
        private_zones: list[tuple[str, str]],
        primaries: list[tuple[str, str]],
        cloudflare: list[tuple[str, str]],
        panels: list[tuple[str, str]],
    ) -> None:
        for provider, name in panels:
            self.panels.add(provider, name)
        for name, owner in cloudflare:
            self.cloudflare.add(name, owner)
        for name, key in primaries:
            self.primaries.add(name, key)
        for zone_id, name in zones:
            self.route53.add_zone(account, name, zone_id)
        for zone_id, name in private_zones:
            self.route53.add_zone(account, name, zone_id, private=True)
        make_roles(self.call, account, roles)

    def key_owners(self) -> dict[str, str]:
        """The users of all access keys that IAM has made, by key."""
        return self._keyring.users()

    def key_secrets(self) -> set[str]:
        """The secrets of all access keys that IAM has made, and every SMTP password from them."""
        held = self._keyring.secrets()
        return held | {derived(secret, region) for secret in held for region in smtp_regions()}

    def snapshot(self, account: str) -> dict[str, Any]:
        """All that an account has, as plain values to compare."""
        return snapshot(self, account)

    def regions(self, account: str) -> list[str]:
        """The regions in which an account has been seen."""
        return sorted(region for owner, region in self._dispatcher.places if owner == account)

    def accounts(self) -> list[str]:
        """The accounts that have been seen, or have zones."""
        seen = {account for account, _ in self._dispatcher.places}
        return sorted(seen | set(self.route53.accounts()))

    # What the parts are given to ask by are methods: a lambda would go on asking this one after it
    # was copied.
    def _functions(self) -> Lambda:
        return self.functions

    def _called(self) -> tuple[CloudWatch, Lambda]:
        return self._cloudwatch, self.functions

    def _declared(self, name: str, kind: str) -> list[str]:
        return self.declared_dns(name, kind) or []

    def _is_served(self) -> bool:
        return self.served_at is not None

    def _address(self) -> str:
        return self.served_at or "http://localhost"

    def _for_a_role(
        self, request: Request, caller: Caller, check: Callable[[str, str, Params], None]
    ) -> Response:
        return self._dispatcher.for_a_role(request, caller, check)

    def _sns_address(self, region: str) -> str:
        """Links in what SNS sends lead to this local AWS when it is served, and nowhere else."""
        return self.served_at or aws_address(region)

    def _everybody_looks(self, account: str | None = None) -> None:
        for each in [account] if account else self.accounts():
            self._look_at_dns(each)

    def _look_at_dns(self, account: str) -> None:
        self.sesv2.look(account)
