# The order of evaluation. The first rule that is broken decides; its name and a reason are recorded.
package dealix.decision

import rego.v1

import data.dealix.authority
import data.dealix.classes
import data.dealix.tokens

broken := {"rule": "a_tenant_is_present", "reason": "tenant_missing"} if {
	input.tenant == ""
} else := {"rule": "the_action_is_not_forbidden", "reason": "class_c"} if {
	classes.of_action == "C"
} else := {"rule": "nothing_belongs_to_another_tenant", "reason": "cross_tenant"} if {
	some context in input.contexts
	context != input.tenant
} else := {"rule": "inside_the_canary_or_carrying_a_token", "reason": "outside_canary"} if {
	input.canary == "outside"
	not tokens.carried
} else := {"rule": "inside_the_canary_or_carrying_a_token", "reason": tokens.fault} if {
	input.canary == "outside"
	not tokens.valid
} else := {"rule": "class_b_has_a_valid_token", "reason": tokens.fault} if {
	classes.of_action == "B"
	not tokens.valid
} else := {"rule": "the_authority_table_names_the_decider", "reason": authority.fault} if {
	input.action == "approval.decide"
	authority.fault != "none"
}

default finding := {"rule": "every_rule_holds", "reason": "allowed"}

finding := broken

default allowed := false

allowed if finding.reason == "allowed"

verdict := {
	"allowed": allowed,
	"rule": finding.rule,
	"reason": finding.reason,
	"class": classes.of_action,
}
