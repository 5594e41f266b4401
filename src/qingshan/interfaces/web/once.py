"""Forms that make something carry the id of what they make, so that a second click makes nothing new (防重复提交).

    key = FormKey(request)
    perform(request, key.guarded(lambda: make_it(..., thing_id=key.value, acting=...)), ...)

The template of the form holds ``{% include "web/components/once.html" %}``, the context ``{"once": key}``.
"""

from collections.abc import Callable
from uuid import UUID

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.once import ONCE_CODE
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.middleware import OfficeRequest

FIELD = "once"


class FormKey:
    """The id that a form brought, or a new one for a form that is shown for the first time."""

    def __init__(self, request: OfficeRequest) -> None:
        """Read the id from the form; anything that is no id is answered with a new one."""
        self.value = _read(request.POST.get(FIELD, "")) or new_id()
        self.taken: UUID | None = None

    def guarded(self, run: Callable[[], object]) -> Callable[[], None]:
        """The act; when its id stands for something else already the form shown again gets a new one."""

        def act() -> None:
            try:
                run()
            except ActRefused as refusal:
                if refusal.code == ONCE_CODE:
                    self.taken, self.value = self.value, new_id()
                raise

        return act


def _read(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if found.version == 7 else None
