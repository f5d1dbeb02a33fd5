"""Whether a message may reach an outsider now: consent, opt-out, hours, limits."""

from dealix.trust.outbound.governance.consents import ConsentBook
from dealix.trust.outbound.governance.lines import opt_out_line
from dealix.trust.outbound.governance.schemas import (
    OutsideMessage,
    Purpose,
    RuleVerdict,
    Verdict,
)
from dealix.trust.outbound.governance.service import Governance

__all__ = [
    "ConsentBook",
    "Governance",
    "OutsideMessage",
    "Purpose",
    "RuleVerdict",
    "Verdict",
    "opt_out_line",
]
