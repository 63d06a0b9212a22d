"""All that an account has, as plain values: to see that it is as it was before."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ses_provision.local import traits
from ses_provision.local.cloudwatch import ALARMS
from ses_provision.local.contract import Caller
from ses_provision.local.served import everything
from ses_provision.local.ses.service import SesV2

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.cloud import LocalAws
    from ses_provision.local.contract import Params, Reply

# Counters, and mails that have left: what happened, not what is there.
_HISTORY = ("case_number", "generations", "message_number", "sent", "verification_mails")
# How SES tries a bucket, each time that a rule names it.
_NOTE = "AMAZON_SES_SETUP_NOTIFICATION"
# What comes and goes by itself: of no account's making.
_STAMPS = (
    "StateValue",
    "StateReason",
    "StateReasonData",
    "AlarmConfigurationUpdatedTimestamp",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
    "CreateDate",
    "RoleId",
    "UserId",
    "RoleLastUsed",
)


def snapshot(aws: LocalAws, account: str) -> dict[str, Any]:
    """The account's SES, zones, topics, roles, alarms, queues, keys…; empty places left out."""
    found = {
        "sesv2": _ses(aws, account),
        "route53": {zone.id: _zone(zone) for zone in aws.route53.zones(account)},
        "sns": _regions(aws, account, _topics),
        "iam": _roles(aws, account),
        "users": _users(aws, account),
        "cloudwatch": _regions(aws, account, _alarms),
        "dashboards": aws.dashboards.held(account),
        "kms": _regions(aws, account, _keys),
        "events": _regions(aws, account, lambda _, *place: aws.bus.held(*place)),
        "lambda": _regions(aws, account, lambda _, *place: aws.functions.held(*place)),
        "logs": _regions(aws, account, lambda _, *place: aws.logs.held(*place)),
        "archive": _regions(aws, account, _archive),
    } | {
        service: _regions(aws, account, _names_of(service, listing))
        for service in aws.services
        if (listing := traits.of(service).listing)
    }
    found["dns"] = {str(name): zone.rows() for name, zone in aws.primaries.zones.items()}
    found["cloudflare"] = aws.cloudflare.snapshot()
    found["panels"] = aws.panels.snapshot()
    return {service: held for service, held in found.items() if held}


def _ses(aws: LocalAws, account: str) -> dict[str, Any]:
    """What the account has in SES, by region: not what it did, and no regions as new."""
    found = {}
    for region, place in aws.sesv2.snapshot(account).items():
        untouched = SesV2(aws.surroundings, aws.clock)
        untouched.sent(account, region)
        held, blank = _without_history(place), untouched.snapshot(account)[region]
        if held != _without_history(blank):
            found[region] = held
    return found


def _without_history(place: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in place.items() if key not in _HISTORY}


def _zone(zone: Any) -> dict[str, Any]:
    return {
        "name": zone.name,
        "private": zone.private,
        "tags": dict(zone.tags),
        "records": zone.ordered(),
    }


def _regions(aws: LocalAws, account: str, look: Any) -> dict[str, Any]:
    held = {region: look(aws, account, region) for region in aws.regions(account)}
    return {region: found for region, found in held.items() if found}


def _topics(aws: LocalAws, account: str, region: str) -> dict[str, Any]:
    return {
        topic.arn: {
            "attributes": dict(topic.attributes),
            "tags": dict(topic.tags),
            "subscriptions": [
                {
                    "protocol": held.protocol,
                    "endpoint": held.endpoint,
                    "pending": held.pending,
                    "attributes": dict(held.attributes),
                }
                for held in topic.subscriptions
                if not held.ended
            ],
        }
        for topic in aws.sns.topics(account, region)
    }


def _alarms(aws: LocalAws, account: str, region: str) -> dict[str, Any]:
    def ask(operation: str, params: Params | None = None) -> Reply:
        return aws.call(account, region, "cloudwatch", operation, params)

    def asked(kind: str) -> Callable[[Params], Reply]:
        return lambda token: ask("DescribeAlarms", {"AlarmTypes": [kind], **token})

    return {
        alarm["AlarmName"]: _unstamped(alarm)
        | {"Tags": by_key(ask("ListTagsForResource", {"ResourceARN": alarm["AlarmArn"]})["Tags"])}
        for kind, member in ALARMS.items()
        for alarm in everything(asked(kind), member)
    }


def _keys(aws: LocalAws, account: str, region: str) -> dict[str, Any]:
    def ask(operation: str, **params: str) -> Reply:
        return aws.call(account, region, "kms", operation, params)

    found = {}
    for key in (held["KeyId"] for held in ask("ListKeys")["Keys"]):
        found[key] = {
            "State": ask("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"],
            "Policy": ask("GetKeyPolicy", KeyId=key, PolicyName="default")["Policy"],
            "Tags": ask("ListResourceTags", KeyId=key)["Tags"],
            "Aliases": [held["AliasName"] for held in ask("ListAliases", KeyId=key)["Aliases"]],
        }
    return found


def _archive(aws: LocalAws, account: str, region: str) -> dict[str, Any]:
    """Buckets with their settings and the number of their objects, streams, the catalogue,
    workgroups; what comes and goes by itself left out."""
    aws.firehose.write_what_is_due()
    found = {
        "buckets": {
            held.name: [
                held.block,
                held.encryption,
                held.lifecycle,
                held.policy,
                held.tags,
                sum(not key.endswith(_NOTE) for key in held.objects),
            ]
            for held in aws.s3.buckets(account, region)
        },
        "streams": {
            held.name: [held.target, held.is_encrypted, held.tags]
            for held in aws.firehose.streams(account, region)
            if aws.firehose.find(held.arn)
        },
        "databases": {
            name: [held.tags, {table: _settled(each) for table, each in held.tables.items()}]
            for name, held in aws.glue.databases(account, region).items()
        },
        "workgroups": {
            name: [
                held.state,
                held.configuration,
                held.tags,
                sorted((each["Name"], each["QueryString"]) for each in held.queries.values()),
            ]
            for name, held in aws.athena.groups(account, region).items()
        },
    }
    return deepcopy({kind: held for kind, held in found.items() if held})


def _settled(table: Reply) -> Reply:
    return {
        k: held for k, held in table.items() if k not in ("CreateTime", "UpdateTime", "VersionId")
    }


def _names_of(service: str, listing: tuple[str, str]) -> Any:
    operation, member = listing

    def look(aws: LocalAws, account: str, region: str) -> list[Any]:
        # The order of a listing says nothing: what was lost and made anew comes last.
        return sorted(aws.call(account, region, service, operation).get(member) or [], key=str)

    return look


def _roles(aws: LocalAws, account: str) -> dict[str, Any]:
    """The roles of an account, in whatever partition it has been seen."""
    partitions = {Caller(account, one).partition: one for one in aws.regions(account)}
    regions = {"aws": "us-east-1", **partitions}.values()
    return {name: role for one in regions for name, role in _roles_in(aws, account, one).items()}


def _roles_in(aws: LocalAws, account: str, region: str) -> dict[str, Any]:
    def ask(operation: str, **params: str) -> Reply:
        return aws.call(account, region, "iam", operation, params)

    found = {}
    for role in ask("ListRoles")["Roles"]:
        name = role["RoleName"]
        found[name] = _unstamped(role) | {
            "Tags": ask("ListRoleTags", RoleName=name).get("Tags", []),
            "Policies": {
                policy: ask("GetRolePolicy", RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in ask("ListRolePolicies", RoleName=name)["PolicyNames"]
            },
            "Attached": ask("ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"],
        }
    return found


def _users(aws: LocalAws, account: str) -> dict[str, Any]:
    """The users of an account, with what IAM says of each; of keys only how many there are."""
    partitions = {Caller(account, one).partition: one for one in aws.regions(account)}
    found = {}
    for region in {"aws": "us-east-1", **partitions}.values():

        def ask(operation: str, region: str = region, **params: str) -> Reply:
            return aws.call(account, region, "iam", operation, params)

        for listed in ask("ListUsers")["Users"]:
            name = listed["UserName"]
            user = _unstamped(ask("GetUser", UserName=name)["User"])
            found[name] = user | {
                "Tags": by_key(user.get("Tags") or []),
                "Policies": {
                    policy: ask("GetUserPolicy", UserName=name, PolicyName=policy)["PolicyDocument"]
                    for policy in ask("ListUserPolicies", UserName=name)["PolicyNames"]
                },
                "Keys": len(ask("ListAccessKeys", UserName=name)["AccessKeyMetadata"]),
            }
    return found


def _unstamped(held: Reply) -> Reply:
    return {key: value for key, value in held.items() if key not in _STAMPS}


def by_key(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Tags in one order: theirs means nothing."""
    return sorted(tags, key=lambda tag: tag["Key"])
