"""The functions that cross tenants are those of the one list, and each is closed to the public."""

import psycopg
from tests.conftest import Urls

from dealix.store.lookups import LOOKUPS

DEFINERS = """
SELECT p.proname, has_function_privilege('public', p.oid, 'EXECUTE'),
  has_function_privilege('dealix_app', p.oid, 'EXECUTE'),
  'search_path=public, pg_temp' = ANY (p.proconfig)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def test_list_equals_the_database(database_urls: Urls) -> None:
    with psycopg.connect(database_urls.owner) as owner:
        found = owner.execute(DEFINERS).fetchall()
    assert {name for name, *_ in found} == set(LOOKUPS)
    for name, public, app, pinned in found:
        assert (public, app, pinned) == (False, True, True), name
    assert all(LOOKUPS.values())
