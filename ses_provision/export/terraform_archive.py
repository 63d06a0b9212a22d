"""The archive and its queries as Terraform: registered beside the other resources.

Argument names and import ids are those of the AWS provider (registry documentation of
hashicorp/aws).
"""

from __future__ import annotations

import json
from typing import Any

from ses_provision.environment import Environment
from ses_provision.export.hcl import Block, Blocks, Json
from ses_provision.export.terraform_blocks import Managed, name, resources
from ses_provision.resources import policies
from ses_provision.resources.athena import NamedQuery
from ses_provision.resources.firehose import DeliveryStream
from ses_provision.resources.glue import CatalogDatabase, CatalogTable
from ses_provision.resources.glue_view import CatalogView, written
from ses_provision.resources.s3 import SHUT, Bucket, Rule, encrypted

ARGUMENTS = {
    "BlockPublicAcls": "block_public_acls",
    "IgnorePublicAcls": "ignore_public_acls",
    "BlockPublicPolicy": "block_public_policy",
    "RestrictPublicBuckets": "restrict_public_buckets",
}


@resources.register
def _(resource: Bucket, env: Environment) -> list[Managed]:
    del env
    named = name(resource.name)
    [rule] = encrypted(resource.kms_key)["Rules"]
    by = rule["ApplyServerSideEncryptionByDefault"]
    default = {
        "sse_algorithm": by["SSEAlgorithm"],
        "kms_master_key_id": by.get("KMSMasterKeyID"),
    }
    kept = [(rule_id, held) for rule_id, held in sorted(resource.rules.items()) if held]
    stated = [*resource.other_statements.values(), *resource.statements.values()]

    def part(kind: str, arguments: dict[str, Any]) -> Managed:
        return Managed(kind, named, resource.name, {"bucket": resource.name, **arguments})

    return [
        part("aws_s3_bucket", {"tags": resource.tags}),
        part("aws_s3_bucket_public_access_block", {ARGUMENTS[key]: SHUT[key] for key in ARGUMENTS}),
        part(
            "aws_s3_bucket_server_side_encryption_configuration",
            {
                "rule": Block(
                    {
                        "bucket_key_enabled": rule.get("BucketKeyEnabled"),
                        "apply_server_side_encryption_by_default": Block(default),
                    }
                )
            },
        ),
        part(
            "aws_s3_bucket_lifecycle_configuration",
            {"rule": Blocks(tuple(lifecycle(rule_id, held) for rule_id, held in kept))},
        ),
        part("aws_s3_bucket_policy", {"policy": Json(json.loads(policies.document(stated)))}),
    ]


def lifecycle(rule_id: str, rule: Rule) -> Block:
    """A rule of a lifecycle."""
    return Block(
        {
            "id": rule_id,
            "status": "Enabled",
            "filter": Block({"prefix": rule.prefix}),
            "expiration": Block({"days": rule.days}),
            "noncurrent_version_expiration": Block({"noncurrent_days": 1}),
            "abort_incomplete_multipart_upload": Block({"days_after_initiation": 7}),
        }
    )


@resources.register
def _(resource: DeliveryStream, env: Environment) -> list[Managed]:
    del env
    into = {
        "role_arn": resource.role_arn,
        "bucket_arn": resource.bucket_arn,
        "prefix": resource.prefix,
        "error_output_prefix": resource.error_prefix,
        "buffering_size": resource.buffer_mb,
        "buffering_interval": resource.buffer_seconds,
        "compression_format": resource.compression,
    }
    return [
        Managed(
            "aws_kinesis_firehose_delivery_stream",
            name(resource.name),
            resource.arn,
            {
                "name": resource.name,
                "destination": "extended_s3",
                "tags": resource.tags,
                "server_side_encryption": Block({"enabled": resource.encrypted}),
                "extended_s3_configuration": Block(into),
            },
        )
    ]


@resources.register
def _(resource: CatalogDatabase, env: Environment) -> list[Managed]:
    arguments = {"name": resource.name, "tags": resource.tags}
    identity = f"{env.account_id}:{resource.name}"
    return [Managed("aws_glue_catalog_database", name(resource.name), identity, arguments)]


@resources.register(CatalogTable)
@resources.register(CatalogView)
def _(resource: CatalogTable, env: Environment) -> list[Managed]:
    layout = resource.layout
    storage = layout["StorageDescriptor"]
    serde = storage["SerdeInfo"]
    keys = tuple(
        Block({"name": held["Name"], "type": held["Type"]})
        for held in layout.get("PartitionKeys") or ()
    )
    columns = tuple(Block({"name": k, "type": held}) for k, held in resource.columns.items())
    text = None
    if isinstance(resource, CatalogView):
        text = written(resource.database, resource.columns, resource.query.written)
    described = {
        "location": storage["Location"] or None,
        "input_format": storage.get("InputFormat"),
        "output_format": storage.get("OutputFormat"),
        "ser_de_info": Block(
            {
                "name": serde.get("Name"),
                "serialization_library": serde["SerializationLibrary"],
                "parameters": serde.get("Parameters"),
            }
        ),
        "columns": Blocks(columns),
    }
    return [
        Managed(
            "aws_glue_catalog_table",
            name(resource.database, resource.name),
            f"{env.account_id}:{resource.database}:{resource.name}",
            {
                "database_name": resource.database,
                "name": resource.name,
                "table_type": layout["TableType"],
                "view_original_text": text,
                "view_expanded_text": layout.get("ViewExpandedText"),
                "parameters": {
                    **resource.other_parameters,
                    **resource.parameters,
                    **resource.all_tags,
                },
                "partition_keys": Blocks(keys),
                "storage_descriptor": Block(described),
            },
        )
    ]


@resources.register
def _(resource: NamedQuery, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_athena_named_query",
            name(resource.workgroup, resource.name),
            resource.id,
            {
                "name": resource.name,
                "workgroup": resource.workgroup,
                "database": resource.database,
                "description": resource.description,
                "query": resource.text,
            },
        )
    ]
