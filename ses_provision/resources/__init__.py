"""AWS objects, one file or folder a service: how each is read and written, and nothing about why.

A resource is declared once: its key, how it is read, what each question and call acts on, which
refusals mean "absent", "already" or "not yet", and what an account answers where it stands.
Permissions, explanations, clashes, destroy and JSON follow from that. AWS's own shapes end here: an
answer becomes a typed value, which checks and operations read. Begin with `sns`.
"""
