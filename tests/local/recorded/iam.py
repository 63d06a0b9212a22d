"""IAM: roles, policies and their simulation, as AWS answered them."""

import json
from typing import Any

from tests.local.recorded.table import ABSENT, ANYTHING, Act, Call, Like, Only, Refusal, Row

_RECORDED = "localstack, tests/aws/services/iam/test_iam.snapshot.json"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_BUCKET = "arn:aws:s3:::bucket"


def _allowing(action: str, resource: str = "*", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _role(**more: Any) -> Call:
    params = {"RoleName": "mailer", "AssumeRolePolicyDocument": json.dumps(_TRUST)}
    return Call("iam", "CreateRole", params | more)


def _inline(document: str, role: str = "mailer") -> Call:
    params = {"RoleName": role, "PolicyName": "inline", "PolicyDocument": document}
    return Call("iam", "PutRolePolicy", params)


def _policy(name: str, document: str) -> Call:
    params = {"PolicyName": name, "PolicyDocument": document}
    return Call("iam", "CreatePolicy", params, keep={name: "Policy.Arn"})


def _attach(arn: str) -> Call:
    return Call("iam", "AttachRolePolicy", {"RoleName": "mailer", "PolicyArn": arn})


def _simulate(*actions: str, resources: tuple[str, ...] = (_BUCKET,), who: str = "role") -> Call:
    return Call(
        "iam",
        "SimulatePrincipalPolicy",
        {
            "PolicySourceArn": f"arn:aws:iam::$account:{who}/mailer",
            "ActionNames": list(actions),
            "ResourceArns": list(resources),
        },
    )


def _protected(name: str) -> Refusal:
    return Refusal(
        "UnmodifiableEntity",
        f"Cannot perform the operation on the protected role '{name}' - this role is only "
        "modifiable by AWS",
        400,
    )


_ALLOWED = {
    "EvalActionName": "s3:PutObject",
    "EvalDecision": "allowed",
    "EvalDecisionDetails": {},
    "EvalResourceName": _BUCKET,
    "MatchedStatements": [{"SourcePolicyId": ANYTHING, "SourcePolicyType": "IAM Policy"}],
    "MissingContextValues": [],
    "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
    "PermissionsBoundaryDecisionDetail": ABSENT,
    "ResourceSpecificResults": [
        {
            "EvalResourceDecision": "allowed",
            "EvalResourceName": _BUCKET,
            "MatchedStatements": [{"SourcePolicyId": ANYTHING, "SourcePolicyType": "IAM Policy"}],
            "MissingContextValues": [],
        }
    ],
}
_DENIED = {
    "EvalActionName": "s3:GetObjectVersion",
    "EvalDecision": "implicitDeny",
    "EvalResourceName": _BUCKET,
    "MatchedStatements": [],
    "ResourceSpecificResults": [
        {
            "EvalResourceDecision": "implicitDeny",
            "EvalResourceName": _BUCKET,
            "MatchedStatements": [],
        }
    ],
}
_SSO = "AWSReservedSSO_Administrator_0123456789abcdef"


def _reserved(aws: Any) -> None:
    aws.seed("524471258033", roles=[f"aws-reserved/sso.amazonaws.com/{_SSO}"])


ROWS = [
    Row(
        "a new role comes back with its trust policy",
        _role(Path="/apps/"),
        {
            "Role": {
                "Arn": "arn:aws:iam::$account:role/apps/mailer",
                "AssumeRolePolicyDocument": _TRUST,
                "CreateDate": ANYTHING,
                "Path": "/apps/",
                "RoleId": Like("^AROA"),
                "RoleName": "mailer",
            }
        },
        _RECORDED,
    ),
    Row(
        "a role says how long its sessions may last",
        Call("iam", "GetRole", {"RoleName": "mailer"}),
        {"Role": {"MaxSessionDuration": 3600, "RoleName": "mailer", "Path": "/"}},
        _RECORDED,
        (_role(),),
    ),
    Row("a trust policy is JSON", _role(AssumeRolePolicyDocument="{"),
        Refusal("MalformedPolicyDocument", "This policy contains invalid Json", 400), _RECORDED),
    Row("tags of a role come back",
        Call("iam", "GetRole", {"RoleName": "mailer"}),
        {"Role": {"Tags": [{"Key": "test", "Value": "value"}]}}, _RECORDED,
        (_role(Tags=[{"Key": "test", "Value": "value"}]),)),
    Row(
        "a new policy hangs on nothing yet",
        _policy("send", _allowing("ses:SendEmail")),
        {
            "Policy": {
                "Arn": "arn:aws:iam::$account:policy/send",
                "AttachmentCount": 0,
                "DefaultVersionId": "v1",
                "IsAttachable": True,
                "Path": "/",
                "PermissionsBoundaryUsageCount": 0,
                "PolicyName": "send",
            }
        },
        _RECORDED,
    ),
    Row("a policy that is there is attached", _attach("$send"), {}, _RECORDED,
        (_role(), _policy("send", _allowing("ses:SendEmail")))),
    Row("a policy that is not there is not attached",
        _attach("arn:aws:iam::$account:policy/none"),
        Refusal("NoSuchEntity", "Policy arn:aws:iam::$account:policy/none does not exist or is not "
                "attachable.", 404), _RECORDED, (_role(),)),
    Row("a policy is attached by its ARN", _attach("longer-than-twenty-letters"),
        Refusal("ValidationError", "Invalid ARN:  Could not be parsed!", 400),
        _RECORDED, (_role(),)),
    Row("a policy that is not there cannot be deleted",
        Call("iam", "DeletePolicy", {"PolicyArn": "arn:aws:iam::$account:policy/none"}),
        Refusal("NoSuchEntity", "Policy arn:aws:iam::$account:policy/none was not found.", 404),
        _RECORDED),
    Row(
        "percent signs in a document stay as they are",
        Call("iam", "GetRolePolicy", {"RoleName": "mailer", "PolicyName": "inline"}),
        {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "apigateway:PUT",
                        "Resource": "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway",
                    }
                ],
            }
        },
        _RECORDED,
        (
            _role(),
            _inline(
                _allowing(
                    "apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway"
                )
            ),
        ),
    ),
    Row(
        "the simulator gives one result for each action",
        _simulate("s3:PutObject", "s3:GetObjectVersion"),
        {"EvaluationResults": [_ALLOWED, _DENIED], "IsTruncated": False},
        _RECORDED,
        (_role(), _inline(_allowing("s3:PutObject", _BUCKET))),
    ),
    Row(
        "the simulator knows the policies of a user",
        _simulate("s3:PutObject", "s3:GetObjectVersion", who="user"),
        {"EvaluationResults": [_ALLOWED, _DENIED]},
        _RECORDED,
        (
            Call("iam", "CreateUser", {"UserName": "mailer"}),
            Call("iam", "PutUserPolicy", {"UserName": "mailer", "PolicyName": "inline",
                                          "PolicyDocument": _allowing("s3:PutObject", _BUCKET)}),
        ),
    ),
    Row(
        "the simulator knows the policies of a group",
        _simulate("s3:PutObject", "s3:GetObjectVersion", who="group"),
        {"EvaluationResults": [_ALLOWED, _DENIED]},
        _RECORDED,
        (
            Call("iam", "CreateGroup", {"GroupName": "mailer"}),
            Call("iam", "PutGroupPolicy", {"GroupName": "mailer", "PolicyName": "inline",
                                           "PolicyDocument": _allowing("s3:PutObject", _BUCKET)}),
        ),
    ),
    Row(
        "several resources lie in one result, which speaks of a template of them",
        _simulate("s3:PutObject", resources=(_BUCKET, f"{_BUCKET}-2")),
        {
            "EvaluationResults": [
                {
                    "EvalActionName": "s3:PutObject",
                    "EvalResourceName": Like(r"^arn:aws:s3:.*\$$\{"),
                    "ResourceSpecificResults": [
                        {"EvalResourceName": _BUCKET, "EvalResourceDecision": "allowed"},
                        {
                            "EvalResourceName": f"{_BUCKET}-2",
                            "EvalResourceDecision": "implicitDeny",
                        },
                    ],
                }
            ]
        },
        "botocore 1.44.5, model of EvaluationResult, and answers quoted in public code",
        (_role(), _inline(_allowing("s3:PutObject", _BUCKET))),
    ),
    Row(
        "an explicit deny of one resource is that of the action",
        _simulate("s3:PutObject", resources=(_BUCKET, f"{_BUCKET}-2")),
        {
            "EvaluationResults": [
                {
                    "EvalDecision": "explicitDeny",
                    "ResourceSpecificResults": [
                        {"EvalResourceDecision": "explicitDeny"},
                        {"EvalResourceDecision": "allowed"},
                    ],
                }
            ]
        },
        "answers of AWS quoted in public code",
        (
            _role(),
            _inline(_allowing("s3:PutObject")),
            _policy("never", _allowing("s3:*", _BUCKET, "Deny")),
            _attach("$never"),
        ),
    ),
    Row(
        "a permissions boundary counts",
        _simulate("s3:PutObject"),
        {
            "EvaluationResults": [
                {
                    "EvalDecision": "implicitDeny",
                    "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
                }
            ]
        },
        "API Reference, EvaluationResult: PermissionsBoundaryDecisionDetail",
        (
            _policy("bounds", _allowing("ses:*")),
            _role(PermissionsBoundary="arn:aws:iam::$account:policy/bounds"),
            _inline(_allowing("s3:PutObject")),
        ),
    ),
    Row(
        "what lies within the boundary is allowed",
        _simulate("s3:PutObject"),
        {
            "EvaluationResults": [
                {
                    "EvalDecision": "allowed",
                    "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": True},
                }
            ]
        },
        "API Reference, EvaluationResult: PermissionsBoundaryDecisionDetail",
        (
            _policy("bounds", _allowing("s3:*")),
            _role(PermissionsBoundary="arn:aws:iam::$account:policy/bounds"),
            _inline(_allowing("s3:PutObject")),
        ),
    ),
    Row("a role of Identity Center takes no inline policy",
        _inline(_allowing("ses:SendEmail"), _SSO), _protected(_SSO),
        "IAM Identity Center User Guide, troubleshooting: the error quoted there",
        (Act(_reserved),)),
    Row("a role of Identity Center keeps its trust policy",
        Call("iam", "UpdateAssumeRolePolicy", {"RoleName": _SSO,
                                               "PolicyDocument": json.dumps(_TRUST)}),
        _protected(_SSO), "IAM Identity Center User Guide, troubleshooting: the error quoted there",
        (Act(_reserved),)),
    Row("a service-linked role takes no policy",
        Call("iam", "AttachRolePolicy", {"RoleName": "$linked",
                                         "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        Refusal("UnmodifiableEntity", Like("only modifiable by AWS$"), 400),
        "IAM User Guide, service-linked roles, and an error quoted in public",
        (Call("iam", "CreateServiceLinkedRole", {"AWSServiceName": "ses.amazonaws.com"},
              keep={"linked": "Role.RoleName"}),)),
    Row("a service-linked role lies under its service",
        Call("iam", "CreateServiceLinkedRole", {"AWSServiceName": "ses.amazonaws.com"}),
        {"Role": {"Path": "/aws-service-role/ses.amazonaws.com/",
                  "Arn": Like("role/aws-service-role/ses.amazonaws.com/AWSServiceRoleFor")}},
        _RECORDED),
    Row("a role that is not there has no policies",
        Call("iam", "ListRolePolicies", {"RoleName": "none"}),
        Refusal("NoSuchEntity", status=404), "API Reference, ListRolePolicies: NoSuchEntity"),
    Row("a role without policies lists none",
        Call("iam", "ListRolePolicies", {"RoleName": "mailer"}),
        Only({"IsTruncated": False, "PolicyNames": []}), _RECORDED, (_role(),)),
]  # fmt: skip
