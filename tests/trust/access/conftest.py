import pytest

from dealix.connectors.secrets import LocalSecrets
from dealix.trust.access.limiting import SignInLimits
from dealix.trust.access.service import Access
from dealix.trust.privacy import Vault


@pytest.fixture
def vault(engines):
    return Vault(LocalSecrets(engines.secrets_file, {}))


@pytest.fixture
def access(database, vault):
    return Access(database, vault, SignInLimits())
