"""What a lead is found by is put together only where a bulk door has not brought it: the others pass without a call."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
DROP TRIGGER search_fill ON leads_lead;
CREATE TRIGGER search_fill BEFORE INSERT ON leads_lead FOR EACH ROW WHEN (NEW.grams IS NULL)
  EXECUTE FUNCTION leads_search_fill();
CREATE TRIGGER search_refill BEFORE UPDATE ON leads_lead FOR EACH ROW EXECUTE FUNCTION leads_search_fill();
"""
REVERSE = """
DROP TRIGGER search_refill ON leads_lead;
DROP TRIGGER search_fill ON leads_lead;
CREATE TRIGGER search_fill BEFORE INSERT OR UPDATE ON leads_lead FOR EACH ROW EXECUTE FUNCTION leads_search_fill();
"""


class Migration(migrations.Migration):
    """What a lead is found by is put together only where a bulk door has not brought it."""

    dependencies: ClassVar = [("leads", "0013_sources_scope"), ("places", "0003_map_cells_fast")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
