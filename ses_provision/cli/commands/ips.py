"""ips."""

from __future__ import annotations

from ses_provision.cli.run import Run, Target


def ips(run: Run) -> None:
    """Show dedicated IP pools and addresses: how warm they are, and whose mail leaves through them.

    Of the whole account and region, whoever made them. Asks each configuration set for its pool,
    at the second or so that SES takes for one.

    Example: ses-provision ips --env prod
    """
    from ses_provision.operations import dedicated_ips
    from ses_provision.render import dedicated_ips as text
    from ses_provision.render.plan import heading

    def work(run: Run, target: Target) -> None:
        found = target.reader.run(dedicated_ips.standing(target.env, target.account))
        run.report(target.env.name, {"ips": text.document(found)})
        run.show(heading(target.env), text.standing(found), "")

    run.each(work)
