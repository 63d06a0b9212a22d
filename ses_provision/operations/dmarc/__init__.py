"""Aggregate reports on DMARC, what receivers say of mail in a domain's name: `dmarc report`.

`unpacking` takes files apart within bounds, `parsing` makes the values of `aggregate` of their XML,
`collecting` says which reports count, `sources` who sent, `judging` whether the policy may become
stricter. Whatever is wrong with a file is a sentence about it. Nothing asks the network. Begin with
`collecting`.
"""

from ses_provision.operations.dmarc.collecting import Collected, Flaw, Held, collected
from ses_provision.operations.dmarc.gathering import gathered
from ses_provision.operations.dmarc.judging import Summary, judged

__all__ = ["Collected", "Flaw", "Held", "Summary", "collected", "gathered", "judged"]
