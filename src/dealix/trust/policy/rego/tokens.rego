# Whether the token that was brought fits: tenant, run, action, resource, payload hash, use.
package dealix.tokens

import rego.v1

import data.dealix.classes

carried if is_object(input.token)

valid if {
	carried
	fault == "none"
}

# The first thing that is wrong with the token, in one order, so that a reason is stable.
fault := "token_missing" if {
	not carried
} else := "token_of_another_tenant" if {
	input.token.tenant != input.tenant
} else := "token_of_another_run" if {
	input.token.covers != "standing"
	input.token.run != input.run
} else := "token_for_another_action" if {
	input.token.action != input.action
} else := "token_for_another_resource" if {
	input.token.resource != input.resource
} else := "token_for_another_payload" if {
	input.token.payload_hash != input.payload_hash
} else := "token_covers_bad_ends_only" if {
	input.token.covers == "bad_end"
	not input.action in classes.bad_end
} else := "token_used" if {
	used_by_another
} else := "none"

# After a crash the same effect asks again with the same key: that use stays allowed.
used_by_another if {
	input.token.used_by != ""
	input.token.used_by != input.effect_key
}
