"""prints: of the photos that citizens sent before, so that they are found as well"""

import sqlalchemy as sa

from storage.migrations import in_use

revision = "0006b"
down_revision = "0006"
branch_labels = None
depends_on = None

PIECES = tuple(f"piece_{n}" for n in range(8))
KNOWN = sa.text("""
    SELECT id, perceptual_hash FROM media_files
    WHERE id > :after AND id <= :through AND perceptual_hash IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM photo_prints WHERE media_id = media_files.id)
""")
PRINTS = sa.table("photo_prints", *(sa.column(name) for name in ("media_id", "perceptual_hash", *PIECES)))


def upgrade() -> None:
    for connection, part in in_use.parts_of("media_files"):
        known = connection.execute(KNOWN, part).all()
        if rows := [_print_of(*row) for row in known if 8 <= int(row[1], 16).bit_count() <= 120]:
            connection.execute(sa.insert(PRINTS), rows)


def _print_of(media_id: int, perceptual_hash: str) -> dict[str, object]:
    pieces = {piece: int(perceptual_hash[n * 4 : n * 4 + 4], 16) for n, piece in enumerate(PIECES)}
    return {"media_id": media_id, "perceptual_hash": perceptual_hash, **pieces}


def downgrade() -> None:
    pass  # the table goes with the revision before
