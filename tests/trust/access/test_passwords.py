"""The hashes that an installation keeps; the tests' own process hashes more cheaply."""

import importlib.util

from dealix.trust.access import passwords


def as_installed():
    """The module as a stack loads it, without what `tests/conftest.py` changes."""
    spec = importlib.util.spec_from_file_location("passwords_as_installed", passwords.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_password_is_hashed_with_argon2ids_recommended_costs():
    installed = as_installed()
    kept = installed.hashed("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert installed.matches(kept, "correct horse")
    assert not installed.matches(kept, "wrong horse")
    assert not installed.outdated(kept)


def test_a_hash_of_lower_costs_still_opens_and_is_known_to_be_outdated():
    cheap = passwords.hashed("correct horse")
    installed = as_installed()
    assert installed.matches(cheap, "correct horse")
    assert installed.outdated(cheap)
