"""The commands, one file each, named like the command.

A command reads its options, calls the layers below, and hands what they return to a renderer. What
several commands share is in `cli`: begin with `run`. `cli.table` lists the commands in the order
of the help, each in its group.
"""
