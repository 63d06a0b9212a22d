"""Plans and their execution as text, word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from ses_provision.engine.model import Change, Found, Obstacle, Resource
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.environment import Environment
from ses_provision.render import markdown_plan
from ses_provision.render import plan as text
from ses_provision.render.folding import FIRST, MOST
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.policies import named
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.sns import Subscription
from tests.unit.examples import (
    ALARM,
    CONFIGURATION_SET,
    DOMAIN,
    DOMAIN_IDENTITY,
    EVENT_DESTINATION,
    TOPIC,
    TOPIC_ARN,
)
from tests.unit.rendering import shown

ZONE = Zone("Z1", DOMAIN)
CNAME = RecordSet(ZONE, f"aaa._domainkey.{DOMAIN}", "CNAME", frozenset({"aaa.dkim.org"}), 300)
SPF = TxtValue(ZONE, f"mail.{DOMAIN}", "v=spf1 include:amazonses.com ~all", "v=spf1", 300)
DMARC = Dmarc.of(ZONE, DOMAIN, "v=DMARC1; p=none", 300)
IN_THE_WAY = Obstacle("CNAME mail.example.com → elsewhere.org", "remove it", removal={"Name": "m"})
TAKE_OVER = "ses-provision apply --env prod --take-over dmarc"
WALL = Obstacle("role nobody does not exist in this account", "correct sender.role")


def create(want: Resource) -> Change:
    """A resource that is absent."""
    return Change(want, Found(None))


def keep(want: Resource) -> Change:
    """A resource that is right."""
    return Change(want, Found(want))


def plan(*steps: StepPlan) -> Plan:
    """A plan of these steps."""
    return Plan("prod", "524471258033", "us-east-2", steps)


UPDATED = StepPlan(
    "configuration-set",
    "Configuration set",
    (
        Change(
            CONFIGURATION_SET,
            Found(
                replace(
                    CONFIGURATION_SET,
                    tls_policy="OPTIONAL",
                    sending_enabled=False,
                    suppressed_reasons=frozenset(),
                    tags={"Environment": "", "ManagedBy": "ses-provision"},
                )
            ),
        ),
    ),
)
WAITING = StepPlan("dkim", "DKIM records", waiting="SES issues the tokens")
MIXED = StepPlan("mail-from", "Custom MAIL FROM", (create(CNAME), keep(SPF), keep(DOMAIN_IDENTITY)))
BLOCKED = StepPlan(
    "dmarc",
    "DMARC",
    (Change(SPF, Found(None, (IN_THE_WAY,))), Change(CNAME, Found(None, (IN_THE_WAY,)), True)),
)
SKIPPED = StepPlan("role", "Sender policy", skipped="no role name yet")
WHOLE = plan(UPDATED, WAITING, MIXED, BLOCKED, SKIPPED)

GOLDEN = """\
prod  starlightpractice.com  account 524471258033  us-east-2

 1. Configuration set
    ~ update configuration set rules
        suppressed_reasons: {} -> {BOUNCE, COMPLAINT}
        tls_policy: OPTIONAL -> REQUIRE
        tags.Environment: "" -> prod
 2. DKIM records
    ? known after apply: SES issues the tokens
 3. Custom MAIL FROM
    + create CNAME aaa._domainkey.starlightpractice.com → aaa.dkim.org
    = 2 unchanged
 4. DMARC
    ! blocked TXT mail.starlightpractice.com → v=spf1 include:amazonses.com ~all
        in the way: CNAME mail.example.com → elsewhere.org
        way out: remove it; to take over: ses-provision apply --env prod --take-over dmarc
    + create CNAME aaa._domainkey.starlightpractice.com → aaa.dkim.org
        taken over: CNAME mail.example.com → elsewhere.org
 5. Sender policy
    · skipped: no role name yet

Plan: 2 to create, 1 to update, 2 unchanged, 1 blocked, 1 step known after apply, 1 step skipped.
"""


@pytest.mark.parametrize("width", [80, 100])
def test_a_plan_shows_each_step_in_order_and_counts_at_the_end(
    width: int, env: Environment
) -> None:
    assert shown(text.plan(WHOLE, env), width) == GOLDEN


def test_verbosely_what_is_unchanged_is_named(env: Environment) -> None:
    lines = shown(text.plan(plan(MIXED), env, verbose=True)).splitlines()

    assert "    = TXT mail.starlightpractice.com → v=spf1 include:amazonses.com ~all" in lines
    assert f"    = domain identity {DOMAIN}" in lines
    assert "    = 2 unchanged" not in lines


def test_a_record_that_serves_in_place_of_ours_is_named_with_its_origin(env: Environment) -> None:
    served = Change(DMARC, Found(replace(DMARC, served_by="inherited from example.com")))

    found = shown(text.plan(plan(StepPlan("dmarc", "DMARC", (served,))), env, verbose=True))

    assert "= TXT _dmarc.starlightpractice.com → v=DMARC1; p=none (inherited from example" in found


def test_a_settled_plan_says_so_in_its_last_line(env: Environment) -> None:
    settled = plan(StepPlan("dkim", "DKIM records", (keep(CNAME),)), SKIPPED)

    last = shown(text.plan(settled, env)).splitlines()[-1]

    assert last == "Plan: nothing to do; 1 unchanged, 1 step skipped."


def test_what_only_a_person_can_move_is_in_the_way_of_a_take_over_too(env: Environment) -> None:
    change = Change(CNAME, Found(None, (IN_THE_WAY, WALL)), taken_over=True)

    found = shown(text.plan(plan(StepPlan("role", "Role", (change,))), env))

    assert "! blocked CNAME" in found
    assert "taken over: CNAME mail.example.com" in found
    assert "in the way: role nobody does not exist" in found


def test_differences_are_shown_field_by_field_and_key_by_key(env: Environment) -> None:
    other = named([{"Sid": "Owner", "Effect": "Deny", "Action": "sns:*", "Resource": "*"}])
    changes = (
        Change(TOPIC, Found(replace(TOPIC, statements=other, kms_key="alias/x"))),
        Change(ALARM, Found(replace(ALARM, unit="Percent", ok_actions=frozenset()))),
        Change(EVENT_DESTINATION, Found(replace(EVENT_DESTINATION, target={}))),
    )

    lines = shown(text.plan(plan(StepPlan("events", "Events", changes)), env)).splitlines()

    assert '        kms_key: alias/x -> ""' in lines
    assert "        unit: Percent -> (none)" in lines
    assert f"        ok_actions: {{}} -> {{{TOPIC_ARN}}}" in lines
    assert f"        target.SnsDestination: (none) -> {{TopicArn: {TOPIC_ARN}}}" in lines
    assert any(line.startswith('        statements.Owner: {"Action": "sns:*"') for line in lines)


def many(count: int) -> StepPlan:
    """A step that creates so many records, and one topic."""
    records: list[Resource] = [replace(CNAME, name=f"{n}.{DOMAIN}") for n in range(count)]
    return StepPlan("tenants", "Tenants", tuple(map(create, [*records[:9], TOPIC, *records[9:]])))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_many_creations_of_a_kind_are_counted_but_for_the_first(
    env: Environment, form: str
) -> None:
    def lines(step: StepPlan) -> list[str]:
        value = plan(step)
        whole = text.plan(value, env) if form == "text" else markdown_plan.plan(value, env)
        found = (line.strip() for line in shown(whole).splitlines())
        return [line for line in found if line.startswith("+ ")]

    few, lots = lines(many(MOST)), lines(many(1000))

    assert len(few) == MOST + 1
    assert lots[:FIRST] == few[:FIRST]
    assert lots[FIRST] == f"+ create {TOPIC.label}"
    [counted] = lots[FIRST + 1 :]
    assert counted.startswith("+ and 995 more of kind CNAME record")


def test_every_one_of_many_is_named_where_that_is_asked_for(env: Environment) -> None:
    found = shown(text.plan(plan(many(1000)), env, verbose=True))

    assert found.count("+ create CNAME") == 1000
    assert "more of kind" not in found


def test_one_of_many_that_says_more_than_its_name_is_named(env: Environment) -> None:
    noted = Change(replace(CNAME, name=f"noted.{DOMAIN}"), Found(None, notes=("waits a while",)))
    step = many(1000)

    found = shown(text.plan(plan(replace(step, changes=(*step.changes, noted))), env))

    assert f"+ create CNAME noted.{DOMAIN}" in found
    assert "and 995 more" in found


HOSTILE = "[red]x[/red]\x1b[31m\r\x07"


def test_what_others_wrote_cannot_steer_the_terminal_or_the_markup(env: Environment) -> None:
    live = replace(CNAME, values=frozenset({HOSTILE}))
    label = replace(CNAME, name=HOSTILE)
    blocked = Change(label, Found(None, (Obstacle(HOSTILE, HOSTILE),)))
    tags = replace(CONFIGURATION_SET, tags={**CONFIGURATION_SET.tags, "Environment": HOSTILE})
    changes = (Change(CNAME, Found(live)), blocked, Change(CONFIGURATION_SET, Found(tags)))

    found = shown(text.plan(plan(StepPlan("dkim", "DKIM", changes)), env))

    assert re.sub(r"[ -~\n→]", "", found) == ""
    assert found.count(r"[red]x[/red]\x1b[31m\r\x07") == 5


def test_colours_only_repeat_what_the_signs_say(env: Environment) -> None:
    coloured = shown(text.plan(WHOLE, env), terminal=True)

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == GOLDEN
    assert "\x1b[" not in shown(text.plan(WHOLE, env))


def test_each_change_that_aws_accepted_is_one_line_with_its_time() -> None:
    at = datetime(2026, 11, 22, 9, 5, 7, tzinfo=UTC)
    [updated] = UPDATED.changes

    assert shown(text.applied(Applied("dkim", create(CNAME), at), "prod")) == (
        "09:05:07 + created CNAME aaa._domainkey.starlightpractice.com → aaa.dkim.org\n"
    )
    assert shown(text.applied(Applied("x", updated, at), "prod")) == (
        "09:05:07 ~ updated configuration set rules\n"
    )


def test_a_step_that_was_left_alone_says_what_is_in_its_way() -> None:
    assert shown(text.applied(NotDone(BLOCKED), "prod")).splitlines() == [
        "         ! left alone: DMARC",
        "    ! blocked TXT mail.starlightpractice.com → v=spf1 include:amazonses.com ~all",
        "        in the way: CNAME mail.example.com → elsewhere.org",
        f"        way out: remove it; to take over: {TAKE_OVER}",
    ]


def test_a_step_that_still_waits_says_for_what() -> None:
    assert (
        shown(text.applied(NotDone(WAITING), "prod")).splitlines()[-1]
        == "    ? SES issues the tokens"
    )


def test_after_a_fresh_apply_everything_that_people_have_to_do_is_listed(env: Environment) -> None:
    subscription = Subscription(TOPIC_ARN, "email", f"ops@{DOMAIN}")
    night = replace(subscription, endpoint=f"night@{DOMAIN}")
    fresh = plan(
        StepPlan("configuration-set", "Set", (create(CONFIGURATION_SET),)),
        WAITING,
        StepPlan("events", "Events", (create(subscription), create(night))),
        StepPlan("alarms", "Alarms", (create(replace(subscription, topic_arn=f"{TOPIC_ARN}-2")),)),
    )

    assert shown(text.next_steps(env, fresh)) == dedent(
        """\
        Next:
          • confirm 3 subscriptions: AWS has mailed ops@starlightpractice.com (2 mails), \
night@starlightpractice.com (1 mail)
          • wait for DKIM:            ses-provision dkim-status --env prod --wait
          • leave the sandbox:        ses-provision request-access --env prod
          • let the application send: ses-provision set sender.role NAME --env prod
          • tell the developers:      ses-provision outputs --env prod \
(ConfigurationSetName "starlight-prod" in every SendEmail)
          • see what is left:         ses-provision checklist --env prod
        """
    )


def test_one_mail_is_one_subscription_to_confirm(env: Environment) -> None:
    one = Subscription(TOPIC_ARN, "email", f"ops@{DOMAIN}")
    two = replace(one, endpoint=f"night@{DOMAIN}")

    of_one = plan(StepPlan("events", "Events", (create(one),)))
    of_two = plan(StepPlan("events", "Events", (create(one), create(two))))

    said = f"confirm the subscription: AWS has mailed ops@{DOMAIN}\n"
    assert said in shown(text.next_steps(env, of_one))
    said = f"confirm 2 subscriptions: AWS has mailed ops@{DOMAIN}, night@{DOMAIN}\n"
    assert said in shown(text.next_steps(env, of_two))


def test_after_a_small_change_nobody_is_told_of_a_mail_that_was_not_sent(env: Environment) -> None:
    small = plan(UPDATED, StepPlan("dkim", "DKIM records", (keep(CNAME),)))

    assert shown(text.next_steps(env.with_role("application"), small)) == dedent(
        """\
        Next:
          • see what is left:         ses-provision checklist --env prod
        """
    )


def test_external_dns_is_told_where_its_records_are(env: Environment) -> None:
    external = Environment.model_validate(
        {**env.model_dump(exclude_unset=True), "name": "prod", "dns": {"provider": "external"}}
    )

    assert "ses-provision dns --env prod" in shown(text.plan(plan(WAITING), external))
    assert "publish the DNS records:  ses-provision dns --env prod" in shown(
        text.next_steps(external, plan(WAITING))
    )
