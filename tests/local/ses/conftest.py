import pytest

from tests.local.ses.world import Ses


@pytest.fixture
def ses() -> Ses:
    """SES of one account in us-east-2, with a clock that stands still."""
    return Ses()
