"""From a request to a response: which service, who asks, what happens on the way, the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import UnknownServiceError

from ses_provision.dataclass import dataclass
from ses_provision.local import constraints, traits
from ses_provision.local.codec import Codec, codec_for
from ses_provision.local.contract import AwsError, Caller, Params, Reply, not_served
from ses_provision.local.disturb import Disturbances, refusal
from ses_provision.local.journal import Entry, Journal
from ses_provision.local.knobs import Fault, FaultKind
from ses_provision.local.wire import ConnectionLostError, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from botocore.model import OperationModel

    from ses_provision.local.contract import Service
    from ses_provision.local.keyring import Keyring

# In whose words a request is refused that says nothing of its service.
_UNSIGNED = "sts"


@dataclass(frozen=True)
class Call:
    """A request understood: what is asked of which service."""

    codec: Codec
    operation: OperationModel
    params: Params

    @property
    def service(self) -> str:
        """botocore's name of the service."""
        return self.codec.name

    @property
    def name(self) -> str:
        """The operation."""
        return str(self.operation.name)


class Dispatcher:
    """Answers requests, the same in process and over HTTP."""

    def __init__(
        self,
        services: Mapping[str, Service],
        keyring: Keyring,
        disturbances: Disturbances,
        sleep: Callable[[float], None],
        lock: AbstractContextManager[object],
    ) -> None:
        self.services = services
        self.journal = Journal()
        self.places: set[tuple[str, str]] = set()
        self._keyring = keyring
        self._disturbances = disturbances
        self._sleep = sleep
        self._lock = lock
        self._number = 0

    def answer(self, request: Request) -> Response:
        """The response to a request; ConnectionLostError when a fault drops the connection."""
        latency = self._disturbances.knobs.latency
        if latency:
            self._sleep(latency)
        codec = self._codec(request)
        with self._lock:
            self._number += 1
            return self._answer(request, codec, self._number)

    def for_a_role(
        self, request: Request, caller: Caller, check: Callable[[str, str, Params], None]
    ) -> Response:
        """Answer what a function of an account asks, where its role is allowed to. The journal has
        what clients ask, and faults strike those alone."""
        codec = self._codec(request)
        try:
            model, labels = codec.operation(request)
            self._check_served(codec.name, str(model.name))
            call = Call(codec, model, codec.params(request, model, labels))
            check(call.service, call.name, call.params)
            self._validate(call)
            return codec.reply(request, model, self._serve(caller, call))
        except AwsError as error:
            return codec.refusal(request, error)

    def _answer(self, request: Request, codec: Codec, number: int) -> Response:
        caller = Caller("", request.scope.region if request.scope else "")
        operation = f"{request.method} {request.path}"

        def note(status: int | None, error: str | None = None) -> None:
            self.journal.add(
                Entry(number, codec.name, caller.region, caller.account, operation, status, error)
            )

        try:
            caller = self._caller(request, codec.name)
            model, labels = codec.operation(request)
            operation = str(model.name)
            self._check_served(codec.name, operation)
            call = Call(codec, model, codec.params(request, model, labels))
            response = self._carry_out(caller, call, request)
        except AwsError as error:
            note(error.status, error.code)
            return codec.refusal(request, error)
        except ConnectionLostError:
            note(None, "ConnectionLost")
            raise
        except BaseException:
            # A mistake of ours, or a fault's own `action`: shown as what it is.
            note(None, "InternalFailure")
            raise
        note(response.status)
        return response

    def _carry_out(self, caller: Caller, call: Call, request: Request) -> Response:
        fault = self._disturbances.strike(call.service, call.name)
        self._before(fault, caller, call)
        self._disturbances.admit(caller, call.service, call.name)
        self._validate(call)
        reply = self._serve(caller, call)
        response = call.codec.reply(request, call.operation, reply)
        if fault and fault.kind is FaultKind.LOSE_REPLY:
            raise ConnectionLostError
        if fault and fault.kind is FaultKind.KILL_AFTER and fault.action:
            fault.action()
        return response

    def _before(self, fault: Fault | None, caller: Caller, call: Call) -> None:
        if fault is None or fault.kind in (FaultKind.LOSE_REPLY, FaultKind.KILL_AFTER):
            return
        if fault.kind is FaultKind.KILL_BEFORE and fault.action:
            fault.action()
            return
        if fault.kind is FaultKind.DROP:
            raise ConnectionLostError
        holder = self._keyring.holder(caller.access_key, caller.partition)
        who = holder.arn if holder else caller.access_key
        raise refusal(fault, caller, who, (call.service, call.name, call.params))

    def _serve(self, caller: Caller, call: Call) -> Reply:
        return self.serve(caller, call.service, call.name, call.params)

    def serve(self, caller: Caller, service: str, operation: str, params: Params) -> Reply:
        """Let a service answer, and remember that the caller was there."""
        self.places.add((caller.account, caller.region))
        return self.services[service].handle(caller, operation, params)

    def note(self, service: str, operation: str, status: int | None, error: str | None) -> None:
        """Write down what came by another way than a request of AWS's."""
        self._number += 1
        self.journal.add(Entry(self._number, service, "", "", operation, status, error))

    def by_smtp(self, caller: Caller, service: str, operation: str, work: Callable[[], str]) -> str:
        """Let mail come in that no request of the API brings; the journal and faults know it."""
        with self._lock:
            self._number += 1
            number = self._number
            self.places.add((caller.account, caller.region))
            status, code = 200, None
            try:
                fault = self._disturbances.strike(service, operation)
                if fault is not None:
                    holder = self._keyring.holder(caller.access_key)
                    who = holder.arn if holder else caller.access_key
                    raise refusal(fault, caller, who, (service, operation, {}))
                return work()
            except AwsError as error:
                status, code = error.status, error.code
                raise
            finally:
                place = (service, caller.region, caller.account, operation)
                self.journal.add(Entry(number, *place, status, code))

    def _check_served(self, service: str, operation: str) -> None:
        """Say of an operation that is not served just that, whatever else is wrong with it."""
        if operation not in self.services[service].operations:
            raise not_served(service, operation)

    @staticmethod
    def _validate(call: Call) -> None:
        held, shape = traits.of(call.service), call.operation.input_shape
        if not held.misfit:
            return
        missing = held.missing and constraints.missing(shape, call.params)
        if missing:
            raise AwsError(
                held.missing,
                f"Invalid parameter: {missing} Reason: no value for required parameter",
            )
        try:
            complaint = constraints.complaint(shape, call.params)
        except (TypeError, AttributeError) as error:
            raise AwsError("SerializationException", f"A value has a wrong type: {error}") from None
        if complaint:
            raise AwsError(held.misfit, complaint)

    def _caller(self, request: Request, service: str) -> Caller:
        scope = request.scope
        spoken = traits.of(service)
        if scope is None and spoken.links:
            return _holder_of_a_link(request)
        if scope is None:
            code = "MissingAuthenticationToken" + ("Exception" if spoken.is_json else "")
            raise AwsError(code, "Missing Authentication Token", 403)
        holder = self._keyring.holder(scope.access_key)
        if holder is None:
            raise AwsError(
                "UnrecognizedClientException" if spoken.is_json else "InvalidClientTokenId",
                "The security token included in the request is invalid. (The local AWS knows "
                "access keys LOCAL000 followed by the account id, and those it handed out.)",
                403,
            )
        self._disturbances.refuse_expired(self._keyring, service, scope.access_key)
        return Caller(holder.account, scope.region, scope.access_key, request.origin)

    def _codec(self, request: Request) -> Codec:
        scope = request.scope
        name = traits.signed(scope.signing_name if scope else "", request.path)
        if not name:
            name = traits.linked(request.form().get("Action")) or _UNSIGNED
        if name in self.services:
            return codec_for(name)
        return _Unserved(name)


def _holder_of_a_link(request: Request) -> Caller:
    """Whoever has a link of an SNS message may follow it, unsigned, for the topic's owner."""
    form = request.form()
    parts = (form.get("SubscriptionArn") or form.get("TopicArn") or "").split(":")
    region, account = (parts[3], parts[4]) if len(parts) >= 6 else ("", "")
    return Caller(account, region, "", request.origin)


class _Unserved(Codec):
    """The codec for requests to a service that the local AWS does not have."""

    def __init__(self, service: str) -> None:
        try:
            spoken = codec_for(service)
        except UnknownServiceError:
            spoken = codec_for(_UNSIGNED)
        super().__init__(spoken.model)
        self.name = service

    def operation(self, request: Request) -> tuple[OperationModel, dict[str, str]]:
        """Always a refusal that names the service and, where it can be told, the operation."""
        try:
            operation, _ = super().operation(request)
        except AwsError:
            asked = f"{request.method} {request.path}"
        else:
            asked = str(operation.name)
        raise not_served(self.name, asked)
