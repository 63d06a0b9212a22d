"""What is done to a live account once, on request: drill, test mail, access request, restart.

None of it is part of the desired state, so none of it is in a plan. An operation is a value or a
pure function that says which calls to make; the commands send them.
"""
