import pytest

from tests.local.ses.post import watch
from tests.local.ses.world import TOPIC, Ses


@pytest.fixture
def ses() -> Ses:
    """SES of one account in us-east-2, with a clock that stands still."""
    return Ses()


@pytest.fixture
def sender(ses: Ses) -> Ses:
    """A verified domain, and a configuration set that tells all to a topic."""
    ses.verified_domain()
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    watch(ses, {"SnsDestination": {"TopicArn": TOPIC}})
    ses.world.published.clear()
    ses.world.metrics.clear()
    return ses
