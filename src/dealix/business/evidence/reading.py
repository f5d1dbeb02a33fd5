"""Read a pack's ZIP without trusting it: whatever a flipped bit may do ends in a finding."""

import io
import struct
import zipfile

from pydantic import ValidationError

from dealix.business.evidence.pack import MANIFEST
from dealix.business.evidence.schemas import Manifest
from dealix.errors import InvalidInput

LOCAL_HEADER = 30
MAX_FILES = 10_000


def files_of(content: bytes) -> dict[str, bytes]:
    """The files of a pack by path, in the order of the archive.

    Files are stored plainly, so their bytes are cut out where the directory says they lie; ZIP's
    own checksum is passed over, since it would hide which record inside a file was changed. Bytes
    that are no such ZIP are `InvalidInput`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            entries = bundle.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OSError):
        raise InvalidInput("evidence_unreadable") from None
    names = {entry.filename for entry in entries}
    if not entries or len(names) != len(entries) or len(entries) > MAX_FILES:
        raise InvalidInput("evidence_unreadable")
    return {entry.filename: _cut(content, entry) for entry in entries}


def _cut(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    lengths = content[entry.header_offset + 26 : entry.header_offset + LOCAL_HEADER]
    if len(lengths) != 4:
        return b""
    name, extra = struct.unpack("<HH", lengths)
    begin = entry.header_offset + LOCAL_HEADER + name + extra
    return content[begin : begin + entry.file_size]


def manifest_of(content: bytes) -> Manifest:
    """What a pack says that it holds.

    Raises:
        InvalidInput: `evidence_unreadable`, when there is no such manifest.
    """
    try:
        return Manifest.model_validate_json(files_of(content).get(MANIFEST, b""))
    except ValidationError:
        raise InvalidInput("evidence_unreadable") from None
