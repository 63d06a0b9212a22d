"""What the tool would ask and call, found out without AWS: permissions and explanations.

The real readings are run on made-up answers, and the calls that could follow are made as values and
not sent. Begin with `permissions`.
"""
