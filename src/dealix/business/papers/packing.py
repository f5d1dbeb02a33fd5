"""Packs the parts of a DOCX so that equal parts give equal bytes, whenever and wherever."""

import io
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def plain_zip(content: bytes) -> bytes:
    """The same archive with its parts in the same order, dated nowhere."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in given.infolist():
            info = zipfile.ZipInfo(entry.filename, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            made.writestr(info, given.read(entry))
    return buffer.getvalue()
