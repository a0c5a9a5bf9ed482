"""From each version of the schema to the next: numbered steps, each in one transaction.

A step is written in plain SQL, because ``schema`` goes on changing and a step does not.  It is run when the store is
opened, so it must be quick whatever is stored: new tables, and columns with a default.  Programs of the version before
may still be running; what they read and write has to go on working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from mentionwatch.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: By the version that they lead from.
STEPS: Mapping[int, Sequence[str]] = {
    2: (
        "ALTER TABLE mentions ADD COLUMN tone_rules TEXT DEFAULT '[]' NOT NULL",
        """
        CREATE TABLE marks (
            brand TEXT NOT NULL,
            text VARCHAR(16) NOT NULL,
            mention VARCHAR(16) NOT NULL,
            tone VARCHAR(8),
            noise BOOLEAN,
            intent VARCHAR(16),
            topic TEXT,
            at DATETIME NOT NULL,
            PRIMARY KEY (brand, text)
        )
        """,
        "ALTER TABLE entries ADD COLUMN links TEXT",
        "ALTER TABLE names ADD COLUMN copy VARCHAR(16)",
        # By copy and story first; what an older program asks for it finds without an index.
        "DROP INDEX mentions_by_brand_copy",
        "DROP INDEX mentions_by_brand_story",
        'CREATE INDEX mentions_by_copy ON mentions ("copy", brand, at)',
        "CREATE INDEX mentions_by_story ON mentions (story, brand)",
        # A head was the first entry of its text, whose id is the key of the copies.
        """
        CREATE TABLE heads_3 (
            number INTEGER NOT NULL,
            copy VARCHAR(16) NOT NULL,
            entry VARCHAR(16) NOT NULL,
            story VARCHAR(16) NOT NULL,
            first DATETIME NOT NULL,
            last DATETIME NOT NULL,
            sketch BLOB NOT NULL,
            PRIMARY KEY (number),
            UNIQUE (copy),
            UNIQUE (entry),
            FOREIGN KEY(entry) REFERENCES entries (id) ON DELETE CASCADE
        )
        """,
        "INSERT INTO heads_3 SELECT number, entry, entry, story, first, last, sketch FROM heads",
        "DROP TABLE heads",
        "ALTER TABLE heads_3 RENAME TO heads",
        "CREATE INDEX heads_by_last ON heads (last)",
    ),
    3: (
        """
        CREATE TABLE messages (
            id VARCHAR(16) NOT NULL,
            channel TEXT NOT NULL,
            kind VARCHAR(8) NOT NULL,
            created DATETIME NOT NULL,
            failing TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            failed DATETIME,
            last_error TEXT,
            sent DATETIME,
            PRIMARY KEY (id)
        )
        """,
        "CREATE INDEX messages_unsent ON messages (sent)",
        """
        CREATE TABLE packed (
            notice VARCHAR(16) NOT NULL,
            message VARCHAR(16) NOT NULL,
            PRIMARY KEY (notice),
            FOREIGN KEY(notice) REFERENCES notices (id) ON DELETE CASCADE,
            FOREIGN KEY(message) REFERENCES messages (id) ON DELETE CASCADE
        )
        """,
        "CREATE INDEX packed_by_message ON packed (message)",
        """
        CREATE TABLE tellings (
            channel TEXT NOT NULL,
            mention VARCHAR(16) NOT NULL,
            created DATETIME NOT NULL,
            message VARCHAR(16),
            PRIMARY KEY (channel, mention),
            FOREIGN KEY(message) REFERENCES messages (id) ON DELETE CASCADE
        )
        """,
        "CREATE INDEX tellings_by_message ON tellings (message)",
        """
        CREATE TABLE channels (
            name TEXT NOT NULL,
            last_success DATETIME,
            fails INTEGER NOT NULL,
            failing_since DATETIME,
            last_error TEXT,
            next_try DATETIME,
            PRIMARY KEY (name)
        )
        """,
        """
        CREATE TABLE ratings (
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            at DATETIME NOT NULL,
            rating FLOAT NOT NULL,
            count INTEGER,
            PRIMARY KEY (source, name, at)
        )
        """,
    ),
}
#: The oldest version that a way leads from.
OLDEST = min(STEPS)


def step(connection: Connection) -> bool:
    """Lead one version further, in the caller's transaction, which writes; False: it is the present one already.

    Another program may have done it since we looked: so the version is asked for inside.
    """
    meta = schema.meta.c
    now = int(connection.execute(select(meta.value).where(meta.key == "schema")).scalar_one())
    if now not in STEPS:
        return False
    for statement in STEPS[now]:
        connection.exec_driver_sql(statement)
    connection.execute(update(schema.meta).where(schema.meta.c.key == "schema").values(value=str(now + 1)))
    return True
