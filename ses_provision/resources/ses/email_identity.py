"""A domain or an address that may send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.outside import signing_keys
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.outside.rights import Right
from ses_provision.resources import tags
from ses_provision.resources.ses import asking, own_key, signing
from ses_provision.resources.ses.identity import identity, identity_question
from ses_provision.resources.ses.own_key import EXTERNAL
from ses_provision.resources.ses.users import tenants

INSTALL = f"install it: {signing_keys.INSTALL}"

TOKENS = ("<token 1>", "<token 2>", "<token 3>")


@dataclass(frozen=True)
class EmailIdentity:
    """A domain or an address that may send.

    `dkim_origin` says whose key signs: AWS_SES, AWS_SES_<REGION> for a replica, or EXTERNAL for a
    key of one's own; the last two have no `dkim_key_length`. An address identity has no DKIM of its
    own here: both are None, the domain signs. `parent_arn` is the identity whose key a replica
    takes, `first_selector` the name of the key that is made with the identity, and `rotation` the
    command that makes another one.
    """

    arn: str
    configuration_set: str
    dkim_origin: str | None
    dkim_key_length: str | None
    dkim_signing: bool | None
    feedback_forwarding: bool
    tags: Mapping[str, str]
    parent_arn: str = field(default="", compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    policies: tuple[str, ...] = field(default=(), compare=False)
    first_selector: str = field(default="", compare=False)
    rotation: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One identity of a name in an account and region."""
        return Key.of("identity", self.arn, self.name)

    @property
    def hangs_on(self) -> tuple[Key, ...]:
        """The identity whose key a replica takes: SES does not delete it while there is one."""
        return (Key.of("identity", self.parent_arn, self.name),) if self.parent_arn else ()

    @property
    def name(self) -> str:
        """The domain or the address."""
        return self.arn.rpartition("identity/")[2]

    @property
    def configuration_set_arn(self) -> str:
        """The set that mail gets by default."""
        return f"{self.arn.rpartition(':')[0]}:configuration-set/{self.configuration_set}"

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"{'sending' if '@' in self.name else 'domain'} identity {self.name}"

    def read(self) -> Reading[Found[EmailIdentity]]:
        """Find it by name."""
        live = yield from identity(self.arn)
        if live is None:
            return Found(None, *self._with_a_new_key())
        found = replace(
            self,
            configuration_set=live.configuration_set,
            dkim_origin=live.dkim_origin if self.dkim_origin else None,
            dkim_key_length=(live.next_key_length or live.current_key_length or None)
            if self.dkim_key_length
            else None,
            dkim_signing=live.dkim_signing if self.dkim_origin else None,
            feedback_forwarding=live.feedback_forwarding,
            tags=tags.ours(live.tags, self.tags),
            all_tags=live.tags,
            policies=live.policies,
        )
        return Found(found, signing.otherwise(self, live))

    def _with_a_new_key(self) -> tuple[tuple[Obstacle, ...], tuple[str, ...]]:
        """What lacks to make a key of one's own, and what is to be known of it."""
        if self.dkim_origin != EXTERNAL:
            return (), ()
        lacks = () if signing_keys.can_make() else (Obstacle(signing_keys.LACKS, INSTALL),)
        told = (
            f"makes a signing key of {signing_keys.BITS} bits, selector {self.first_selector}: SES "
            "keeps it, and nobody else"
        )
        return lacks, (told,)

    def writes(self, found: Found[EmailIdentity]) -> Sequence[Call]:
        """Create it with all that one call carries, then set what it does not; or what differs."""
        live = found.live
        if live is None:
            # A new identity signs, and forwards feedback (SESv2 API reference).
            return [self._creation(), *self._attributes(signing=True, forwarding=True)]
        calls = []
        if live.configuration_set != self.configuration_set:
            params = {"ConfigurationSetName": self.configuration_set}
            operation = "PutEmailIdentityConfigurationSetAttributes"
            calls.append(self._call(operation, params, self.configuration_set_arn))
        if (live.dkim_origin, live.dkim_key_length) != (self.dkim_origin, self.dkim_key_length):
            calls.append(self._call("PutEmailIdentityDkimSigningAttributes", self._key()))
        calls += self._attributes(signing=live.dkim_signing, forwarding=live.feedback_forwarding)
        return [*calls, *asking.tag_calls(self.arn, self.tags, live.tags)]

    def _creation(self) -> Call:
        own = self.dkim_origin == EXTERNAL
        signed = {"DkimSigningAttributes": self._signing()} if self.dkim_origin and not own else {}
        params = {
            "ConfigurationSetName": self.configuration_set,
            "Tags": tags.at_creation(self.tags),
            **signed,
        }
        # Asked of the parent identity when its key is replicated (Service Authorization Reference).
        replication = (
            (Right("ses:ReplicateEmailIdentityDKIMSigningKey", (self.parent_arn,)),)
            if self.parent_arn
            else ()
        )
        return self._call(
            "CreateEmailIdentity",
            params,
            already=asking.ALREADY,
            also=(*asking.tagged_creation(self.arn), *replication),
            late=own_key.MadeAtSending(self.first_selector) if own else None,
        )

    def _key(self) -> dict[str, Any]:
        attributes = {"SigningAttributes": self._signing()} if self.dkim_key_length else {}
        return {"SigningAttributesOrigin": self.dkim_origin, **attributes}

    def _signing(self) -> Mapping[str, str]:
        if self.dkim_key_length:
            return {"NextSigningKeyLength": self.dkim_key_length}
        return {"DomainSigningAttributesOrigin": self.dkim_origin or ""}

    def _attributes(self, *, signing: bool | None, forwarding: bool) -> list[Call]:
        calls = []
        if self.dkim_signing is not None and signing != self.dkim_signing:
            params = {"SigningEnabled": self.dkim_signing}
            calls.append(self._call("PutEmailIdentityDkimAttributes", params))
        if forwarding != self.feedback_forwarding:
            feedback = {"EmailForwardingEnabled": self.feedback_forwarding}
            calls.append(self._call("PutEmailIdentityFeedbackAttributes", feedback))
        return calls

    def deletes(self, found: Found[EmailIdentity]) -> Sequence[Call]:
        """Delete the identity; mail from it stops."""
        if found.live is None:
            return []
        return [asking.deletion(self.arn, "DeleteEmailIdentity", EmailIdentity=self.name)]

    def additions(self, live: EmailIdentity, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Sending authorization policies, which let others send as the identity, and tenants."""
        held_by = yield from tenants(live.arn, ours)
        added = (f"others added sending authorization policy {name}" for name in live.policies)
        return (*added, *held_by)

    def settled(self) -> Answers:
        """SES's answer where it stands and is verified."""
        length = {"NextSigningKeyLength": self.dkim_key_length} if self.dkim_key_length else {}
        own = self.dkim_origin == EXTERNAL
        zone = {} if own else {"SigningHostedZone": "dkim.amazonses.com"}
        dkim = {
            "SigningEnabled": True if self.dkim_signing is None else self.dkim_signing,
            "Status": "SUCCESS",
            "Tokens": [self.first_selector] if own else list(TOKENS),
            "SigningAttributesOrigin": self.dkim_origin or "AWS_SES",
            **zone,
            **length,
        }
        key = own_key.PublicKey(self.first_selector, own_key.unknown(self.arn))
        told = {**key.remembered, **own_key.note(key.selector, None)} if own else {}
        return {
            identity_question(self.arn): {
                "VerificationStatus": "SUCCESS",
                "VerifiedForSendingStatus": True,
                "ConfigurationSetName": self.configuration_set,
                "FeedbackForwardingStatus": self.feedback_forwarding,
                "DkimAttributes": dkim,
                "Tags": tags.at_creation({**self.tags, **told}),
            }
        }

    def strayed(self) -> Sequence[EmailIdentity]:
        """Every setting otherwise than it should be."""
        return [
            replace(
                self,
                configuration_set="",
                dkim_origin=self.dkim_origin
                if self.dkim_origin == EXTERNAL
                else self.dkim_origin and "AWS_SES",
                dkim_key_length=self.dkim_key_length and "",
                dkim_signing=None if self.dkim_signing is None else not self.dkim_signing,
                feedback_forwarding=not self.feedback_forwarding,
                tags={},
            )
        ]

    def _call(self, operation: str, params: Mapping[str, Any], *more: str, **declared: Any) -> Call:
        whole = {"EmailIdentity": self.name, **params}
        return asking.call_on(self.arn, operation, whole, *more, **declared)
