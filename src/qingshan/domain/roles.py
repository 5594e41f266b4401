"""Roles by what they read (职务角色): shared by all doors, so that page and program open to the same posts."""

from qingshan.domain.lead import REGISTER_ROLES

MATTER_ROLES = frozenset(
    {"village_patroller", "township_officer", "township_leader", "bureau_officer", "bureau_leader"}
    | {"taskforce_office", "county_leader", "city_reviewer", "discipline", "province_reader"}
    | {"department_officer", "department_leader", "police", "procuratorate", "court", "finance_reviewer"}
    | {"hotline_desk"}
)
"""Roles whose work is matters; administrators of the system see none."""
BATCH_READERS = REGISTER_ROLES | {"county_leader", "discipline", "city_reviewer", "province_reader"}
"""Roles that read imported batches."""
JOURNAL_READERS = MATTER_ROLES | {"audit_admin"}
"""Roles that read the journal."""
TAKE_OVER_READERS = frozenset({"bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline"})
"""Roles that read old ledgers being taken over."""
