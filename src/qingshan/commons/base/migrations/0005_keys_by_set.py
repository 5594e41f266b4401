"""Keys of bulk tables are looked up once for a whole statement instead of once per row (整批核对外键).

A foreign key of the database runs a query and locks its target for every row: an import of 45,000 leads asked 360,000
times whether one of twenty units is there, at its end, while everybody waited. ``qs_keys_by_set(child, column,
parent)`` keeps the same promise: no row without its target, the target locked meanwhile, and no target deleted that a
row still names.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = r"""
CREATE PROCEDURE qs_keys_by_set(child text, col text, parent text) LANGUAGE plpgsql AS $make$
DECLARE
  added text := format('%s_%s_added', child, col);
  moved text := format('%s_%s_moved', child, col);
  kept text := format('%s_%s_kept', child, col);
  missing text := format('%s.%s 指向的 %s 不存在', child, col, parent);
BEGIN
  EXECUTE format($f$
    CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $b$
    DECLARE
      wanted uuid[] := array(SELECT DISTINCT n.%2$I FROM new_rows n WHERE n.%2$I IS NOT NULL);
      found integer;
    BEGIN
      SELECT count(*) INTO found FROM (SELECT FROM %3$I p WHERE p.id = ANY(wanted) FOR KEY SHARE) there;
      IF found < cardinality(wanted) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = %5$L;
      END IF;
      RETURN NULL;
    END $b$;
    CREATE TRIGGER %1$I AFTER INSERT ON %4$I REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION %1$I();
  $f$, added, col, parent, child, missing);
  EXECUTE format($f$
    CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $b$
    BEGIN
      PERFORM FROM %3$I p WHERE p.id = NEW.%2$I FOR KEY SHARE;
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = %5$L;
      END IF;
      RETURN NULL;
    END $b$;
    CREATE TRIGGER %1$I AFTER UPDATE OF %2$I ON %4$I FOR EACH ROW
      WHEN (NEW.%2$I IS NOT NULL AND NEW.%2$I IS DISTINCT FROM OLD.%2$I) EXECUTE FUNCTION %1$I();
  $f$, moved, col, parent, child, missing);
  EXECUTE format($f$
    CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $b$
    DECLARE
      scope text := coalesce(current_setting('qingshan.system', true), '');
      named boolean;
    BEGIN
      PERFORM set_config('qingshan.system', 'on', true);  -- a row outside the scope counts too
      named := EXISTS (SELECT FROM %4$I c WHERE c.%2$I = OLD.id);
      PERFORM set_config('qingshan.system', scope, true);
      IF named THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = %5$L;
      END IF;
      RETURN OLD;
    END $b$;
    CREATE TRIGGER %1$I BEFORE DELETE ON %3$I FOR EACH ROW EXECUTE FUNCTION %1$I();
  $f$, kept, col, parent, child, format('%s 仍被 %s.%s 引用，不能删除', parent, child, col));
END $make$;

CREATE PROCEDURE qs_keys_by_set_end(child text, col text, parent text) LANGUAGE plpgsql AS $end$
BEGIN
  EXECUTE format('DROP TRIGGER %1$I ON %2$I; DROP FUNCTION %1$I()', format('%s_%s_added', child, col), child);
  EXECUTE format('DROP TRIGGER %1$I ON %2$I; DROP FUNCTION %1$I()', format('%s_%s_moved', child, col), child);
  EXECUTE format('DROP TRIGGER %1$I ON %2$I; DROP FUNCTION %1$I()', format('%s_%s_kept', child, col), parent);
END $end$;
"""
REVERSE = """
DROP PROCEDURE qs_keys_by_set_end(text, text, text);
DROP PROCEDURE qs_keys_by_set(text, text, text);
"""


class Migration(migrations.Migration):
    """Keys of bulk tables are looked up once for a whole statement instead of once per row."""

    dependencies: ClassVar = [("base", "0004_number_block")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
