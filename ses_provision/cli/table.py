"""The commands in the order of the help, by what they are for, each with a line on it.

A command is listed here and nowhere else; its function stands in the module of `commands` that is
named like it. Modules are imported when their command is called: the help needs this table alone.
The line is what the command's own help begins with.
"""

from __future__ import annotations

GROUPS = {
    "Begin": {
        "init": "Write a new environment file, with comments; never over an existing one.",
        "set": "Change one setting in an environment file; comments and order stay.",
        "plan": "Show what `apply` would change; write nothing.",
        "apply": "Make the account as the environment says; again and again is safe.",
        "request-access": ("Show what AWS's reviewers will see, and ask them to lift the sandbox."),
        "estimate": "Say what an environment costs a month, and which plan of SES is cheapest.",
        "explain": (
            "Say what a step makes and why, with its calls, permissions and AWS's own page."
        ),
        "guide": "Show a page of the guide, as Markdown where the output is no terminal.",
    },
    "Watch": {
        "status": (
            "Show all environments in one screen: verified, sandbox, sending, rates, open items."
        ),
        "checklist": (
            "Show what stands between each account and sending, with evidence and the next step."
        ),
        "stats": (
            "Show what was sent, delivered, bounced and complained about, by day, beside AWS's "
            "limits."
        ),
        "report": (
            "Show on one page how each environment stands, what it sent, what is open, what comes "
            "next."
        ),
        "deliverability": (
            "Show what becomes of mail at each mailbox provider, and what SES recommends."
        ),
        "tenants": (
            "Show how tenants stand: who sends, by which policy SES stops them, what it found."
        ),
        "quota": "Show how much may be sent, and how much of it is used; ask AWS for more.",
        "whoami": (
            "Say whose credentials each environment is worked on with, from where, and until when."
        ),
        "attest": "Record what only a person can know, in a file beside the environment.",
    },
    "Operate": {
        "send-test": "Send one mail through the real identity and configuration set.",
        "receive-test": "Send one mail to the name that receives, and wait until it is stored.",
        "drill": "Prove the way of a bounce: SES, configuration set, topic, subscriber.",
        "events": "Show what becomes of each mail as it happens, one line for each event.",
        "pause": "Stop sending at once: the emergency stop.",
        "resume": "Let mail through again that somebody paused.",
        "migrate": "Show what stands at the domain that one moves from, and how to move.",
        "check-message": (
            "Judge a mail in a file as receivers do: alignment, DKIM, unsubscribing, links, size."
        ),
        "suppression": "Look at the account's suppression list in a region, and change it.",
        "ips": (
            "Show dedicated IP pools and addresses: how warm they are, and whose mail leaves "
            "through them."
        ),
        "smtp": (
            "Make, rotate, retire and test the passwords of SMTP users; never a part of plan and "
            "apply."
        ),
        "destroy": (
            "Delete what `apply` made in one environment, in reverse order, and nothing else."
        ),
    },
    "Data": {
        "query": "Ask the archive: what became of mail, by day, domain, receiver or cause.",
        "inbox": (
            "Show what arrived: the newest mails that [receiving] stored, or one of them whole."
        ),
        "outputs": "Print what an application needs: names, addresses and ARNs.",
        "export": "Write the environment as import blocks and resources of another tool.",
    },
    "DNS": {
        "dns": "Show the DNS records to publish, or check that DNS shows them.",
        "dkim": "Renew a DKIM key of your own without a gap, or remove what signs no more.",
        "dmarc": (
            "Say who sends in a domain's name, by receivers' reports, and if DMARC may be stricter."
        ),
        "bimi": "Say what mailbox providers will show of the logo, and what keeps them from it.",
        "dkim-status": "Show where the verification of the domain stands, and why.",
    },
    "CI": {
        "validate": "Check environment files, each and together, without asking AWS.",
        "environments": (
            "List the environments, all or one part of them, for jobs that run side by side."
        ),
        "permissions": "Print the IAM policy that an operator needs, as JSON that IAM accepts.",
        "schema": (
            "Print the JSON Schema of an environment file, for editors that complete and check "
            "TOML."
        ),
    },
    "Local": {
        "demo": "Tell the whole story on a local AWS in this process: nothing real is touched.",
        "local": ("Serve a local AWS on 127.0.0.1, with the zones and roles of your environments."),
    },
}

COMMANDS = {name: line for commands in GROUPS.values() for name, line in commands.items()}
