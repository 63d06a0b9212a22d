"""Every operation served answers in the shape of botocore's model, and refuses in its words."""

from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from ses_provision.local.contract import AwsError
from tests.local.ses import wide_table
from tests.local.ses.table import MAIL, Row
from tests.local.ses.table import ROWS as NARROW
from tests.local.ses.world import Ses

MODEL = botocore.session.get_session().get_service_model("sesv2")
# Where real replies leave out what the model requires; each with its source at the code.
LOOSER_THAN_THE_MODEL = {
    'Missing required parameter in MailFromAttributes: "MailFromDomain"',
    'Missing required parameter in MailFromAttributes: "MailFromDomainStatus"',
}
ROWS = NARROW | wide_table.ROWS
REFUSALS = [(name, *refusal) for name, row in ROWS.items() for refusal in row.refused]


def operation_model(name: str) -> OperationModel:
    return MODEL.operation_model(name)


def validated(name: str, reply: dict[str, Any]) -> None:
    shape = operation_model(name).output_shape
    assert shape is not None
    report = set(ParamValidator().validate(reply, shape).generate_report().splitlines())
    assert report <= LOOSER_THAN_THE_MODEL


def ready(row: Row, ses: Ses) -> Ses:
    row.before(ses)
    return ses


def test_the_table_covers_exactly_what_is_served(ses: Ses) -> None:
    """Issue 3: a table test over every served operation."""
    assert set(ROWS) == ses.service.operations
    assert ses.service.operations <= set(MODEL.operation_names)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.succeeds is not None])
def test_a_reply_has_the_shape_of_the_model(ses: Ses, name: str) -> None:
    """Issue 3: its reply validates against botocore's output shape."""
    row = ROWS[name]
    assert row.succeeds is not None
    validated(name, ready(row, ses)(name, **row.succeeds))


@pytest.mark.parametrize(("name", "code", "params"), REFUSALS)
def test_a_refusal_carries_a_modelled_code_and_status(
    ses: Ses, name: str, code: str, params: dict[str, Any]
) -> None:
    """Issue 3: its refusals carry the modelled code; and a refused call changes nothing."""
    ready(ROWS[name], ses)
    if code == "ConflictException":
        ses("PutAccountDetails", **ROWS[name].succeeds or {})
    before = ses.service.snapshot(ses.caller.account)
    with pytest.raises(AwsError) as refused:
        ses(name, **params)
    modelled = {shape.name: shape for shape in operation_model(name).error_shapes}
    assert refused.value.code == code
    assert refused.value.status == modelled[code].metadata["error"]["httpStatusCode"]
    assert refused.value.message
    assert ses.service.snapshot(ses.caller.account) == before


@pytest.mark.parametrize("name", sorted(set(MODEL.operation_names) - set(ROWS)))
def test_an_operation_that_is_not_served_says_so(ses: Ses, name: str) -> None:
    """Issue 3: never a silent success."""
    with pytest.raises(AwsError, match=name) as refused:
        ses(name)
    assert (refused.value.code, refused.value.status) == ("NotImplementedByLocalAws", 501)


def test_insights_a_job_and_a_reputation_have_the_shape_of_the_model(ses: Ses) -> None:
    """What can be named only once it is there."""
    wide_table.listed(ses)
    message_id = ses("SendEmail", **MAIL)["MessageId"]
    validated("GetMessageInsights", ses("GetMessageInsights", MessageId=message_id))
    job = ses("CreateExportJob", **wide_table.JOB)["JobId"]
    validated("GetExportJob", ses("GetExportJob", JobId=job))
    validated("CancelExportJob", ses("CancelExportJob", JobId=job))
    entity = wide_table.entity(ses)
    validated("GetReputationEntity", ses("GetReputationEntity", **entity))
    ses("UpdateReputationEntityPolicy", **entity, ReputationEntityPolicy=wide_table.POLICY)
    change = "UpdateReputationEntityCustomerManagedStatus"
    validated(change, ses(change, **entity, SendingStatus="DISABLED"))


@pytest.mark.parametrize("name", ["GetMessageInsights", "BatchGetMetricData"])
def test_insights_need_virtual_deliverability_manager(ses: Ses, name: str) -> None:
    """Recorded 2026-09-21 and 09-23: said before anything of the request is looked up."""
    wide_table.blind(ses)
    given = ROWS[name].succeeds or {"MessageId": "gone"}
    refusal = ses.refused(name, **given)
    assert (refusal.code, refusal.status) == ("NotFoundException", 404)
    assert "enable Virtual Deliverability Manager" in refusal.message
