"""Having papers signed, as a part that several flows await; none of them is a workflow of it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.signatures.activities import SignatureActivities
    from dealix.lanes.durable import DurableFlow
    from dealix.lanes.flow_core import FlowEnded

ENDS = {"declined": "declined", "voided": "cancelled"}
"""How a flow ends that waits for signatures: a signatory declined, or a sender voided it there."""


class Signing(DurableFlow):
    """A flow that has papers signed: it is in force when all have signed, or the flow ends."""

    def __init__(self) -> None:
        super().__init__()
        self.signing = False
        self.signed = False

    async def sign(self) -> bool:
        """Send the papers for signature and wait until all have signed.

        Answers False, with nothing sent, when the approval is not of these papers any more. Ends
        the flow when somebody declines; the wait itself has no end but the flow's deadline.
        """
        sent = await self.step(SignatureActivities.send_envelope)
        if sent.status == "changed":
            return False
        self.signing = True
        ended = await self.event("signature")
        self.signing = False
        if ended["status"] != "completed":
            raise FlowEnded(ENDS[ended["status"]], "signature")
        self.signed = True
        return True

    async def overdue(self) -> bool:
        """What all have signed in time no deadline ends, even where the word of it was lost."""
        return not (self.signed or (self.signing and await self.look("ask_signatories")))
