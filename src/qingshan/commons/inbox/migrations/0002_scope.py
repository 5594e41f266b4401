"""Row security of the inbox: batches of the county for whoever sees the county."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE inbox_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON inbox_batch FOR ALL USING (qs_visible(division, NULL)) WITH CHECK (qs_visible(division, NULL));
ALTER TABLE inbox_batchrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_batchrow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON inbox_batchrow FOR ALL USING (EXISTS (SELECT FROM inbox_batch b WHERE b.id = batch_id)) WITH CHECK (EXISTS (SELECT FROM inbox_batch b WHERE b.id = batch_id));
"""
REVERSE = """
DROP POLICY scope ON inbox_batchrow;
ALTER TABLE inbox_batchrow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE inbox_batchrow DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON inbox_batch;
ALTER TABLE inbox_batch NO FORCE ROW LEVEL SECURITY;
ALTER TABLE inbox_batch DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of the inbox: batches of the county for whoever sees the county."""

    dependencies: ClassVar = [("inbox", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
