"""The functions of search, and the blind index of names with its row security."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

FORWARD = r"""
-- Same result as `grams.plain`; the class of separators stands in both places.
CREATE FUNCTION qs_plain(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(
  translate(normalize(coalesce(t, ''), NFKC), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
  '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\ufe10-\ufe6f\uff00-\uffef]+',
  ' ', 'g'));

-- Pairs of neighbouring characters of each word, and each word's last character alone; same result as `grams.grams`.
CREATE FUNCTION qs_grams(plain text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT coalesce(array_to_tsvector(array_agg(rtrim(a || coalesce(b, ' '))) FILTER (WHERE a <> ' ')), ''::tsvector)
  FROM (SELECT string_to_array(plain, NULL) AS c) s, unnest(c, c[2:]) AS pair(a, b)
);

-- Words of a JSON value: its texts and numbers, not its keys.
CREATE FUNCTION qs_json_words(j jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT coalesce(string_agg(v #>> '{}', ' '), '') FROM jsonb_path_query(j, 'strict $.**') v
  WHERE jsonb_typeof(v) IN ('string', 'number')
);

ALTER TABLE search_namegrams ADD COLUMN tokens tsvector NOT NULL;
CREATE INDEX name_tokens ON search_namegrams USING gin (tokens);
ALTER TABLE search_namegrams ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_namegrams FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON search_namegrams FOR ALL USING (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id))
  WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));

-- Erasing a subject's key also makes its names unfindable, whoever erases.
CREATE FUNCTION search_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.wrapped IS NULL AND OLD.wrapped IS NOT NULL THEN
    DELETE FROM search_namegrams WHERE id IN (SELECT v.id FROM journal_personalvalue v WHERE v.subject_id = NEW.id);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER search_forget AFTER UPDATE ON journal_subjectkey FOR EACH ROW EXECUTE FUNCTION search_forget();
"""
REVERSE = """
DROP TRIGGER search_forget ON journal_subjectkey; DROP FUNCTION search_forget();
DROP FUNCTION qs_json_words(jsonb); DROP FUNCTION qs_grams(text); DROP FUNCTION qs_plain(text);
"""


class Migration(migrations.Migration):
    """The functions of search, and the blind index of names with its row security."""

    initial = True
    dependencies: ClassVar = [("journal", "0003_whole_view")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="NameGrams",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.matter"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
