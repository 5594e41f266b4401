"""The door of leads: safe for the web process. What reads foreign files stands behind `public_worker`."""

from qingshan.contexts.leads.completeness import (
    BY,
    GAP,
    LOST,
    MISSING,
    NO_KEY,
    PARTS,
    RECEIVED,
    ROWS,
    VERIFIED,
    Coverage,
    Line,
    NotYet,
    Proof,
    prove,
)
from qingshan.contexts.leads.completeness_export import write_proof
from qingshan.contexts.leads.completeness_rows import Behind, ProofRow, missing_rows, rows_behind
from qingshan.contexts.leads.deadlines import lead_duties
from qingshan.contexts.leads.exporting import EXPORT_COLUMNS
from qingshan.contexts.leads.ledger import LEAD_TABLE, mark_text
from qingshan.contexts.leads.likeness import Alike, Probe, find_alike, likeness_of, likeness_weights, probe_of
from qingshan.contexts.leads.listing import (
    LEAD_SORTS,
    MOST_AT_ONCE,
    PAGE,
    LeadFilter,
    labels_of,
    lead_counts,
    lead_labels,
    lead_rows,
)
from qingshan.contexts.leads.mapping import EARLIER, LeadMapFilter, lead_map_counts, lead_tile, leads_in_view
from qingshan.contexts.leads.models import Lead, LeadPair, Source, SourceReply, Verification, VerificationPhoto
from qingshan.contexts.leads.nearby import NearLead, leads_near, nearby_radius
from qingshan.contexts.leads.policy import is_own_unit, may_correct, may_flag_active, visible_leads
from qingshan.contexts.leads.related import PAIRS, Related, count_open_pairs, open_pairs, related_leads
from qingshan.contexts.leads.selectors import (
    LeadDetail,
    LeadTotals,
    UnitProgress,
    direction_counts,
    lead_detail,
    lead_totals,
    leads_by_ids,
    leads_by_numbers,
    leads_on_turn,
    open_leads_by_unit,
    recheck_progress,
    search_leads,
    verification_progress,
)
from qingshan.contexts.leads.services.batches import (
    IntakeResult,
    queue_acceptance,
    queue_inspection,
    register_batch,
    rows_for_report,
    supplement_name,
)
from qingshan.contexts.leads.services.bulk import BULK_ACTS, BulkAct, bulk_leads, export_leads
from qingshan.contexts.leads.services.choosing_columns import choices_mark, choose_columns
from qingshan.contexts.leads.services.correcting import correct_lead
from qingshan.contexts.leads.services.dispatching import dispatch_lead, receive_lead, return_lead
from qingshan.contexts.leads.services.evidence import PhotoInput
from qingshan.contexts.leads.services.merging import merge_lead, separate_lead, tell_apart
from qingshan.contexts.leads.services.on_ledger import put_on_ledger
from qingshan.contexts.leads.services.outside import note_outside_result
from qingshan.contexts.leads.services.proving import queue_proof
from qingshan.contexts.leads.services.receiving import (
    Received,
    batch_work,
    is_worked_on,
    receive_batch,
    start_acceptance,
)
from qingshan.contexts.leads.services.rechecking import RecheckForm, recheck_lead
from qingshan.contexts.leads.services.rereading import checked_reading, kept_reading, reread_batch
from qingshan.contexts.leads.services.single import LeadForm, register_lead
from qingshan.contexts.leads.services.source_duties import settle_all_sources
from qingshan.contexts.leads.services.sources import (
    ReplyForm,
    add_source,
    enter_platform_no,
    reply_source,
    sign_hand_over,
    waive_reply,
)
from qingshan.contexts.leads.services.splitting import split_lead
from qingshan.contexts.leads.services.urgency import flag_active
from qingshan.contexts.leads.services.verifying import resume_verification, review_verification, submit_verification
from qingshan.contexts.leads.sources import (
    DESKS,
    SourceFilter,
    SourceLine,
    channel_totals,
    source_by_id,
    source_counts,
    source_rows,
    sources_of,
    urgent_sources,
)
from qingshan.contexts.leads.supplements import mended_rows, supplements_of

__all__ = [
    "BULK_ACTS",
    "BY",
    "DESKS",
    "EARLIER",
    "EXPORT_COLUMNS",
    "GAP",
    "LEAD_SORTS",
    "LEAD_TABLE",
    "LOST",
    "MISSING",
    "MOST_AT_ONCE",
    "NO_KEY",
    "PAGE",
    "PAIRS",
    "PARTS",
    "RECEIVED",
    "ROWS",
    "VERIFIED",
    "Alike",
    "Behind",
    "BulkAct",
    "Coverage",
    "IntakeResult",
    "Lead",
    "LeadDetail",
    "LeadFilter",
    "LeadForm",
    "LeadMapFilter",
    "LeadPair",
    "LeadTotals",
    "Line",
    "NearLead",
    "NotYet",
    "PhotoInput",
    "Probe",
    "Proof",
    "ProofRow",
    "Received",
    "RecheckForm",
    "Related",
    "ReplyForm",
    "Source",
    "SourceFilter",
    "SourceLine",
    "SourceReply",
    "UnitProgress",
    "Verification",
    "VerificationPhoto",
    "add_source",
    "batch_work",
    "bulk_leads",
    "channel_totals",
    "checked_reading",
    "choices_mark",
    "choose_columns",
    "correct_lead",
    "count_open_pairs",
    "direction_counts",
    "dispatch_lead",
    "enter_platform_no",
    "export_leads",
    "find_alike",
    "flag_active",
    "is_own_unit",
    "is_worked_on",
    "kept_reading",
    "labels_of",
    "lead_counts",
    "lead_detail",
    "lead_duties",
    "lead_labels",
    "lead_map_counts",
    "lead_rows",
    "lead_tile",
    "lead_totals",
    "leads_by_ids",
    "leads_by_numbers",
    "leads_in_view",
    "leads_near",
    "leads_on_turn",
    "likeness_of",
    "likeness_weights",
    "mark_text",
    "may_correct",
    "may_flag_active",
    "mended_rows",
    "merge_lead",
    "missing_rows",
    "nearby_radius",
    "note_outside_result",
    "open_leads_by_unit",
    "open_pairs",
    "probe_of",
    "prove",
    "put_on_ledger",
    "queue_acceptance",
    "queue_inspection",
    "queue_proof",
    "receive_batch",
    "receive_lead",
    "recheck_lead",
    "recheck_progress",
    "register_batch",
    "register_lead",
    "related_leads",
    "reply_source",
    "reread_batch",
    "resume_verification",
    "return_lead",
    "review_verification",
    "rows_behind",
    "rows_for_report",
    "search_leads",
    "separate_lead",
    "settle_all_sources",
    "sign_hand_over",
    "source_by_id",
    "source_counts",
    "source_rows",
    "sources_of",
    "split_lead",
    "start_acceptance",
    "submit_verification",
    "supplement_name",
    "supplements_of",
    "tell_apart",
    "urgent_sources",
    "verification_progress",
    "visible_leads",
    "waive_reply",
    "write_proof",
]
