"""Record sets between the wire and the form of Route 53, octet by octet.

Route 53 writes an octet as three octal digits, master files as three decimal ones (RFC 1035 section
5.1). How a text is cut into strings is kept: somebody chose it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from ses_provision.names import dns_name, txt_octet, txt_strings

DECIMAL = re.compile(r"\\([0-9]{3})")
OCTAL = re.compile(r"\\([0-3][0-7]{2})")


def told(found: dns.rrset.RRset) -> dict[str, Any]:
    """A set from the wire in the form of Route 53."""
    return {
        "Name": dns_name(octal(str(found.name))),
        "Type": dns.rdatatype.to_text(found.rdtype),
        "TTL": found.ttl,
        "ResourceRecords": [{"Value": value(record)} for record in found],
    }


def value(record: dns.rdata.Rdata) -> str:
    """One record in the form of Route 53."""
    strings = getattr(record, "strings", None)
    if strings is None:
        return octal(record.to_text())
    return " ".join('"' + "".join(map(txt_octet, string)) + '"' for string in strings)


def octal(text: str) -> str:
    """A text of master files with octal escapes."""
    return DECIMAL.sub(lambda found: f"\\{int(found[1]):03o}", text)


def decimal(text: str) -> str:
    """The way back of `octal`."""
    return OCTAL.sub(lambda found: f"\\{int(found[1], 8):03d}", text)


def read(found: Mapping[str, Any]) -> dns.rrset.RRset:
    """A set in the form of Route 53 as the wire has it."""
    owner = dns.name.from_text(decimal(found["Name"]))
    kind = dns.rdatatype.from_text(found["Type"])
    records = [record(kind, held["Value"]) for held in found["ResourceRecords"]]
    made: dns.rrset.RRset = dns.rrset.from_rdata_list(owner, int(found["TTL"]), records)
    return made


def record(kind: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    """One record; host names that end without a dot are whole all the same."""
    if kind == dns.rdatatype.TXT:
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, kind, txt_strings(text))
    return dns.rdata.from_text(
        dns.rdataclass.IN, kind, decimal(text), origin=dns.name.root, relativize=False
    )
