"""Web assets come by the lock file alone, and are whole or fetched again."""

import json

from dealix.console import assets


def test_the_lock_holds_a_hash_for_everything_and_names_no_host():
    text = (assets.REPOSITORY / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert '"resolved"' not in text
    fetched = {name: package for name, package in packages.items() if name}
    assert len(fetched) == 2
    assert all(package["integrity"].startswith("sha512-") for package in fetched.values())


def test_a_missing_file_or_an_older_lock_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    assert not assets.are_present()
    for name in assets.wanted():
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".stamp").write_text(assets.stamp(), encoding="utf-8")
    assert assets.are_present()
    (tmp_path / ".stamp").write_text("older", encoding="utf-8")
    assert not assets.are_present()
    (tmp_path / ".stamp").write_text(assets.stamp(), encoding="utf-8")
    (tmp_path / "htmx.min.js").unlink()
    assert not assets.are_present()


def test_every_font_of_the_style_sheet_is_fetched():
    sheet = (assets.VENDOR.parent / "css" / "fonts.css").read_text(encoding="utf-8")
    named = {part.split('"')[0] for part in sheet.split("../vendor/")[1:]}
    assert named == {name for name in assets.wanted() if name.endswith(".woff2")}
