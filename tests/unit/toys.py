"""A toy service for the engine: an account that is a dict, and resources that are its entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle, Resource, Step, Wanted
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.errors import AwsRefused
from ses_provision.outside.aws import Reader
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Outcome, Reading, ask, question
from ses_provision.outside.refusals import Refusal

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = Account("111122223333", "us-east-2")
ENV = Environment.model_validate(
    {
        "name": "toy",
        "account_id": HERE.id,
        "region": HERE.region,
        "domain": "example.com",
        "configuration_set": {"name": "toys"},
    }
)


ALREADY = (Refusal("AlreadyExistsException"),)


def toy_question(name: str) -> Ask:
    """The question for a toy."""
    return question("toys", HERE.region, "GetToy", on=(f"toys/{name}",), Name=name)


@dataclass(frozen=True)
class Toy:
    """An entry of the dict: a name with a colour and a size."""

    name: str
    colour: str = "red"
    size: int = 1
    not_yet: tuple[Refusal, ...] = ()
    rests_on: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One toy of a name."""
        return Key("toy", HERE.id, HERE.region, self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"toy {self.name}"

    def read(self) -> Reading[Found[Toy]]:
        """Find it by name; what somebody else put there is in the way."""
        [found] = yield from ask(toy_question(self.name))
        if found is None:
            return Found(None)
        obstacles = tuple(
            Obstacle(what, "move it", removal={"Thing": what} if what != "wall" else None)
            for what in found.get("InTheWay", ())
        )
        if "Colour" not in found:
            return Found(None, obstacles)
        return Found(Toy(self.name, found["Colour"], found["Size"], self.not_yet), obstacles)

    def writes(self, found: Found[Toy]) -> Sequence[Call]:
        """Paint it, then size it."""
        calls = []
        live = found.live
        if live is None:
            calls.append(self._call("CreateToy", Colour=self.colour))
        elif live.colour != self.colour:
            calls.append(self._call("PutColour", Colour=self.colour))
        if (live.size if live else 1) != self.size:
            calls.append(self._call("PutSize", Size=self.size))
        return calls

    def deletes(self, found: Found[Toy]) -> Sequence[Call]:
        """Throw it away."""
        return [self._call("DeleteToy")] if found.live else []

    def _call(self, operation: str, **params: Any) -> Call:
        params = {"Name": self.name, **params}
        return Call(
            "toys",
            HERE.region,
            operation,
            params,
            on=(f"toys/{self.name}",),
            not_yet=self.not_yet,
            already=ALREADY if operation == "CreateToy" else (),
        )

    def settled(self) -> Answers:
        """The answer where it stands."""
        return {toy_question(self.name): {"Colour": self.colour, "Size": self.size}}

    def strayed(self) -> Sequence[Toy]:
        """Of another colour and size."""
        return [replace(self, colour="other", size=self.size + 1)]


@dataclass(frozen=True)
class Entry:
    """A record in a zone: changes of one zone go together."""

    zone: str
    name: str

    @property
    def key(self) -> Key:
        """One record of a name."""
        return Key("record", "", "", self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"record {self.name}"

    def read(self) -> Reading[Found[Entry]]:
        """Find it by name."""
        [found] = yield from ask(toy_question(self.name))
        return Found(self if found else None)

    def writes(self, found: Found[Entry]) -> Sequence[Call]:
        """Create it, after removing what is in the way of all records."""
        batch = {"Changes": [("DELETE", "old"), ("CREATE", self.name)]}
        params = {"HostedZoneId": self.zone, "ChangeBatch": batch}
        return [
            Call(
                "toys",
                HERE.region,
                "ChangeToys",
                params,
                on=(f"zones/{self.zone}",),
                batch=("ChangeBatch", "Changes"),
            )
        ]

    def deletes(self, found: Found[Entry]) -> Sequence[Call]:
        """Nothing."""
        return []

    def settled(self) -> Answers:
        """The answer where it stands."""
        return {toy_question(self.name): {"Colour": "red"}}

    def strayed(self) -> Sequence[Entry]:
        """It is there or not."""
        return []


@dataclass
class Box:
    """The account: answers questions and takes calls, as `Connections` does."""

    toys: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[Ask] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    before_send: Callable[[Call], None] = lambda _: None
    loses_replies: bool = False
    forgets: bool = False

    def answer(self, asked: Ask) -> Outcome:
        """What stands under a name."""
        self.asked.append(asked)
        found = self.toys.get(str(dict(asked.params)["Name"]))
        return dict(found) if found is not None else None

    def send(self, call: Call) -> dict[str, Any]:
        """Take a call, or refuse it as told."""
        self.before_send(call)
        name = call.params.get("Name", call.params.get("HostedZoneId", ""))
        what = f"{call.operation} {name}"
        codes = self.refusals.get(what, [])
        if codes:
            raise AwsRefused(f"{what} was refused", "Try later.", code=codes.pop(0))
        self.sent.append(what)
        if not self.forgets:
            self.take(call.operation, call.params)
        if self.loses_replies and call.operation.startswith("Create"):
            raise AwsRefused(f"{what} is there", code="AlreadyExistsException")
        return {}

    def take(self, operation: str, params: Mapping[str, Any]) -> None:
        """Do what a call says."""
        match operation:
            case "CreateToy":
                self.toys[params["Name"]] = {"Colour": params["Colour"], "Size": 1}
            case "PutColour":
                self.toys[params["Name"]]["Colour"] = params["Colour"]
            case "PutSize":
                self.toys[params["Name"]]["Size"] = params["Size"]
            case "ChangeToys":
                for verb, name in params["ChangeBatch"]["Changes"]:
                    if verb == "CREATE":
                        self.toys[name] = {"Colour": "red", "Size": 1}

    @property
    def reader(self) -> Reader:
        """A reader of the box."""
        return Reader(self)  # type: ignore[arg-type]


def step(
    name: str, wanted: Callable[[Facts], Wanted] | Resource, *more: Resource, proved: bool = False
) -> Step:
    """A step that wants these toys, or what the function says."""

    def desired(_: Environment, facts: Facts) -> Wanted:
        return wanted(facts) if callable(wanted) else [wanted, *more]

    return Step(name, f"Step {name}", "For the test.", desired, proved=proved)
