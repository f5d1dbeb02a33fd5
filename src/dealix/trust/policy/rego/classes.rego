# Which action belongs to which class. An action that stands in neither A nor C is B, so an
# unknown action needs an approval token; B is listed only to say what is meant.
package dealix.classes

import rego.v1

# A may run by itself.
a := {
	"approval.decide",
	"audit.anchor",
	"evidence.assemble",
	"knowledge.search",
	"message.classify",
	"note.write",
	"notice.internal",
	"partner.draft",
	"partner.identify",
	"partner.score",
	"record.read",
	"record.write",
	"registry.read",
	"run.rehearse",
	"run.start",
}

# B needs a token for exactly this content.
b := {
	"charge.make",
	"crm.mark",
	"crm.withdraw",
	"crm.write",
	"email.notify",
	"email.retract",
	"email.send",
	"esign.send",
	"esign.void",
	"filing.submit",
	"market.open",
	"offer.submit",
	"price.discount",
	"sms.send",
	"whatsapp.retract",
	"whatsapp.send",
}

# C is never allowed, whatever a token or a person says.
c := {
	"audit.delete",
	"audit.update",
	"consent.delete",
	"message.send_without_consent",
	"person.export_across_tenants",
	"person.impersonate",
}

# What the start of a run covers for its bad end: take back, notify, mark. Nothing else.
bad_end := {
	"crm.mark",
	"crm.withdraw",
	"email.notify",
	"email.retract",
	"esign.void",
	"whatsapp.retract",
}

default of_action := "B"

of_action := "A" if input.action in a

of_action := "C" if input.action in c
