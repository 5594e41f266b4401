"""Row security of account data: one's own rows, everything for the administrators; the sign-in log is append-only."""

from typing import ClassVar

from django.db import migrations

OWN = "account_id = qs_account() OR qs_administers()"
TABLES = {
    "accounts_sessionrecord": OWN,
    "accounts_usedpassword": OWN,
    "accounts_secondfactor": OWN,
    "accounts_roster": "qs_administers()",
    "accounts_rosterrow": "qs_administers()",
}
FORWARD = """
-- Account data lies in a division of its own; its name is no division code.
CREATE FUNCTION qs_administers() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN qs_system() OR coalesce(current_setting('qingshan.prefix', true), '') = 'admin';

ALTER TABLE accounts_signinrecord ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_signinrecord FORCE ROW LEVEL SECURITY;
CREATE POLICY read_own ON accounts_signinrecord FOR SELECT USING (account_id = qs_account() OR qs_administers());
CREATE POLICY write_any ON accounts_signinrecord FOR INSERT WITH CHECK (true);

CREATE FUNCTION accounts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '登录日志只能追加，不能修改或删除（动作 %）', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_signinrecord
  FOR EACH ROW EXECUTE FUNCTION accounts_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON accounts_signinrecord EXECUTE FUNCTION accounts_refuse();
""" + "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON {table} FOR ALL USING ({rule}) WITH CHECK ({rule});
"""
    for table, rule in TABLES.items()
)
REVERSE = (
    "".join(
        f"""
DROP POLICY scope ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
        for table in TABLES
    )
    + """
DROP TRIGGER append_only_all ON accounts_signinrecord; DROP TRIGGER append_only ON accounts_signinrecord;
DROP FUNCTION accounts_refuse();
DROP POLICY write_any ON accounts_signinrecord; DROP POLICY read_own ON accounts_signinrecord;
ALTER TABLE accounts_signinrecord NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_signinrecord DISABLE ROW LEVEL SECURITY;
DROP FUNCTION qs_administers();
"""
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
