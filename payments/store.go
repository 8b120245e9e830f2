package payments

import (
	"context"
	"iter"
	"time"
)

// Store keeps what the service knows. What is not there is ErrNotFound. The
// methods of Reader see what is committed; those of Tx stand in one
// transaction.
type Store interface {
	Reader
	DataReader
	// Atomically runs f in one transaction and commits it when f returns nil.
	// It repeats f when the database asks for it, so f does nothing but work
	// on its Tx.
	Atomically(ctx context.Context, f func(Tx) error) error
}

// Reader answers questions.
type Reader interface {
	LeaveReader

	Person(ctx context.Context, id PersonID) (Person, error)
	Merchant(ctx context.Context, id MerchantID) (Merchant, error)
	Outlet(ctx context.Context, merchant MerchantID, id OutletID) (Outlet, error)
	OutletByKey(ctx context.Context, person PersonID, key string) (Outlet, error)
	// Outlets are all of a merchant, in the order they were opened.
	Outlets(ctx context.Context, merchant MerchantID) ([]Outlet, error)
	// OutletCount counts those that are not archived.
	OutletCount(ctx context.Context, merchant MerchantID) (int, error)
	// Card is the one that an outlet's payments are credited to.
	Card(ctx context.Context, merchant MerchantID, outlet OutletID) (Card, error)
	// Cards are those of a merchant that were not removed, oldest first.
	Cards(ctx context.Context, merchant MerchantID) ([]Card, error)
	CardByKey(ctx context.Context, person PersonID, key string) (Card, error)
	// OpenCredits counts what is not yet final of a card's credits.
	OpenCredits(ctx context.Context, merchant MerchantID, card CardID) (int, error)
	AuditEntry(ctx context.Context, merchant MerchantID, id AuditID) (AuditEntry, error)
	CardForm(ctx context.Context, tokenHash []byte) (CardForm, error)
	SealedCard(ctx context.Context, merchant MerchantID, id CardID) (SealedCard, error)
	Credit(ctx context.Context, merchant MerchantID, id CreditID) (Credit, error)
	PaymentCredit(ctx context.Context, merchant MerchantID, payment PaymentID) (Credit, error)

	Link(ctx context.Context, merchant MerchantID, id LinkID) (Link, error)
	LinkByKey(ctx context.Context, person PersonID, key string) (Link, error)
	StaticLink(ctx context.Context, merchant MerchantID, outlet OutletID) (Link, error)
	Target(ctx context.Context, code string) (Target, error)
	// PayerLink returns a link by its code, with what its payers may know.
	PayerLink(ctx context.Context, code string) (Link, PayerLink, error)
	Messages(ctx context.Context, merchant MerchantID, link LinkID) ([]Message, error)
	// InlineMessages are those in other chats, by what Telegram edits them by.
	InlineMessages(ctx context.Context, merchant MerchantID, link LinkID) ([]string, error)
	// Draft returns a charge that was offered and is no link yet, with what its
	// payers may know.
	Draft(ctx context.Context, code string) (Draft, PayerLink, error)
	DraftCount(ctx context.Context, person PersonID, since time.Time) (int, error)
	// Links are an outlet's charges and reusable links, newest first; see
	// LinkQuery.
	Links(ctx context.Context, merchant MerchantID, outlet OutletID, q LinkQuery) ([]Link, error)
	// LastBulk is the newest round of a file at an outlet.
	LastBulk(ctx context.Context, merchant MerchantID, outlet OutletID, hash []byte) (Bulk, error)
	BulkLinkCount(ctx context.Context, bulk BulkID) (int, error)
	BulkLinks(ctx context.Context, bulk BulkID) ([]BulkLink, error)
	UsualSums(ctx context.Context, merchant MerchantID, outlet OutletID, since time.Time, limit int) ([]Money, error)

	Payment(ctx context.Context, merchant MerchantID, id PaymentID) (Payment, error)
	PaymentByOperatorID(ctx context.Context, operatorID string) (Payment, error)
	PaymentByReceiptKey(ctx context.Context, key string) (Payment, error)
	PaymentByReceipt(ctx context.Context, merchant MerchantID, number int64) (Payment, error)
	// LastReceiptCheck is the newest check of a payment's receipt but for that
	// which one message brought.
	LastReceiptCheck(ctx context.Context, merchant MerchantID, payment PaymentID, person PersonID, key string) (ReceiptCheck, error)
	// Steps are the states that a payment has been in, oldest first.
	Steps(ctx context.Context, merchant MerchantID, payment PaymentID) ([]Step, error)
	// LookAlike is the newest payment that succeeded through the same link with
	// the same sum since an instant, or ErrNotFound.
	LookAlike(ctx context.Context, p Payment, since time.Time) (PaymentID, error)
	Refund(ctx context.Context, merchant MerchantID, id RefundID) (Refund, error)
	RefundByKey(ctx context.Context, merchant MerchantID, person PersonID, key string) (Refund, error)
	RefundByOperatorID(ctx context.Context, operatorID string) (Refund, error)
	// Refunds are all of a payment, oldest first.
	Refunds(ctx context.Context, merchant MerchantID, payment PaymentID) ([]Refund, error)
	// Silent are payments that were executed before an instant, have had no
	// word since, and that no job asks about.
	Silent(ctx context.Context, before time.Time, limit int) ([]Payment, error)
	// Abandoned are payments that were created before an instant and never
	// executed.
	Abandoned(ctx context.Context, before time.Time, limit int) ([]Payment, error)
	// ShownPayment is the newest payment of a link that is executing,
	// succeeded or reversed.
	ShownPayment(ctx context.Context, merchant MerchantID, link LinkID) (Payment, error)
	// PayerPayment is ShownPayment with what went back of it.
	PayerPayment(ctx context.Context, merchant MerchantID, link LinkID) (Payment, Returned, error)
	// Takings counts what succeeded in [from, to) up to the receipt number
	// upTo (0: all); outlet 0 is all outlets.
	Takings(ctx context.Context, merchant MerchantID, outlet OutletID, from, to time.Time, upTo int64) (Takings, error)
	// Figures counts what happened to a merchant's money in a span.
	Figures(ctx context.Context, of FiguresOf) (Figures, error)
	// Member is a person as a member of a merchant, active or not.
	Member(ctx context.Context, merchant MerchantID, id PersonID) (Person, error)
	// Operations hands out what Figures counts, line by line, oldest first. It
	// ends with the first error of each.
	Operations(ctx context.Context, of FiguresOf, each func(Operation) error) error
	// History returns up to limit entries of a filter beyond a position; the zero
	// position is the beginning in either order. next is where to go on, zero when
	// there is nothing more. Fewer than limit entries may come with a next: what
	// is looked for is rare, and the answer was not to wait.
	History(ctx context.Context, filter HistoryFilter, from Position, order HistoryOrder, limit int) (found []HistoryEntry, next Position, err error)
	// HistoryTotal counts and adds up the entries of a filter; known is false if
	// there are more than so many, or it would take long to know.
	HistoryTotal(ctx context.Context, filter HistoryFilter, most int) (total Takings, known bool, err error)
	Export(ctx context.Context, merchant MerchantID, id ExportID) (Export, error)
	// Slices are the takings of a span by outlet, person and bar; edges are the
	// instants at which the bars begin, the first no later than the span.
	Slices(ctx context.Context, of FiguresOf, edges []time.Time) ([]Slice, error)
	// Settled is what became of a span's payments by its end.
	Settled(ctx context.Context, of FiguresOf) (Settled, error)
	// Team are all members of a merchant, owners first.
	Team(ctx context.Context, merchant MerchantID) ([]Person, error)
	// Workplaces are the merchants that a person is a member of.
	Workplaces(ctx context.Context, id PersonID) ([]Workplace, error)
	Invitation(ctx context.Context, id InvitationID) (Invitation, error)
	InvitationByToken(ctx context.Context, tokenHash []byte) (Invitation, error)
	InvitationByKey(ctx context.Context, by PersonID, key string) (Invitation, error)
	// Invitations are a merchant's pending ones, oldest first.
	Invitations(ctx context.Context, merchant MerchantID, now time.Time) ([]Invitation, error)
	// WaitingInvitation is the newest that a person answered and that no owner
	// has decided on.
	WaitingInvitation(ctx context.Context, id PersonID, now time.Time) (Invitation, error)
	// Sellers are those who made links through which money came; with outlets,
	// of the members who work in one of them.
	Sellers(ctx context.Context, merchant MerchantID, outlets []OutletID, limit int) ([]Seller, error)
	// LastingLinks are the codes and reusable links of outlets, the codes first,
	// then the newest.
	LastingLinks(ctx context.Context, merchant MerchantID, outlets []OutletID, limit int) ([]Link, error)
	// Search is what a person looked for in a merchant's history.
	Search(ctx context.Context, merchant MerchantID, person PersonID, id SearchID) (Search, error)
	// ReportSchedules are those that a member has.
	ReportSchedules(ctx context.Context, merchant MerchantID, person PersonID) ([]ReportSchedule, error)
	// ReportNothing reports whether a member is told that nothing happened.
	ReportNothing(ctx context.Context, merchant MerchantID, person PersonID) (bool, error)
	// DueSpans are the spans that schedules are due to be told of, oldest first.
	DueSpans(ctx context.Context, now time.Time) ([]DueSpan, error)
	// FiguresOfAll reads the figures of every outlet in a span in one pass, by
	// merchant; an outlet may come several times. Memory is bounded.
	FiguresOfAll(ctx context.Context, span Day) iter.Seq2[OutletFigures, error]
	// FiguresOfSome is FiguresOfAll for a few merchants.
	FiguresOfSome(ctx context.Context, span Day, merchants []MerchantID) ([]OutletFigures, error)
	SentReport(ctx context.Context, merchant MerchantID, id ReportID) (SentReport, error)
	Group(ctx context.Context, chat GroupID) (Group, error)
	// Groups are a merchant's, oldest first.
	Groups(ctx context.Context, merchant MerchantID) ([]Group, error)
	// DayClosings are those of an outlet, the newest first.
	DayClosings(ctx context.Context, merchant MerchantID, outlet OutletID, limit int) ([]DayClosing, error)
	DayClosing(ctx context.Context, merchant MerchantID, outlet OutletID, number int64) (DayClosing, error)
	DayClosingByKey(ctx context.Context, merchant MerchantID, outlet OutletID, key string) (DayClosing, error)
	// DayOfWork counts what a span brought the people who run the program.
	DayOfWork(ctx context.Context, span Day) (DayOfWork, error)
	// OutletBegan is when an outlet was opened.
	OutletBegan(ctx context.Context, merchant MerchantID, outlet OutletID) (time.Time, error)
	// ClosingCount is how far an outlet's closings have counted. ErrNotFound
	// where that is not written down.
	ClosingCount(ctx context.Context, merchant MerchantID, outlet OutletID) (ClosingCount, error)
	// Cutoffs are those of the merchants whose days close by themselves.
	Cutoffs(ctx context.Context) ([]Cutoff, error)
	// SelfClosing are outlets of such merchants that were opened before an
	// instant and are not counted up to it, by their ids after one.
	SelfClosing(ctx context.Context, cutoff Cutoff, to time.Time, after OutletID, limit int) ([]SelfClosing, error)
	// Members are those of a merchant who can be written to.
	Members(ctx context.Context, merchant MerchantID) ([]Person, error)
	// Listeners are the members who want to hear of payments by a link, and can
	// be written to.
	Listeners(ctx context.Context, merchant MerchantID, link LinkID) ([]Person, error)
}

// Tx is a transaction. Rows are locked in the order merchant, link, payment,
// refund, credit, debts.
type Tx interface {
	Reader
	LeaveTx
	DataTx

	UpsertPerson(ctx context.Context, a Acquaintance, now time.Time) error
	SetLanguage(ctx context.Context, id PersonID, language string) error
	SetPhone(ctx context.Context, id PersonID, phone string) error
	SetConsent(ctx context.Context, id PersonID, now time.Time) error
	SetBlocked(ctx context.Context, id PersonID, blocked bool) error

	InsertMerchant(ctx context.Context, owner PersonID, m Merchant, now time.Time) (MerchantID, error)
	// InsertOutlet makes the outlet, with its card, and the person's active one.
	InsertOutlet(ctx context.Context, person PersonID, o Outlet, key string, now time.Time) (OutletID, error)
	InsertCardForm(ctx context.Context, f CardForm) error
	// MarkCardFormUsed reports whether the form was still open.
	MarkCardFormUsed(ctx context.Context, tokenHash []byte, now time.Time) (bool, error)
	InsertCard(ctx context.Context, c Card, sealed []byte, keyID, addKey string, by PersonID, now time.Time) (CardID, error)
	// SetDefaultCard makes a card that of all outlets.
	SetDefaultCard(ctx context.Context, merchant MerchantID, card CardID) error
	// SetOutletCard makes a card that of one outlet. The merchant's default card
	// makes the outlet follow the default again.
	SetOutletCard(ctx context.Context, merchant MerchantID, outlet OutletID, card CardID) error
	// RemoveCard takes a card out of use; what it was used for, its successor is.
	RemoveCard(ctx context.Context, merchant MerchantID, card, successor CardID, now time.Time) error

	MarkMerchant(ctx context.Context, m Merchant) error
	MarkOutlet(ctx context.Context, o Outlet) error
	// SetOutlet makes an outlet a person's active one.
	SetOutlet(ctx context.Context, person PersonID, outlet OutletID) error
	// MovePeople gives members whose active outlet was archived or is none of
	// theirs another to work in, if there is one.
	MovePeople(ctx context.Context, merchant MerchantID) error
	InsertMember(ctx context.Context, merchant MerchantID, id PersonID, role Role, now time.Time) error
	// SetRole changes a member's role; an owner's outlets are all.
	SetRole(ctx context.Context, merchant MerchantID, id PersonID, role Role) error
	// SetScope says in which outlets a member works; none: in all.
	SetScope(ctx context.Context, merchant MerchantID, id PersonID, outlets []OutletID) error
	// SetMerchant makes a merchant the one that a member works in, in an outlet
	// of theirs.
	SetMerchant(ctx context.Context, id PersonID, merchant MerchantID) error
	// DeleteMember ends a membership; who worked there goes on in another
	// merchant of theirs, if there is one.
	DeleteMember(ctx context.Context, merchant MerchantID, id PersonID) error
	InsertInvitation(ctx context.Context, i Invitation, tokenHash []byte, key string) (InvitationID, error)
	// SetInvitationToken gives an invitation another link.
	SetInvitationToken(ctx context.Context, i Invitation, tokenHash []byte) error
	LockInvitation(ctx context.Context, id InvitationID) (Invitation, error)
	MarkInvitation(ctx context.Context, i Invitation) error
	// CancelInvitations makes what a member invited and nobody answered void.
	CancelInvitations(ctx context.Context, merchant MerchantID, by PersonID) error
	LockGroup(ctx context.Context, chat GroupID) (Group, error)
	// PutGroup writes a group, new or known.
	PutGroup(ctx context.Context, g Group) error
	// DeleteGroup forgets a group and what waits for it.
	DeleteGroup(ctx context.Context, chat GroupID) error
	// MoveGroup gives a group its new number, with what waits for it; false if
	// there is none under the old one.
	MoveGroup(ctx context.Context, from, to GroupID) (bool, error)
	// InsertGroupPosts puts something down for the groups that hear of a
	// payment's outlet, and returns those for which it is new.
	InsertGroupPosts(ctx context.Context, p Payment, kind GroupPostKind, refund RefundID) ([]GroupID, error)
	// TakeGroupPosts takes what waits for a group, oldest first; what was taken
	// before lost and not posted waits again.
	TakeGroupPosts(ctx context.Context, chat GroupID, now, lost time.Time, limit int) ([]WaitingPost, error)
	MarkGroupPosts(ctx context.Context, posts []GroupPostID, now time.Time) error
	GiveBackGroupPosts(ctx context.Context, posts []GroupPostID) error
	// SetNotices writes what a person wants to hear of their active merchant.
	SetNotices(ctx context.Context, p Person) error
	InsertAudit(ctx context.Context, e AuditEntry) (AuditID, error)
	// LockStandingLinks returns an outlet's links that are handed out again and
	// again: the static one, and reusable ones that are not closed.
	LockStandingLinks(ctx context.Context, merchant MerchantID, outlet OutletID) ([]Link, error)
	// InsertVersion gives a link its newest form; the earlier ones stay known.
	InsertVersion(ctx context.Context, l Link, v Version) error

	InsertLink(ctx context.Context, l Link, v Version, key string) (LinkID, error)
	InsertMessage(ctx context.Context, merchant MerchantID, link LinkID, m Message) error
	InsertInlineMessage(ctx context.Context, merchant MerchantID, link LinkID, inlineID string) error
	// InsertDraft returns the draft that the key made, now or before.
	InsertDraft(ctx context.Context, d Draft, key string) (Draft, error)
	// TakeDraft takes a draft out, for it to become a link.
	TakeDraft(ctx context.Context, code string) (Draft, error)
	InsertBulk(ctx context.Context, b Bulk) (BulkID, error)
	LockBulk(ctx context.Context, merchant MerchantID, id BulkID) (Bulk, error)
	MarkBulk(ctx context.Context, b Bulk) error
	InsertBulkLink(ctx context.Context, bulk BulkID, line int, link LinkID) error
	LockPerson(ctx context.Context, id PersonID) error
	LockLink(ctx context.Context, merchant MerchantID, id LinkID) (Link, error)
	// MarkLink writes everything about a link that can change but its form.
	MarkLink(ctx context.Context, l Link) error
	// TakeReminders takes the reminders off links whose time for it has come,
	// and returns the links as they were.
	TakeReminders(ctx context.Context, now time.Time, limit int) ([]Link, error)
	// NoteSignal reports whether a signal is the first of its kind through its
	// link after since.
	NoteSignal(ctx context.Context, s LinkSignal, now, since time.Time) (bool, error)

	// ExpireLinks marks links whose time is over, and returns them.
	ExpireLinks(ctx context.Context, now time.Time, limit int) ([]Link, error)

	// InsertPayment reports false when its operator id or PSP id is known.
	InsertPayment(ctx context.Context, p Payment) (PaymentID, bool, error)
	// PaymentsByIDs finds the payments that have either id.
	PaymentsByIDs(ctx context.Context, operatorID, pspID string) ([]Payment, error)
	// LockMerchantByOperatorID locks the merchant of a payment, if there is such
	// a payment.
	LockMerchantByOperatorID(ctx context.Context, operatorID string) error
	// LockPaymentByOperatorID locks a payment and, before it, its link if only
	// one payment may have that: a counter's static code must not make payers
	// wait for each other.
	LockPaymentByOperatorID(ctx context.Context, operatorID string) (Payment, Link, error)
	LockPayment(ctx context.Context, merchant MerchantID, id PaymentID) (Payment, error)
	MarkPayment(ctx context.Context, p Payment) error
	InsertEvent(ctx context.Context, p Payment, e Event) error
	// NextReceipt locks the merchant and returns the next receipt number.
	NextReceipt(ctx context.Context, merchant MerchantID) (int64, error)
	// LockMerchant is the first lock of a transaction that takes several.
	LockMerchant(ctx context.Context, merchant MerchantID) error
	// InsertCredit makes a credit to the outlet's present card.
	InsertCredit(ctx context.Context, c Credit) (CreditID, error)
	LockCredit(ctx context.Context, merchant MerchantID, id CreditID) (Credit, error)
	LockPaymentCredit(ctx context.Context, merchant MerchantID, payment PaymentID) (Credit, error)
	MarkCredit(ctx context.Context, c Credit) error
	// LockForgottenCredits returns credits that have been due or sent since
	// before an instant and that no job looks after, but for those that another
	// process has in hand.
	LockForgottenCredits(ctx context.Context, before time.Time, limit int) ([]Credit, error)
	LockRefusedCredits(ctx context.Context, merchant MerchantID, outlet OutletID) ([]Credit, error)
	// InsertRefund keeps a refund under the key that its request came with.
	InsertRefund(ctx context.Context, r Refund, requestKey string) (RefundID, error)
	LockRefund(ctx context.Context, merchant MerchantID, id RefundID) (Refund, error)
	MarkRefund(ctx context.Context, r Refund) error
	InsertRefundEvent(ctx context.Context, r Refund, e RefundEvent) error
	InsertDebt(ctx context.Context, d Debt) error
	// LockDebts returns what a merchant still owes, oldest first.
	LockDebts(ctx context.Context, merchant MerchantID) ([]Debt, error)
	// InsertWithholding keeps part of a credit back for a debt, which shrinks by
	// it; the credit's row is left to MarkCredit.
	InsertWithholding(ctx context.Context, d Debt, credit CreditID, part Money, now time.Time) error
	// SetCardToken keeps a card's token in place of the sealed number.
	SetCardToken(ctx context.Context, merchant MerchantID, card CardID, token string) error

	// InsertExport keeps an export and returns it, or the one that the same
	// press made before; ErrNotFound: another one of the person's is open.
	InsertExport(ctx context.Context, e Export) (kept Export, fresh bool, err error)
	DropStaleExports(ctx context.Context, person PersonID, before time.Time) error
	MarkExport(ctx context.Context, merchant MerchantID, id ExportID, state ExportState) error
	SetExportMessage(ctx context.Context, merchant MerchantID, id ExportID, message int) error

	// InsertReceiptCheck takes down who was shown a receipt, once a message.
	InsertReceiptCheck(ctx context.Context, p Payment, person PersonID, key string, now time.Time) error

	// InsertSearch keeps a search of a person's, and of the earlier ones the
	// newest.
	InsertSearch(ctx context.Context, merchant MerchantID, person PersonID, s Search, now time.Time) (SearchID, error)
	// MerchantSchedules are those of all members of a merchant.
	MerchantSchedules(ctx context.Context, merchant MerchantID) ([]ReportSchedule, error)
	MarkSchedule(ctx context.Context, s ReportSchedule) error
	MarkSchedules(ctx context.Context, s []ReportSchedule) error
	SetReportNothing(ctx context.Context, merchant MerchantID, person PersonID, told bool) error
	// SetCutoff writes a merchant's cut-off hour and whether days close by
	// themselves.
	SetCutoff(ctx context.Context, m Merchant) error
	// LockNewSchedules returns schedules that are not reckoned yet, but for those
	// that another process has in hand.
	LockNewSchedules(ctx context.Context, limit int) ([]DueReport, error)
	// LockDueReports returns schedules that are due to be told of a span, beyond
	// a member, by merchant and person, but for those that another process has in
	// hand.
	LockDueReports(ctx context.Context, now time.Time, span DueSpan, merchant MerchantID, person PersonID, limit int) ([]DueReport, error)
	// InsertReports keeps reports that became due and returns those that are new.
	InsertReports(ctx context.Context, reports []SentReport) ([]SentReport, error)
	InsertDayClosing(ctx context.Context, c DayClosing) error
	// MarkClosingCount writes how far an outlet's closings have counted.
	MarkClosingCount(ctx context.Context, c ClosingCount) error
	// MoveClosingCount does, unless it has changed meanwhile.
	MoveClosingCount(ctx context.Context, from, to ClosingCount) error
	// MarkReportDone notes that a report was sent, or is of no use.
	MarkReportDone(ctx context.Context, merchant MerchantID, id ReportID, now time.Time) error

	Enqueue(ctx context.Context, jobs ...Scheduled) error
}

// CardForm is a one-time permission to enter a card.
type CardForm struct {
	TokenHash  []byte // SHA-256 of the token in the address
	PersonID   PersonID
	MerchantID MerchantID
	OutletID   OutletID // that the card is for; 0: all outlets
	ExpiresAt  time.Time
	UsedAt     time.Time // zero until used
}
