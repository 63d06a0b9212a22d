"""[bimi]: the logo that mailbox providers may show beside the mail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import LABEL, matching

# In the record a comma and a semicolon would end the URL (BIMI draft, section "BIMI Record").
HttpsUrl = Annotated[
    str,
    matching(
        r"https://([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}(:[0-9]{1,5})?"
        r"/[A-Za-z0-9._~:/?&=%+@!$'()*-]{1,1000}",
        "an https URL of a file, without comma, semicolon, # or blanks, such as "
        "https://brand.example.com/logo.svg",
    ),
]


class BimiSettings(Section):
    """[bimi]: the record, written once DMARC enforces."""

    logo: HttpsUrl = Field(description="Where the logo is, in the SVG Tiny PS profile.")
    certificate: HttpsUrl | None = Field(
        None, description="Where its mark certificate is (PEM); some show no logo without one."
    )
    selector: Annotated[str, matching(LABEL, "one label of a DNS name, such as default")] = Field(
        "default", description="In front of _bimi; receivers look for default."
    )
