"""Row security of files: own uploads, and files of visible matters."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE files_fileuse ENABLE ROW LEVEL SECURITY;
ALTER TABLE files_fileuse FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON files_fileuse FOR ALL USING (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id)) WITH CHECK (EXISTS (SELECT FROM journal_matter m WHERE m.id = matter_id));
ALTER TABLE files_storedfile ENABLE ROW LEVEL SECURITY;
ALTER TABLE files_storedfile FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON files_storedfile FOR ALL USING (qs_system() OR uploaded_by = qs_account()
  OR EXISTS (SELECT FROM files_fileuse u WHERE u.file_id = files_storedfile.id)) WITH CHECK (qs_system() OR uploaded_by = qs_account());
"""
REVERSE = """
DROP POLICY scope ON files_storedfile;
ALTER TABLE files_storedfile NO FORCE ROW LEVEL SECURITY;
ALTER TABLE files_storedfile DISABLE ROW LEVEL SECURITY;
DROP POLICY scope ON files_fileuse;
ALTER TABLE files_fileuse NO FORCE ROW LEVEL SECURITY;
ALTER TABLE files_fileuse DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Row security of files: own uploads, and files of visible matters."""

    dependencies: ClassVar = [("files", "0001_initial"), ("journal", "0002_guard")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, REVERSE)]
