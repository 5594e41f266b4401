"""Cases are found by any two characters of their numbers, names, places and papers."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE cases_case ADD COLUMN search text, ADD COLUMN grams tsvector;
CREATE FUNCTION cases_search_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.grams IS NULL OR (TG_OP = 'UPDATE' AND ROW(
      NEW.number, NEW.lead_number, NEW.title, NEW.township_name, NEW.village_name, NEW.mineral, NEW.close_out_number,
      NEW.extras
    ) IS DISTINCT FROM ROW(
      OLD.number, OLD.lead_number, OLD.title, OLD.township_name, OLD.village_name, OLD.mineral, OLD.close_out_number,
      OLD.extras
    )) THEN
    NEW.search := qs_plain(concat_ws(' ', NEW.number, NEW.lead_number, NEW.title, NEW.township_name, NEW.village_name,
      NEW.mineral, NEW.close_out_number, qs_json_words(NEW.extras)));
    NEW.grams := qs_grams(NEW.search);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER search_fill BEFORE INSERT OR UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_search_fill();
-- The owner is bound by row security too: without a scope it would see, and change, no row.
SELECT set_config('qingshan.system', 'on', true);
UPDATE cases_case SET grams = NULL;
CREATE INDEX case_grams ON cases_case USING gin (grams) WITH (gin_pending_list_limit = 4096);

-- Papers: numbers and names in the fields of finished stations.
ALTER TABLE cases_trackstep ADD COLUMN search text, ADD COLUMN grams tsvector;
CREATE FUNCTION cases_step_search_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.grams IS NULL OR (TG_OP = 'UPDATE' AND NEW.fields IS DISTINCT FROM OLD.fields) THEN
    NEW.search := qs_plain(qs_json_words(NEW.fields));
    NEW.grams := qs_grams(NEW.search);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER search_fill BEFORE INSERT OR UPDATE ON cases_trackstep
  FOR EACH ROW EXECUTE FUNCTION cases_step_search_fill();
UPDATE cases_trackstep SET grams = NULL;
CREATE INDEX step_grams ON cases_trackstep USING gin (grams) WITH (gin_pending_list_limit = 4096);
"""
REVERSE = """
DROP TRIGGER search_fill ON cases_trackstep; DROP FUNCTION cases_step_search_fill();
ALTER TABLE cases_trackstep DROP COLUMN grams, DROP COLUMN search;
DROP TRIGGER search_fill ON cases_case; DROP FUNCTION cases_search_fill();
ALTER TABLE cases_case DROP COLUMN grams, DROP COLUMN search;
"""


class Migration(migrations.Migration):
    """Cases are found by any two characters of their numbers, names, places and papers."""

    dependencies: ClassVar = [("cases", "0003_lead_number"), ("search", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
