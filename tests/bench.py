"""What `make bench` measures. Speed is looked at here, and never part of the tests."""

from __future__ import annotations

import sys

from tests.local import bench as local_aws


def main() -> None:
    """Print every measurement."""
    sys.stdout.write("The local AWS, SESv2 requests a second on one core\n")
    for way, rate in local_aws.measure().items():
        sys.stdout.write(f"  {way:<18}{rate:8.0f}   at least {local_aws.AT_LEAST}\n")


if __name__ == "__main__":
    main()
