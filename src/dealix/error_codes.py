"""Every stable error code with its one clear sentence; the Arabic is in the message catalogue.

A code is never renamed: scripts and acceptance checks rely on it. `{name}` is filled from the
error's params, which never hold personal data.
"""

CODES: dict[str, str] = {
    # the door
    "not_signed_in": "Sign in first: there is no session, or it has ended.",
    "sign_in_failed": "This email and password do not match.",
    "not_entitled": "Your roles do not allow this.",
    "not_found": "There is nothing here by this name, or it belongs to another company.",
    "invalid_input": "Some fields are not right; each is named with its reason.",
    "body_too_large": "The request is larger than {limit} bytes.",
    "too_many_requests": "Too many attempts. Try again in {seconds} seconds.",
    "csrf_failed": "This request did not come from a page of yours; open the page again and repeat it.",
    "method_not_allowed": "This address does not answer {method}.",
    "internal_error": "Something went wrong on our side; it is recorded under {reference}.",
    # runs
    "unknown_workflow": "There is no workflow called {workflow}.",
    "not_built": "The workflow {workflow} is in the inventory but is not built yet.",
    "key_reused": "This key already started a run with another input.",
    "run_ended": "This run has already ended.",
    "not_a_rehearsal": "Only a rehearsal can be moved forward in time.",
    "rehearsal_unavailable": "This installation has no engine that can rehearse.",
    "unknown_event": "This run does not wait for an event called {event}.",
    "deadline_past": "The date {until} is not after the present deadline of the run.",
    # partners
    "unknown_partner_type": "There is no partner type called {partner_type}.",
    "malformed_registration": "The registration number is not in a form that {country} issues.",
    "negative_amount": "The amount {field} must not be negative.",
    "partner_in_progress": "An approval for this partner is already running.",
    "unknown_person": "There is no active person called {person} in this company.",
    "draft_changed": "The draft is no longer the one that was approved.",
    # approvals
    "not_an_approver": "You are not among those who decide this request.",
    "own_request": "The one who asked may not be the one who approves.",
    "one_slot_per_run": "You have already decided another gate of this run; someone else must decide this one.",
    "stale_packet": "The packet has changed since you saw it; look at the difference and decide again.",
    "already_decided": "This request is already decided.",
    "comment_required": "Say why: a rejection needs a comment.",
    "no_deputy": "Nobody but the requester can fill {slot} at {gate}: name a deputy in the authority table.",
    "no_authority_row": "The authority table has no row for {gate} with type {type} and this amount.",
    "same_person_activates": "A second person must activate a changed authority table.",
    # policy
    "policy_denied": "Policy does not allow {action}: {reason}.",
    "token_missing": "{action} needs an approval token for exactly this content.",
    # cases and effects
    "unknown_resolution": "A case of this kind cannot be resolved by {resolution}.",
    "case_resolved": "This case is already resolved.",
    "second_person_needed": "Waiving needs a second person: not the one who started or failed the undo.",
    "effect_in_doubt": "Nobody can know whether {step} happened; a case asks a person.",
    "undo_failed": "{step} could not be taken back; a case asks a person.",
    # providers
    "provider_refused": "{provider} refused: {reason}.",
    "provider_unavailable": "{provider} does not answer now: {reason}.",
    "outcome_unknown": "{provider} did not say whether it did {operation}.",
    "rehearsal_outside": "A rehearsal may not reach {provider}: it talks to the sandbox only.",
    "smtp_without_tls": "The mail server {host} offers no TLS; add ?tls=none to its address to allow that.",
    "webhook_signature": "The signature of this delivery is not right.",
    "webhook_unknown_provider": "There is no provider called {provider}.",
    # privacy
    "person_erased": "The personal data of this person has been erased.",
    "vault_broken": "A sealed {what} does not open: it was changed or belongs elsewhere.",
    # settings and invariants
    "setting_missing": "The setting {setting} is missing.",
    "secret_missing": "The secret {secret} is not configured.",
    "secret_malformed": "The secret {secret} is not in its form; its documentation shows it.",
    "secrets_file_unreadable": "The file of secrets {file} cannot be read as JSON.",
    "key_unknown": "The ring {secret} has no key {key_id}: an old key must stay until nothing needs it.",
    "payload_broken": "An encrypted payload does not open: {reason}.",
    "payload_foreign": "This payload belongs to another company.",
    "payload_unbound": "A payload has no tenant and may not be encrypted for nobody.",
    "engine_unreachable": "{engine} cannot be reached at its address.",
    "program_missing": "The program {program} is not installed; run make again.",
    "layout_newer": "This folder was made by a newer Dealix (layout {found}, known {known}).",
    "no_free_port": "There is no free port between {first} and {last}.",
    "engine_failed": "{engine} did not start; see {log}.",
    "folder_not_ours": "The folder {folder} belongs to somebody else; remove it.",
    "no_stack": "No stack has run on {home} yet; start one with make up.",
    "stack_failed": "The stack did not come up; {log} ends with: {said}",
    "already_running": "Another stack runs on this folder (process {pid}).",
    "invariant_broken": "An invariant is broken: {what}.",
    "evidence_broken": "The evidence does not verify: {record}.",
    "audit_broken": "The audit chain does not verify: the first bad record is {record}.",
    "audit_file_unreadable": "Line {line} of this file is not that of an audit export.",
    "evidence_unreadable": "This file is not an evidence pack.",
    "object_broken": "The stored file {sha256} is no longer what its name says.",
}
