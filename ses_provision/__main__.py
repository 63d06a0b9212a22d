"""`python -m ses_provision` is `ses-provision`."""

from ses_provision.cli import main

main()
