"""Who may open which page. A view without a rule can be opened by nobody: deny by default.

``@page()`` any post; ``@page("bureau_officer", ...)`` these roles; ``@open_page`` no sign-in. Scope (which rows) is not
decided here but by the viewer's scope.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from qingshan.domain.roles import MATTER_ROLES

if TYPE_CHECKING:
    from qingshan.interfaces.web.middleware import OfficeRequest

View = Callable[..., HttpResponseBase]
__all__ = ["MATTER_ROLES", "View", "is_open", "open_page", "page", "roles_of"]

_OPEN, _ROLES = "qingshan_open", "qingshan_roles"


def open_page(view: View) -> View:
    """A page without sign-in."""
    setattr(view, _OPEN, True)
    return view


def is_open(view: View) -> bool:
    """Whether a view needs no sign-in; views from elsewhere count as closed."""
    return bool(getattr(view, _OPEN, False))


def roles_of(view: View) -> frozenset[str] | None:
    """Roles that may open a view; empty = any post; None = no rule, so nobody."""
    return cast("frozenset[str] | None", getattr(view, _ROLES, None))


def page(*roles: str) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """A page behind the sign-in, for these roles (none given: every post)."""

    def wrap(view: Callable[..., HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: "OfficeRequest", *args: Any, **kwargs: Any) -> HttpResponseBase:
            if roles and not request.viewer.has(*roles):
                raise PermissionDenied(_("您的职务不能打开此页"))
            return view(request, *args, **kwargs)

        setattr(guarded, _ROLES, frozenset(roles))
        return guarded

    return wrap
