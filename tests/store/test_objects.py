"""Files lie under their content's hash, whole or not at all, and are checked when read."""

from pathlib import Path

import pytest

from dealix.errors import InvariantBroken, NotFound
from dealix.store.objects import Objects


def test_content_comes_back_by_its_hash(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    digest = objects.put("نص".encode())
    assert objects.put("نص".encode()) == digest
    assert objects.get(digest) == "نص".encode()
    assert objects.path(digest) == tmp_path / "objects" / "sha256" / digest[:2] / digest
    assert [one.name for one in objects.path(digest).parent.iterdir()] == [digest]


def test_changed_file_is_not_handed_out_and_is_replaced(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    digest = objects.put(b"right")
    objects.path(digest).write_bytes(b"wrong")
    with pytest.raises(InvariantBroken) as caught:
        objects.get(digest)
    assert caught.value.code == "object_broken"
    assert objects.put(b"right") == digest
    assert objects.get(digest) == b"right"


@pytest.mark.parametrize("name", ["a" * 64, "../../etc/passwd", "", "A" * 64])
def test_unknown_and_strange_names_are_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        Objects(tmp_path).get(name)


def test_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        Objects(tmp_path).put(b"x")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
