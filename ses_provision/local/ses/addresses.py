"""What SES says of an address it cannot read, before it looks at anything else of a message."""

_LAST_VISIBLE = "~"


def violation(address: str) -> str | None:
    """Why a bare address is refused; None where it is not.

    The four sentences: probed in 2026 (floci-io/floci, SesAddressSyntax).
    """
    local, at, domain = address.partition("@") if address[:1] != '"' else address.rpartition("@")
    if not local.startswith('"') and _has_control(local):
        return "Local address contains control or whitespace"
    if not at:
        return "Missing final '@domain'"
    if not domain:
        return "Missing domain"
    if _has_control(domain):
        return "Domain contains control or whitespace"
    return "Missing local name" if not local else None


def _has_control(text: str) -> bool:
    return any(each <= " " or each > _LAST_VISIBLE for each in text)
