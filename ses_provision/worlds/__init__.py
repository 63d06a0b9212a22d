"""Where a run takes place: the real AWS, the local AWS that is served, the one in this process.

A world connects, sleeps and knows the time, so that the same commands run against any AWS. Begin
with `real`, which has the protocol.
"""
