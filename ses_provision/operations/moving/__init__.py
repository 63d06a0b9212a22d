"""What stands at a domain that mail moves away from, and the way over: `migrate check`.

`standing` asks DNS, `providers` names what it finds there, `ramp` is the way as a table, `advice`
what would have to change. Nothing here writes. Begin with `standing`.
"""

from ses_provision.operations.moving.advice import There, findings
from ses_provision.operations.moving.ramp import Day, Peak, Room, ramp
from ses_provision.operations.moving.standing import Standing, look

__all__ = ["Day", "Peak", "Room", "Standing", "There", "findings", "look", "ramp"]
