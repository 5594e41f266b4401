"""The second door of leads, for worker and command line only: what reads foreign spatial files."""

from qingshan.contexts.leads.services.batches import fail_batch
from qingshan.contexts.leads.services.inspecting import inspect_batch
from qingshan.contexts.leads.services.intake import ForbiddenFileError, accept_batch, wipe_forbidden

__all__ = ["ForbiddenFileError", "accept_batch", "fail_batch", "inspect_batch", "wipe_forbidden"]
