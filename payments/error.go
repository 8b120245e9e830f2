package payments

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code names a failure that a person can act on. Every code has a text in
// every language under the key "error.<code>"; a test demands it.
type Code string

// The codes. Operator-facing ones say in their comment how the wire sees them
// (operator regulation of IPC, edition of 01.09.2025).
const (
	// Sums.
	CodeSumMalformed Code = "sum_malformed" // not a sum
	CodeSumNegative  Code = "sum_negative"
	CodeSumTooFine   Code = "sum_too_fine"  // more than two digits after the comma
	CodeSumTooSmall  Code = "sum_too_small" // Params: min; wire 455
	CodeSumTooLarge  Code = "sum_too_large" // Params: max; wire 456

	// People and set-up.
	CodeNotRegistered   Code = "not_registered"
	CodeNoConsent       Code = "no_consent"
	CodeNotAllowed      Code = "not_allowed"
	CodePhoneMalformed  Code = "phone_malformed"
	CodeContactForeign  Code = "contact_foreign"  // somebody else's contact, or a forwarded one
	CodeNameMalformed   Code = "name_malformed"   // Params: max
	CodeAddressTooLong  Code = "address_too_long" // Params: max
	CodeCommentTooLong  Code = "comment_too_long" // Params: max
	CodeCategoryUnknown Code = "category_unknown"

	CodeMoneyOpen   Code = "money_open"    // money on its way: nobody can leave before its end
	CodeDataTooSoon Code = "data_too_soon" // was given their data within the hour
	CodeLeaving     Code = "leaving"       // asked to be forgotten: only taking that back is left

	// Outlets and the profile.
	CodeHoursTooLong     Code = "hours_too_long"    // Params: max
	CodeOutletPaused     Code = "outlet_paused"     // takes no money at the moment
	CodeOutletArchived   Code = "outlet_archived"   // was given up
	CodeLastOutlet       Code = "last_outlet"       // somewhere money has to be taken
	CodeTINMalformed     Code = "tin_malformed"     // not 14 digits
	CodeContactMalformed Code = "contact_malformed" // Params: max
	CodeTooMany          Code = "too_many"          // Params: max, of outlets or cards

	// The team.
	CodeMemberNotFound    Code = "member_not_found"
	CodeLastOwner         Code = "last_owner"         // somebody has to own a merchant
	CodeAlreadyMember     Code = "already_member"     // of the merchant that the invitation is to
	CodeInvitationGone    Code = "invitation_gone"    // unknown, used, old or cancelled, with no oracle for guessing
	CodeInvitationForeign Code = "invitation_foreign" // it is for another telephone number

	// Groups.
	CodeGroupNotFound Code = "group_not_found"
	CodeGroupTaken    Code = "group_taken" // another merchant's

	// Cards.
	CodeCardMalformed   Code = "card_malformed"
	CodeCardNotElkart   Code = "card_not_elkart"
	CodeCardRefused     Code = "card_refused" // well-formed, but no money can be put on it
	CodeCardFormExpired Code = "card_form_expired"
	CodeCardFormUsed    Code = "card_form_used" // a card came by it
	CodeTokenizerDown   Code = "tokenizer_unavailable"
	CodeCardNotFound    Code = "card_not_found"
	CodeNoCard          Code = "no_card"          // nobody has put one in yet, and this member may not
	CodeLastCard        Code = "last_card"        // somewhere money has to go
	CodeCardHasCredits  Code = "card_has_credits" // money is still on its way to it
	CodeSuccessorNeeded Code = "successor_needed" // another card has to take over first

	// Things looked for.
	CodeOutletNotFound  Code = "outlet_not_found"
	CodeLinkNotFound    Code = "link_not_found"
	CodePaymentNotFound Code = "payment_not_found" // wire 404
	CodeReceiptNotFound Code = "receipt_not_found"
	CodeLinkClosed      Code = "link_closed"      // Params: state
	CodeCapMalformed    Code = "cap_malformed"    // Params: min, max, of payments through a link
	CodeReminderLate    Code = "reminder_late"    // the charge will have expired by then
	CodeSearchMalformed Code = "search_malformed" // Params: max; nothing in it can be looked for
	CodeSearchNotFound  Code = "search_not_found" // too long ago

	// Statements as files.
	CodeDateMalformed   Code = "date_malformed"    // no such day, or the first after the last
	CodeNothingToExport Code = "nothing_to_export" // nothing happened in these days
	CodeExportTooLarge  Code = "export_too_large"  // Params: max, lines
	CodeExportBusy      Code = "export_busy"       // another file is being made
	// Reports.
	CodePeriodWrong     Code = "period_wrong" // Params: max, in days
	CodeClosingNotFound Code = "closing_not_found"
	CodeReasonMalformed Code = "reason_malformed" // Params: max
	// Files of many links.
	CodeFileTooBig     Code = "file_too_big"    // Params: max, in MB
	CodeFileEmpty      Code = "file_empty"      // no row with anything in it
	CodeFileProtected  Code = "file_protected"  // a password, or an Excel of before 2007
	CodeFileUnreadable Code = "file_unreadable" // no table
	CodeFileGone       Code = "file_gone"       // Telegram has it no more
	CodeTooManyRows    Code = "too_many_rows"   // Params: max
	CodeNoSumColumn    Code = "no_sum_column"   // the header names other columns
	CodeBulkNotFound   Code = "bulk_not_found"

	// Money back.
	CodeRefundTooLarge   Code = "refund_too_large"  // Params: max, what is left of the payment; 0 when nothing is
	CodeRefundImpossible Code = "refund_impossible" // the payment has not succeeded, or not any more

	// What the operator hears. The payer's side sees only the number.
	CodeRecipientWrong Code = "recipient_wrong" // wire 452: unknown or closed, with no oracle for guessing
	CodeAccessDenied   Code = "access_denied"   // wire 453
	CodeDataWrong      Code = "data_wrong"      // wire 454: sum, currency, type, checksum
	CodeImpossible     Code = "impossible"      // wire 422: well-formed, and cannot be
)

// Error is a failure that the person or system on the other side can act on.
// It carries no prose: the edge turns Code and Params into words.
type Error struct {
	Code   Code
	Params map[string]any
}

// Fail builds an *Error from a code and alternating parameter names and values.
func Fail(code Code, params ...any) *Error {
	e := &Error{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]any, len(params)/2)
		}
		e.Params[params[i].(string)] = params[i+1]
	}
	return e
}

func (e *Error) Error() string {
	if len(e.Params) == 0 {
		return string(e.Code)
	}
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, k := range slices.Sorted(maps.Keys(e.Params)) {
		fmt.Fprintf(&b, " %s=%v", k, e.Params[k])
	}
	return b.String()
}

// Is makes errors.Is(err, Fail(code)) compare codes and leave the parameters.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// CodeOf returns the code of an error that a person can act on, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// ErrNotFound is what a store answers for a row that does not exist. The
// service turns it into a code of its own; it never reaches a person.
var ErrNotFound = errors.New("not found")
