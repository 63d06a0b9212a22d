"""The local AWS listens on this machine only."""

from __future__ import annotations

import ipaddress


def only_loopback(host: str) -> None:
    """Refuse to listen where other machines could reach: there is no password here."""
    try:
        fine = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(
            f"The local AWS listens on loopback addresses only, not on {host}: anyone who reaches "
            "it may do anything. Use 127.0.0.1."
        )
