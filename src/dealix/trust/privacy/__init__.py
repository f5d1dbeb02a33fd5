"""Privacy by shape: personal values lie under their person's key, histories carry commitments."""

from dealix.trust.privacy.sealing import commitment_digest
from dealix.trust.privacy.vault import Committed, Vault

__all__ = ["Committed", "Vault", "commitment_digest"]
