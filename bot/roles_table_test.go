package main

import "elkart.kg/trade/payments"

// press is a button, the right that it takes ("": none), and how it is tried:
// data with $names in it, see tour.names. A button that changes something says
// so; who may press it and changes nothing is a mistake, too.
type press struct {
	button  string
	action  payments.Action
	data    string
	changes bool
	refusal string // part of the answer to who may not, where it is not the usual one: what is not theirs is not there
}

// pressed is every button there is, in an order in which each finds what it
// needs. A new button has to be put down here.
func pressed() []press {
	const free payments.Action = ""
	notThere := "Это приглашение больше не действует"
	noGroup := "Такой группы нет"
	return []press{
		{"menu", free, "menu", false, ""},
		{"pay", payments.ActionTakeMoney, "pay", false, ""},
		{"more", free, "more", false, ""},
		{"help", free, "help", false, ""},
		{"settings", free, "settings", false, ""},
		{"lang", free, "lang:ru", false, ""},
		{"verify", free, "verify", false, ""},
		{"cards", free, "cards", false, ""},
		{"show", free, "show:$charge", false, ""},
		{"sum", payments.ActionTakeMoney, "sum:50000", true, ""},
		{"again", payments.ActionTakeMoney, "again:$charge", true, ""},
		{"newlink", payments.ActionTakeMoney, "newlink", true, ""},
		{"linkclone", payments.ActionTakeMoney, "linkclone:$lasting", true, ""},
		{"cancel", payments.ActionTakeMoney, "cancel:$charge", true, ""},

		{"links", free, "links", false, ""},
		{"link", free, "link:$lasting", false, ""},
		{"linkhere", free, "linkhere:$lasting", false, ""},
		{"linkfile", free, "linkfile:$lasting", false, ""},
		{"remind", payments.ActionTakeMoney, "remind:$unpaid:1h", true, ""},
		{"linkchange", payments.ActionManageLinks, "linkchange:$lasting", false, ""},
		{"linkedit", payments.ActionManageLinks, "linkedit:$lasting:comment", true, ""},
		{"linklife", payments.ActionManageLinks, "linklife:$lasting:7d", true, ""},
		{"linkpause", payments.ActionManageLinks, "linkpause:$lasting", true, ""},
		{"linkresume", payments.ActionManageLinks, "linkresume:$lasting", true, ""},
		{"linkcancel", payments.ActionManageLinks, "linkcancel:$lasting", false, ""},
		{"linkcancelsure", payments.ActionManageLinks, "linkcancelsure:$lasting", true, ""},
		{"bulk", payments.ActionBulkLinks, "bulk", false, ""},

		{"payment", free, "payment:$payment", false, ""},
		{"receipt", free, "receipt:$payment", false, ""},
		{"receiptpdf", free, "receiptpdf:$payment", false, ""},
		{"refund", payments.ActionRefund, "refund:$payment", false, ""},
		{"refundall", payments.ActionRefund, "refundall:$payment", false, ""},
		{"refundpart", payments.ActionRefund, "refundpart:$payment", true, ""},
		{"refundsend", payments.ActionRefund, "refundsend:$payment:10000:7", true, ""},

		{"outlets", free, "outlets", false, ""},
		{"archived", free, "archived", false, ""},
		{"outlet", free, "outlet:$second", false, ""},
		{"poster", free, "poster", false, ""},
		{"switch", payments.ActionSwitchOutlet, "switch:$second", true, ""},
		{"newoutlet", payments.ActionAddOutlet, "newoutlet", true, ""},
		{"editoutlet", payments.ActionEditOutlet, "editoutlet:$second:name", true, ""},
		{"pauseoutlet", payments.ActionPauseOutlet, "pauseoutlet:$second", true, ""},
		{"resumeoutlet", payments.ActionPauseOutlet, "resumeoutlet:$second", true, ""},
		{"archive", payments.ActionArchiveOutlet, "archive:$second", false, ""},
		{"archivesure", payments.ActionArchiveOutlet, "archivesure:$second", true, ""},
		{"restore", payments.ActionArchiveOutlet, "restore:$second", true, ""},

		{"card", payments.ActionCards, "card:$card", false, ""},
		{"newcard", payments.ActionCards, "newcard:0", true, ""},
		{"usecard", payments.ActionCards, "usecard:$other:0", true, ""},
		{"removecard", payments.ActionCards, "removecard:$card", false, ""},
		{"removesure", payments.ActionCards, "removesure:$card:$other", true, ""},

		{"profile", free, "profile", false, ""},
		{"notify", free, "notify:mine", false, ""},
		{"editprofile", payments.ActionEditMerchant, "editprofile:name", true, ""},
		{"cutoff", payments.ActionEditMerchant, "cutoff:3", true, ""},
		{"mydata", free, "mydata", false, ""},
		{"leave", free, "leave", false, ""},
		{"return", free, "return", false, ""},

		{"h", free, "h", false, ""},
		{"export", payments.ActionExport, "export", false, ""},
		{"exportdays", payments.ActionExport, "exportdays", true, ""},
		{"exportfile", payments.ActionExport, "exportfile:$day:$day:csv", true, ""},
		{"report", payments.ActionReport, "report", false, ""},
		{"rplace", payments.ActionReport, "rplace", false, ""},
		{"rdates", payments.ActionReport, "rdates", false, ""},
		{"rset", payments.ActionReport, "rset", false, ""},
		{"rsched", payments.ActionReport, "rsched:daily", false, ""},
		{"rhour", payments.ActionReport, "rhour:daily:7", true, ""},
		{"rof", payments.ActionReport, "rof:daily", false, ""},
		{"ron", payments.ActionReport, "ron:weekly:on", false, ""},
		{"rnothing", payments.ActionReport, "rnothing:off", true, ""},

		{"closings", free, "closings", false, ""},
		{"closeask", payments.ActionCloseDay, "closeask", false, ""},
		{"closing", free, "closing:$first:1", false, ""},
		{"closingpaper", free, "closingpaper:$first:1:pdf", false, ""},
		{"correct", payments.ActionCloseDay, "correct:$first:1", true, ""},
		{"closeday", payments.ActionCloseDay, "closeday:$first:1", true, ""},
		{"closeself", payments.ActionEditMerchant, "closeself:on", true, ""},

		{"team", free, "team", false, ""},
		{"workplaces", free, "workplaces", false, ""},
		{"workplace", free, "workplace:$merchant", false, ""},
		{"ownmerchant", free, "ownmerchant", false, ""},
		{"member", payments.ActionTeam, "member:$cashier", false, ""},
		{"invite", payments.ActionInvite, "invite", true, ""},
		{"invitation", payments.ActionTeam, "invitation:$open", false, notThere},
		{"uninvite", payments.ActionEditTeam, "uninvite:$open", true, notThere},
		{"accept", payments.ActionEditTeam, "accept:$answered", true, notThere},
		{"decline", payments.ActionEditTeam, "decline:$waiting", true, notThere},
		{"memberscope", payments.ActionEditTeam, "memberscope:$cashier:$second:0", true, ""},
		{"memberrole", payments.ActionEditTeam, "memberrole:$cashier:accountant", true, ""},
		{"ownersure", payments.ActionEditTeam, "ownersure:$cashier", true, ""},
		{"dismiss", payments.ActionEditTeam, "dismiss:$cashier", false, ""},
		{"dismisssure", payments.ActionEditTeam, "dismisssure:$cashier", true, ""},

		{"groups", payments.ActionGroups, "groups", false, ""},
		{"group", payments.ActionGroups, "group:$group", false, noGroup},
		{"grouplink", payments.ActionGroups, "grouplink:$group:all", true, noGroup},
		{"groupoff", payments.ActionGroups, "groupoff:$group", true, noGroup},
		{"quit", free, "quit", false, ""},
	}
}

// unpressed are buttons that are tried elsewhere, and why they are not here.
func unpressed() map[string]string {
	return map[string]string{
		"quitsure":   "ends the tour; handlers/testdata/scripts/team_outlets_ky.txt",
		"leavesure":  "for everybody, about themselves; scripts/leave_ru.txt",
		"mydatasend": "for everybody, about themselves",
		"bulkmake":   "needs a file that was read; payments.lockMember asks for bulk_links",
		"bulkcancel": "the same",
		"bulkrepeat": "the same",
		"hf":         "pages of the history, which everybody reads within their outlets",
		"hc":         "the same",
		"hd":         "the same",
		"hq":         "the same",
		"hv":         "the same",
	}
}
