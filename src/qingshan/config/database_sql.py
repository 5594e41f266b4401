"""SQL that prepares a PostgreSQL server for Qingshan: roles, database, extensions, rights.

The private cluster runs these statements itself; for a server named by `DATABASE_URL` an administrator runs the same
text, printed by `qingshan cluster sql`. Every statement may be repeated.

Roles
-----
qingshan_owner
    Owns the tables and runs migrations. No superuser, and row security binds it where tables say FORCE.
qingshan_app
    Web, worker and command line: reads and writes rows, never changes tables, never empties them (no TRUNCATE).
qingshan_intake
    Citizens' door: gets single INSERT rights from migrations, and nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

OWNER = "qingshan_owner"
APP = "qingshan_app"
INTAKE = "qingshan_intake"
ROLES = (OWNER, APP, INTAKE)

DATABASE = "qingshan"

EXTENSIONS = ("postgis", "pg_trgm")

LEAKPROOF_FUNCTIONS: Sequence[str] = (
    # The function behind each box operator that a map query or a search for near things uses. Row security puts its
    # own condition first and lets only leakproof conditions reach an index before it; unmarked, every map query reads
    # the whole table. All of these compare bounding boxes only: they raise no error and write no message in which a
    # hidden row's values could show. ST_Intersects and its kin do raise errors that quote coordinates, so they are
    # NOT marked: write `geometry && box` first, and the exact test after it.
    "geometry_overlaps(geometry, geometry)",  # &&
    "geometry_within(geometry, geometry)",  # @
    "geometry_contains(geometry, geometry)",  # ~
    "geometry_same(geometry, geometry)",  # ~=
    "overlaps_2d(box2df, geometry)",  # && with a box on the left
    "overlaps_2d(geometry, box2df)",
    "contains_2d(box2df, geometry)",  # ~
    "contains_2d(geometry, box2df)",
    "is_contained_2d(box2df, geometry)",  # @
    "is_contained_2d(geometry, box2df)",
    # Search by pairs of characters (`commons/search`): compares a stored vector with the question, says nothing.
    "ts_match_vq(tsvector, tsquery)",
    # Units that have a part in a matter (`parties && units`): compares ids, says nothing.
    "arrayoverlap(anyarray, anyarray)",
)


def role_statements() -> list[str]:
    """Return statements that make the three roles, and take back what none of them may have."""
    statements = []
    for role in ROLES:
        missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        statements += [
            f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {role} LOGIN; END IF; END $$",
            f"ALTER ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
        ]
    return statements


def create_database_statement(name: str, *, template: str = "template0") -> str:
    """Return the statement that makes a database owned by the owner role; it may not run inside a transaction."""
    encoding = "" if template != "template0" else " ENCODING 'UTF8'"
    return f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"{encoding}'


def database_statements(name: str) -> list[str]:
    """Return statements to run inside the new database as superuser: extensions, leakproof marks, rights."""
    by_owner = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
    return [
        *(f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS),
        *(f"ALTER FUNCTION {function} LEAKPROOF" for function in LEAKPROOF_FUNCTIONS),
        f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{name}" TO {APP}, {INTAKE}',
        # Bulk doors COPY into a temporary table first: row security forbids COPY into a scoped one.
        f'GRANT TEMPORARY ON DATABASE "{name}" TO {APP}',
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {INTAKE}",
        f"{by_owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"{by_owner} GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
    ]


def preparation_digest() -> str:
    """Return a digest over all statements: a prepared cluster is prepared again when it changes."""
    text = "\n".join([*role_statements(), create_database_statement(DATABASE), *database_statements(DATABASE)])
    return sha256(text.encode()).hexdigest()


def preparation_script() -> str:
    """Return the whole preparation as a psql script for a server's administrator."""
    create = create_database_statement(DATABASE).replace("'", "''")
    missing = f"NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}')"
    lines = [
        "-- Prepares this server for Qingshan. Run as superuser:  qingshan cluster sql | psql ADMINISTRATOR-URL",
        "\\set ON_ERROR_STOP on",
        *(f"{statement};" for statement in role_statements()),
        "-- Give the roles passwords, and permit them in pg_hba.conf:",
        *(f"--   \\password {role}" for role in ROLES),
        f"SELECT '{create}' WHERE {missing} \\gexec",
        f"\\connect {DATABASE}",
        *(f"{statement};" for statement in database_statements(DATABASE)),
    ]
    return "\n".join(lines) + "\n"
