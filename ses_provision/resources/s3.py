"""Amazon S3: a bucket that keeps what nobody else may read.

It is never emptied here: what is in it cannot be had again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.errors import AccessDenied
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Answers, Ask, Reading, ask
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import policies, tags
from ses_provision.resources.s3_asking import ABSENT, bucket_arn, call_on, question_about

DEFAULT_REGION = "us-east-1"
"""The region that S3 names by saying nothing, and does not take by name (S3 API reference)."""
SHUT = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
UNVERSIONED = "null"
"""The version of an object in a bucket that keeps none (S3 User Guide, versioning)."""
S3_KEY = "AES256"
"""The algorithm where the key is S3's own."""
ALREADY = (Refusal("BucketAlreadyOwnedByYou"),)
BUSY = (Refusal("OperationAborted"),)
"""Another setting of the bucket is being written just now (S3 API reference, error codes)."""


@dataclass(frozen=True)
class Rule:
    """One rule of a lifecycle: what begins with a prefix ends after some days."""

    prefix: str
    days: int

    def __str__(self) -> str:
        return f"{self.prefix} for {self.days} days"

    def written(self, name: str) -> dict[str, Any]:
        """The rule as S3 takes it. Uploads that were never finished end after a week, and what was
        deleted or replaced in a bucket with versions after a day."""
        return {
            "ID": name,
            "Status": "Enabled",
            "Filter": {"Prefix": self.prefix},
            "Expiration": {"Days": self.days},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }


def told(rule: Mapping[str, Any]) -> Rule | None:
    """A rule of ours as it stands; None for one that is off, or forgets otherwise."""
    found = Rule(
        (rule.get("Filter") or {}).get("Prefix", rule.get("Prefix", "")),
        (rule.get("Expiration") or {}).get("Days", 0),
    )
    same = ("Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    written = found.written("")
    return found if all(rule.get(name) == written[name] for name in same) else None


@dataclass(frozen=True)
class Bucket:
    """A bucket that is shut, encrypted, reached by TLS alone, and forgets in time.

    `statements` of its policy, by Sid, and `rules` of its lifecycle, by ID, are ours; those that
    others added stay. `kms_key` is empty where the key is S3's own. `setting` names it in the file,
    `holds` says what is in it, `later` what cannot be done yet with it, `serves` is the ARN of what
    fills it; an object called `note` is nothing to keep.
    """

    name: str
    shut: bool
    kms_key: str
    rules: Mapping[str, Rule | None]
    statements: policies.Statements
    tags: Mapping[str, str]
    account: Account = field(compare=False)
    price: str = field(default="", compare=False)
    setting: str = field(default="archive.bucket", compare=False)
    holds: str = field(default="archived events, which are", compare=False)
    later: str = field(default="", compare=False)
    serves: str = field(default="", compare=False)
    note: str = field(default="", compare=False)
    other_statements: policies.Statements = field(default_factory=dict, compare=False)
    other_rules: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One bucket of a name for all accounts and regions."""
        return Key("bucket", "", "", self.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return bucket_arn(self.account, self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"bucket {self.name}"

    def _ask(self, operation: str, **params: Any) -> Ask:
        return question_about(self.account, self.name, operation, **params)

    def _settings(self) -> list[Ask]:
        return [
            self._ask("GetPublicAccessBlock"),
            self._ask("GetBucketEncryption"),
            self._ask("GetBucketLifecycleConfiguration"),
            self._ask("GetBucketPolicy"),
            self._ask("GetBucketTagging"),
        ]

    def read(self) -> Reading[Found[Bucket]]:
        """Find it by its name. Where S3 refuses to say anything of it, it is somebody else's."""
        try:
            [there] = yield from ask(self._ask("GetBucketLocation"))
        except AccessDenied:
            return Found(None, (somebodys(self.name, self.setting),))
        later = (self.later,) if self.later else ()
        if there is None:
            return Found(None, notes=(*((self.price,) if self.price else ()), *later))
        where = there.get("LocationConstraint") or DEFAULT_REGION
        answers = yield from ask(*self._settings())
        live = self._live(*answers)
        if where == self.account.region:
            return Found(live, notes=later)
        return Found(live, (elsewhere(self.name, where, self.setting),))

    def _live(
        self, block: Answer, encryption: Answer, lifecycle: Answer, policy: Answer, tagged: Answer
    ) -> Bucket:
        rules = list((lifecycle or {}).get("Rules") or ())
        stated = policies.statements((policy or {}).get("Policy") or "{}")
        all_tags = tags.as_mapping((tagged or {}).get("TagSet"))
        return replace(
            self,
            shut=(block or {}).get("PublicAccessBlockConfiguration") == SHUT,
            kms_key=key_of(encryption),
            rules={rule["ID"]: told(rule) for rule in rules if rule.get("ID") in self.rules},
            statements={sid: held for sid, held in stated.items() if sid in self.statements},
            tags=tags.ours(all_tags, self.tags),
            other_rules=tuple(rule for rule in rules if rule.get("ID") not in self.rules),
            other_statements={
                sid: held for sid, held in stated.items() if sid not in self.statements
            },
            all_tags=all_tags,
        )

    def writes(self, found: Found[Bucket]) -> Sequence[Call]:
        """Create it and set what a new one lacks, or set what differs."""
        live = found.live
        if live is None:
            # New buckets are shut, without ACLs, and encrypted with S3's key (AWS, April 2023);
            # what is promised is written all the same.
            return [
                self._creation(),
                self._shutting(),
                *([self._encryption()] if self.kms_key else []),
                self._lifecycle(()),
                self._policy({}),
            ]
        calls = []
        if live.shut != self.shut:
            calls.append(self._shutting())
        if live.kms_key != self.kms_key:
            calls.append(self._encryption())
        if live.rules != self.rules:
            calls.append(self._lifecycle(live.other_rules))
        if live.statements != self.statements:
            calls.append(self._policy(live.other_statements))
        if live.tags != self.tags:
            everything = tags.as_list({**live.all_tags, **self.tags})
            calls.append(self._call("PutBucketTagging", {"Tagging": {"TagSet": everything}}))
        return calls

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        return call_on(self.account, self.name, operation, params, not_yet=BUSY, **declared)

    def _creation(self) -> Call:
        there = {} if self.account.region == DEFAULT_REGION else {
            "LocationConstraint": self.account.region
        }  # fmt: skip
        own = self.name.endswith(f"-{self.account.id}-{self.account.region}-an")
        params = {
            "Bucket": self.name,
            "ObjectOwnership": "BucketOwnerEnforced",
            "CreateBucketConfiguration": {**there, "Tags": tags.at_creation(self.tags)},
            **({"BucketNamespace": "account-regional"} if own else {}),
        }
        also = (
            Right("s3:TagResource", (self.arn,)),
            Right("s3:PutBucketOwnershipControls", (self.arn,)),
        )
        return Call(
            "s3",
            self.account.region,
            "CreateBucket",
            params,
            on=(self.arn,),
            also=also,
            not_yet=BUSY,
            already=ALREADY,
        )

    def _shutting(self) -> Call:
        return self._call("PutPublicAccessBlock", {"PublicAccessBlockConfiguration": SHUT})

    def _encryption(self) -> Call:
        return self._call(
            "PutBucketEncryption", {"ServerSideEncryptionConfiguration": encrypted(self.kms_key)}
        )

    def _lifecycle(self, others: Sequence[Mapping[str, Any]]) -> Call:
        ours = [rule.written(name) for name, rule in sorted(self.rules.items()) if rule]
        return self._call(
            "PutBucketLifecycleConfiguration",
            {"LifecycleConfiguration": {"Rules": [*others, *ours]}},
        )

    def _policy(self, others: policies.Statements) -> Call:
        document = policies.document([*others.values(), *self.statements.values()])
        return self._call("PutBucketPolicy", {"Policy": document})

    def deletes(self, found: Found[Bucket]) -> Sequence[Call]:
        """Delete it; S3 refuses while there is anything in it (BucketNotEmpty)."""
        if found.live is None:
            return []
        noted = replace(
            self._call("DeleteObject", {"Key": self.note}, already=ABSENT),
            on=(f"{self.arn}/{self.note}",),
        )
        return [*([noted] if self.note else []), self._call("DeleteBucket", {}, already=ABSENT)]

    def additions(self, live: Bucket, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """What is in it keeps it, and so does what others wrote on it."""
        del ours
        [listed] = yield from ask(self._contents())
        there = listed or {}
        kept = [
            held
            for held in (*(there.get("Versions") or ()), *(there.get("DeleteMarkers") or ()))
            if (held["Key"], held["VersionId"]) != (self.note, UNVERSIONED)
        ]
        full = (f"it holds {self.holds} never deleted here",) if kept else ()
        added = (f"others added policy statement {sid}" for sid in sorted(live.other_statements))
        return (*full, *added)

    def _contents(self) -> Ask:
        return self._ask("ListObjectVersions", nothing={}, MaxKeys=2)

    def settled(self) -> Answers:
        """S3's answers where it stands."""
        block, encryption, lifecycle, policy, tagged = self._settings()
        rules = [rule.written(name) for name, rule in self.rules.items() if rule]
        there = "" if self.account.region == DEFAULT_REGION else self.account.region
        return {
            self._ask("GetBucketLocation"): {"LocationConstraint": there},
            block: {"PublicAccessBlockConfiguration": SHUT},
            encryption: {"ServerSideEncryptionConfiguration": encrypted(self.kms_key)},
            lifecycle: {"Rules": rules},
            policy: {"Policy": policies.document(self.statements.values())},
            tagged: {"TagSet": tags.at_creation(self.tags)},
            self._contents(): {},
        }

    def strayed(self) -> Sequence[Bucket]:
        """Every setting otherwise than it should be."""
        other = f"{self.kms_key}-other"
        return [replace(self, shut=False, kms_key=other, rules={}, statements={}, tags={})]


def encrypted(kms_key: str) -> dict[str, Any]:
    """The default encryption with a key; a bucket key asks KMS once for many objects."""
    if not kms_key:
        return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": S3_KEY}}]}
    by = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": by, "BucketKeyEnabled": True}]}


def key_of(answer: Answer) -> str:
    """The key of the default encryption; empty where it is S3's own."""
    whole = (answer or {}).get("ServerSideEncryptionConfiguration") or {}
    for rule in whole.get("Rules") or ():
        by = rule.get("ApplyServerSideEncryptionByDefault") or {}
        return str(by.get("KMSMasterKeyID") or ("" if by.get("SSEAlgorithm") == S3_KEY else "?"))
    return ""


def somebodys(name: str, setting: str) -> Obstacle:
    """A bucket of which S3 says nothing to us."""
    return Obstacle(
        f"S3 does not let us look at bucket {name}: it is of another account, or these "
        "credentials may not s3:GetBucketLocation",
        f"choose another name in {setting}; `ses-provision permissions` prints what is needed",
    )


def elsewhere(name: str, region: str, setting: str) -> Obstacle:
    """A bucket of ours in another region: what fills it would write across regions."""
    return Obstacle(f"bucket {name} stands in {region}", f"choose another name in {setting}")
