"""The nouns (`model`) and the verbs (`applying`, `teardown`): no AWS service is known here."""
