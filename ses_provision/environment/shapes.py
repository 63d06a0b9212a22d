"""The shapes that single settings may have, and what each is in words."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import core_schema

from ses_provision.dataclass import dataclass
from ses_provision.environment.complaints import shown
from ses_provision.names import LONGEST_NAME, closest
from ses_provision.outside import regions

EventType = Literal[
    "SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK",
    "RENDERING_FAILURE", "DELIVERY_DELAY", "SUBSCRIPTION",
]  # fmt: skip
ALL_BUT_TRACKING: frozenset[EventType] = frozenset(
    {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY", "RENDERING_FAILURE"}
)
"""Opens and clicks are kept only where the file names them: they say who read what, and when from
which address."""

HttpsPolicy = Literal["OPTIONAL", "REQUIRE", "REQUIRE_OPEN_ONLY"]


@dataclass(frozen=True)
class Shape:
    """What a whole string has to match, and what that is in words.

    `in_schema`: editors may check it too; not where a value is brought into form before.
    """

    pattern: str
    meaning: str
    in_schema: bool = True

    def check(self, value: str) -> str:
        """Let a value pass, or say what it must be."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.meaning}, not {shown(value)}")
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        return {**found, "pattern": f"^(?:{self.pattern})$"} if self.in_schema else found


def matching(pattern: str, meaning: str, *, in_schema: bool = True) -> Shape:
    """Require a shape, and say in words what it is."""
    return Shape(pattern, meaning, in_schema)


def to_ascii(value: object) -> object:
    """A domain in the form that DNS and SES take: lower case, no trailing dot, other
    letters encoded by IDNA 2008 (RFC 5891), in which "ß" is a letter of its own."""
    if not isinstance(value, str):
        return value
    plain = value.rstrip(".").lower()
    if plain.isascii() and "xn--" not in plain:
        return plain
    import idna

    try:
        return idna.encode(plain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"is not a domain name: {shown(value)} ({error})") from error


def address_to_ascii(value: object) -> object:
    """An address whose domain is in the form that DNS takes. The local part keeps its case."""
    if not isinstance(value, str) or "@" not in value:
        return value
    local, _, domain = value.rpartition("@")
    return f"{local}@{to_ascii(domain)}"


LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
DOMAIN = rf"(?=.{{1,{LONGEST_NAME}}}$)({LABEL}\.)+(?!\d+$){LABEL}"
# RFC 5322 allows * and ?, too; IAM would take them for wildcards in the ARN of an identity.
LOCAL_PART = r"[A-Za-z0-9!#$%&'+/=^_`{|}~-]+(\.[A-Za-z0-9!#$%&'+/=^_`{|}~-]+)*"

AccountId = Annotated[str, matching(r"[0-9]{12}", "12 digits in quotes")]


def real_region(value: str) -> str:
    """Insist on a region that botocore knows."""
    known = regions.known()
    if known and value not in known:
        close = closest(value, known)
        meant = f'; did you mean "{close}"?' if close else ""
        raise ValueError(f"there is no region {shown(value)} in this version of botocore{meant}")
    return value


Region = Annotated[
    str,
    matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}", 'an AWS region such as "us-east-2"'),
    AfterValidator(real_region),
]


Domain = Annotated[
    str,
    BeforeValidator(to_ascii),
    matching(DOMAIN, 'a domain such as "example.com"', in_schema=False),
]
Address = Annotated[
    str,
    BeforeValidator(address_to_ascii),
    matching(
        rf"(?=.{{1,64}}@){LOCAL_PART}@{DOMAIN[DOMAIN.index(')') + 1 :]}",
        "an e-mail address",
        in_schema=False,
    ),
]
# What SES calls an identity: mail is sent as one of them.
IdentityName = Annotated[
    str,
    BeforeValidator(
        lambda value: address_to_ascii(value) if "@" in str(value) else to_ascii(value)
    ),
    matching(
        rf"((?=.{{1,64}}@){LOCAL_PART}@)?{DOMAIN[DOMAIN.index(')') + 1 :]}",
        "a domain or an e-mail address",
        in_schema=False,
    ),
]
# Names of configuration sets and event destinations: at most 64 of [A-Za-z0-9_-]. The SESv2
# model gives neither length nor pattern; the text of the v1 model (ConfigurationSet.Name) does.
SesName = Annotated[str, matching(r"[A-Za-z0-9_-]{1,64}", "1 to 64 of A-Z a-z 0-9 _ -")]
# SES takes no capitals (aws/aws-cdk#28392), and the built-in names show what it takes.
PoolName = Annotated[
    str, matching(r"[a-z0-9._-]{1,64}", "the name of an IP pool: 1 to 64 of a-z 0-9 . _ -")
]
ArchiveArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:ses:[a-z]{2,4}-[a-z-]+-[0-9]:[0-9]{12}:mailmanager-archive/"
        r"a-[a-z0-9]{24,62}",
        "the ARN of a Mail Manager archive, arn:aws:ses:REGION:ACCOUNT:mailmanager-archive/a-...",
    ),
]
TopicName = Annotated[
    str,
    matching(
        r"(?!.*\.fifo$)[A-Za-z0-9_-]{1,256}",
        "1 to 256 of A-Z a-z 0-9 _ - (SES takes no FIFO topic)",
    ),
]
RoleName = Annotated[
    str, matching(r"[A-Za-z0-9_+=,.@-]{1,64}", "the name of an IAM role, not its ARN")
]


class OrFalse:
    """A setting that may also say "none, and that is meant": false."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self.check,
            handler.generate_schema(RoleName | None),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), {"const": False}]}

    def check(self, value: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> Any:
        """Let false pass, and what the shape itself lets pass."""
        if value is True:
            raise ValueError("must be the name of an IAM role in quotes, or false")
        return value if value is False else inner(value)


RoleOrNone = Annotated[str | Literal[False] | None, OrFalse()]
RoleArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\x21-\x7e]+/)?[A-Za-z0-9_+=,.@-]{1,64}",
        "the ARN of an IAM role",
    ),
]
# The function's role bears the same name, and IAM takes 64 characters as Lambda does.
FunctionName = Annotated[
    str,
    matching(r"[A-Za-z0-9_-]{1,64}", "the name of a Lambda function: 1 to 64 of A-Z a-z 0-9 _ -"),
]
PolicyName = Annotated[str, matching(r"[A-Za-z0-9_+=,.@-]{1,128}", "the name of an IAM policy")]
PolicyArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([\x21-\x7e]+/)?[A-Za-z0-9_+=,.@-]{1,128}",
        "the ARN of an IAM policy",
    ),
]
LONGEST_ALARM = 255  # characters (PutMetricAlarm)
# IAM takes * and ? in the ARN of an alarm for wildcards, and an alarm's name is in its ARN.
AlarmName = Annotated[
    str, matching(r"[^\x00-\x1f\x7f*?]{1,255}", "1 to 255 printable characters without * and ?")
]
ProfileName = Annotated[
    str, matching(r"[^\s\x00-\x1f\x7f\[\]]{1,128}", "the name of an AWS profile")
]
ZoneId = Annotated[
    str, matching(r"[A-Z0-9]{1,32}", "a hosted zone id such as Z03036173FL99T10J98KK")
]
Suffix = Annotated[str, matching(r"[A-Za-z0-9_-]{1,32}", "1 to 32 of A-Z a-z 0-9 _ -")]
# AWS tag values: letters, digits, spaces and _ . : / = + - @, at most 256; keys at most 128 and
# not beginning with aws: (Tagging AWS Resources User Guide).
TagKey = Annotated[
    str,
    matching(
        r"(?![aA][wW][sS]:)[\w .:/=+@-]{1,128}",
        "a tag key (letters, digits, _ . : / = + - @) that does not begin with aws:",
    ),
]
TagValue = Annotated[
    str, matching(r"[\w .:/=+@-]{0,256}", "a tag value (letters, digits, _ . : / = + - @)")
]
Ttl = Annotated[int, Field(ge=0, le=604800, strict=True)]
SERVER = "the IP address of a DNS server, such as 1.1.1.1, 1.1.1.1:53 or [2606:4700::1111]:53"


def name_server(value: str) -> str:
    """Insist on an address, address:port or [address]:port, by what addresses and ports are."""
    written = re.fullmatch(
        r"\[(?P<v6>[^\]%]*)\](?::(?P<p6>[0-9]{1,5}))?|(?P<v4>[0-9.]*)(?::(?P<p4>[0-9]{1,5}))?"
        r"|(?P<bare>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)",
        value,
    )
    try:
        parts = written.groupdict() if written else {}
        port = parts.get("p6") or parts.get("p4") or "53"
        address = parts.get("v6") or parts.get("v4") or parts.get("bare") or ""
        version = ipaddress.ip_address(address).version
        if 0 < int(port) < 65536 and version == (4 if parts.get("v4") else 6):
            return value
    except ValueError:
        pass
    raise ValueError(f"must be {SERVER}, not {shown(value)}")


Resolver = Annotated[
    str,
    matching(r"[0-9a-fA-F.:]+|\[[0-9a-fA-F.:]+\](:\d{1,5})?", SERVER),
    AfterValidator(name_server),
]


HOST = rf"(?=.{{1,253}}(:\d{{1,5}})?$)({LABEL}\.)+(?!\d+(:|$)){LABEL}(:\d{{1,5}})?"


def server_name(value: str) -> str:
    """Insist on a host name, perhaps with a port, or on what names a server by its address."""
    host, colon, port = value.rpartition(":")
    if re.fullmatch(HOST, value) and (not colon or 0 < int(port) < 65536) and (host or value):
        return value
    try:
        return name_server(value)
    except ValueError:
        raise ValueError(
            f'must be a host name or an address, perhaps with a port, such as "ns1.example.com" '
            f'or "192.0.2.53:5353", not {shown(value)}'
        ) from None


ServerName = Annotated[str, AfterValidator(server_name)]


def unrepeated(pattern: str, meaning: str) -> BeforeValidator:
    """Require a shape where somebody may have put a secret: what stands there is not repeated."""

    def check(value: object) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise ValueError(f"must be {meaning}; what stands there is not repeated here")

    return BeforeValidator(check)


VariableName = Annotated[
    str,
    unrepeated(
        r"[A-Z][A-Z0-9_]{0,127}",
        "the NAME of an environment variable in capitals, such as RFC2136_TSIG_SECRET, never the "
        "secret itself",
    ),
]
TokenVariable = Annotated[
    str,
    unrepeated(
        r"[A-Z][A-Z0-9_]{0,127}",
        "the NAME of an environment variable in capitals, such as CLOUDFLARE_API_TOKEN, never the "
        "token itself",
    ),
]
KeyringEntry = Annotated[
    str,
    unrepeated(
        r"(?=.{1,200}$)[A-Za-z0-9._@-]+/[A-Za-z0-9._@-]+",
        "an entry of the keyring as SERVICE/USER, such as ses-provision/cloudflare, never the "
        "token itself",
    ),
]
CloudflareAccount = Annotated[
    str, unrepeated(r"[0-9a-f]{32}", "the id of an account at Cloudflare: 32 of 0-9 a-f")
]


def plain_arguments(value: object) -> object:
    """Insist on a table of short texts and numbers; nothing that stands there is repeated."""
    if isinstance(value, dict):
        held = {key: str(one) if type(one) is int else one for key, one in value.items()}
        if all(isinstance(one, str) and len(one) <= LONGEST_ARGUMENT for one in held.values()):
            return held
    raise ValueError(
        "must be a table of texts and numbers, such as { account = 1010 }, and never of secrets; "
        "what stands there is not repeated here"
    )


LONGEST_ARGUMENT = 253
ClassOptions = Annotated[dict[str, str], BeforeValidator(plain_arguments)]
KeyName = Annotated[
    str,
    unrepeated(
        r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?",
        "the name of a key, such as ses-provision, never its secret",
    ),
]
KeyFile = Annotated[
    str,
    unrepeated(
        r"[^\x00-\x1f{};=]{1,400}", "the path of a file that holds the key, never the key itself"
    ),
]


def each_once(found: tuple[str, ...]) -> tuple[str, ...]:
    """Nobody is told twice; the case of an address tells no two people apart."""
    twice = sorted(one for one, count in Counter(map(str.lower, found)).items() if count > 1)
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice")
    return found


Addresses = Annotated[tuple[Address, ...], AfterValidator(each_once)]
