"""Leads are found by any two characters of their numbers, names, places and texts."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE leads_lead ADD COLUMN search text, ADD COLUMN grams tsvector;

CREATE FUNCTION leads_search_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Bulk doors bring both columns; a changed text makes them anew.
  IF NEW.grams IS NULL OR (TG_OP = 'UPDATE' AND ROW(
      NEW.number, NEW.title, NEW.source_no, NEW.place_text, NEW.township_name, NEW.village_name, NEW.description,
      NEW.batch_name, NEW.verifiers, NEW.attributes
    ) IS DISTINCT FROM ROW(
      OLD.number, OLD.title, OLD.source_no, OLD.place_text, OLD.township_name, OLD.village_name, OLD.description,
      OLD.batch_name, OLD.verifiers, OLD.attributes
    )) THEN
    NEW.search := qs_plain(concat_ws(' ', NEW.number, NEW.title, NEW.source_no, NEW.place_text, NEW.township_name,
      NEW.village_name, NEW.description, NEW.batch_name, NEW.verifiers, qs_json_words(NEW.attributes)));
    NEW.grams := qs_grams(NEW.search);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER search_fill BEFORE INSERT OR UPDATE ON leads_lead FOR EACH ROW EXECUTE FUNCTION leads_search_fill();
-- The owner is bound by row security too: without a scope it would see, and change, no row.
SELECT set_config('qingshan.system', 'on', true);
UPDATE leads_lead SET grams = NULL;
CREATE INDEX lead_grams ON leads_lead USING gin (grams) WITH (gin_pending_list_limit = 16384);
"""
REVERSE = """
DROP TRIGGER search_fill ON leads_lead; DROP FUNCTION leads_search_fill();
ALTER TABLE leads_lead DROP COLUMN grams, DROP COLUMN search;
"""


class Migration(migrations.Migration):
    """Leads are found by any two characters of their numbers, names, places and texts."""

    dependencies: ClassVar = [("leads", "0002_scope"), ("search", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
