"""The one door for decisions: every way to decide goes through `service.ApprovalService.decide`."""
