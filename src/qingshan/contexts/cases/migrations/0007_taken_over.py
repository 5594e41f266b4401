"""Cases taken over from an old ledger: mark, former number (found by search), claimed stations, closed before."""

from typing import ClassVar

from django.db import migrations, models

SEARCH = """
CREATE OR REPLACE FUNCTION cases_search_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.grams IS NULL OR (TG_OP = 'UPDATE' AND ROW(
      NEW.number, NEW.lead_number, NEW.title, NEW.township_name, NEW.village_name, NEW.mineral, NEW.close_out_number,
      NEW.extras, NEW.former_number
    ) IS DISTINCT FROM ROW(
      OLD.number, OLD.lead_number, OLD.title, OLD.township_name, OLD.village_name, OLD.mineral, OLD.close_out_number,
      OLD.extras, OLD.former_number
    )) THEN
    NEW.search := qs_plain(concat_ws(' ', NEW.number, NEW.lead_number, NEW.title, NEW.township_name, NEW.village_name,
      NEW.mineral, NEW.close_out_number, qs_json_words(NEW.extras), NULLIF(NEW.former_number, '')));
    NEW.grams := qs_grams(NEW.search);
  END IF;
  RETURN NEW;
END $$;
"""
FORMER = """
CREATE OR REPLACE FUNCTION cases_search_fill() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    """Cases taken over from an old ledger: mark, former number (found by search), claimed stations, closed before."""

    dependencies: ClassVar = [("cases", "0006_scope_once")]
    operations: ClassVar = [
        migrations.AddField(
            "case", "former_number", models.CharField(max_length=120, blank=True, default="", db_default="")
        ),
        migrations.AddField(
            "case", "taken_over", models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
        ),
        migrations.AddField("trackstep", "taken_over", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("case", "case_state_known"),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["open", "accepted", "reported", "city_passed", "closed", "closed_before"]
                ),
                name="case_state_known",
            ),
        ),
        migrations.RunSQL(SEARCH, FORMER),
    ]
