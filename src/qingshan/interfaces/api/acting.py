"""From a call to an act: who acts, through this door, by the server's clock."""

from qingshan.commons.base.clock import server_clock
from qingshan.commons.people.viewer import Acting
from qingshan.interfaces.api.authentication import ApiRequest


def acting_of(request: ApiRequest) -> Acting:
    """The caller about to act."""
    return Acting(viewer=request.viewer, clock=server_clock(), door="api")
