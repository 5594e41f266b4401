"""Row security of tokens: everybody his own, the system all; calls are counted in a table that a crash may empty."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE tokens_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens_token FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON tokens_token FOR ALL USING (qs_system() OR account_id = qs_account())
  WITH CHECK (qs_system() OR account_id = qs_account());
ALTER TABLE tokens_storedanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens_storedanswer FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON tokens_storedanswer FOR ALL USING (qs_system() OR account_id = qs_account())
  WITH CHECK (qs_system() OR account_id = qs_account());
ALTER TABLE tokens_callwindow ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens_callwindow FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON tokens_callwindow FOR ALL USING (qs_system()) WITH CHECK (qs_system());
ALTER TABLE tokens_callwindow SET UNLOGGED;
"""
REVERSE = """
ALTER TABLE tokens_callwindow SET LOGGED;
DROP POLICY scope ON tokens_callwindow;
ALTER TABLE tokens_callwindow NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tokens_callwindow DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON tokens_storedanswer;
ALTER TABLE tokens_storedanswer NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tokens_storedanswer DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON tokens_token;
ALTER TABLE tokens_token NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tokens_token DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of tokens: everybody his own, the system all; calls are counted in a table a crash may empty."""

    dependencies: ClassVar = [("tokens", "0001_initial"), ("base", "0002_scope")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
