"""A mail in a file, judged as receivers judge it: `check-message`.

`mail` takes it apart, so that nothing in it can do harm; each other file looks at one subject and
says what it found as `Finding`s. Only `signatures` and `alignment` ask DNS. Begin with `judging`.
"""

from ses_provision.operations.message.judging import judged
from ses_provision.operations.message.mail import LARGEST, Mail, taken_apart

__all__ = ["LARGEST", "Mail", "judged", "taken_apart"]
