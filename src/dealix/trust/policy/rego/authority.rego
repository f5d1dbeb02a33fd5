# Whether the authority table lets this person decide this gate. The table comes in the input with
# its version: data that is added to a prebuilt bundle is silently ignored.
package dealix.authority

import rego.v1

# The table's slots for the gate; the rows in the input are already those of kind, type and amount.
slots contains slot if {
	some row in input.authority.rows
	row.gate == input.gate.name
	some slot in row.slots
}

slot_names contains slot.name if some slot in slots

# A slot fits by role, by the line of managers, or by deputy where nobody else may fill it.
fits contains slot.name if {
	some slot in slots
	some role in slot.roles
	role in input.actor.roles
}

fits contains slot.name if {
	some slot in slots
	input.gate.relations[slot.relation] == input.actor.id
}

fits contains slot.name if {
	some slot in slots
	slot.name in input.gate.vacant
	some role in slot.deputy_roles
	role in input.actor.roles
}

# An escalation gives the right to decide to whom it reaches.
fits contains slot.name if {
	some slot in slots
	input.actor.id in input.gate.escalated
}

default fault := "none"

fault := "authority_missing" if {
	input.authority.version < 1
} else := "actor_is_not_a_person" if {
	input.actor.kind != "person"
} else := "own_request" if {
	input.actor.id == input.gate.requester
} else := "one_slot_per_run" if {
	input.actor.id in input.gate.taken
} else := "slot_not_in_table" if {
	not input.gate.slot in slot_names
} else := "slot_not_filled_by_this_person" if {
	not input.gate.slot in fits
}
