// Package handlers is the conversation: which question follows which, what a
// button does, and how an answer looks. A handler reads what came, calls one
// method of the service and shows one screen; a screen is a pure function from
// data to chat.Screen in a file named …_screen.go.
//
// The package refuses to know SQL, HTTP and how Telegram is spoken to, keeps
// no state of a conversation (that is chat's and the service's), and has no
// words of its own: they stand in the catalogues.
package handlers

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/scanner"
)

// People is what the conversation asks about whom it talks to.
type People interface {
	Meet(context.Context, payments.Acquaintance) (payments.Person, error)
	SetLanguage(ctx context.Context, id payments.PersonID, language string) error
	SetPhone(ctx context.Context, id payments.PersonID, e164 string) error
	Consent(ctx context.Context, id payments.PersonID) error
}

// Outlets is what it asks about the place that takes money.
type Outlets interface {
	OpenOutlet(context.Context, payments.PersonID, payments.OutletDraft) (payments.Outlet, error)
	Desk(context.Context, payments.PersonID) (payments.Desk, error)
}

// Cards is how a card gets in.
type Cards interface {
	OpenCardForm(context.Context, payments.PersonID, payments.OutletID) (token string, err error)
	AddCardFor(ctx context.Context, id payments.PersonID, outlet payments.OutletID, number payments.CardNumber, key string) (payments.Card, error)
}

// Charges is how money is asked for.
type Charges interface {
	Charge(context.Context, payments.PersonID, payments.ChargeDraft) (payments.Ticket, error)
	Ticket(context.Context, payments.PersonID, payments.LinkID) (payments.Ticket, error)
	CancelLink(context.Context, payments.PersonID, payments.LinkID) (payments.Ticket, error)
	RememberMessage(context.Context, payments.MerchantID, payments.LinkID, payments.Message) error
}

// Refunds is how a payment is looked at and money goes back.
type Refunds interface {
	PaymentView(context.Context, payments.PersonID, payments.PaymentID) (payments.PaymentView, error)
	RequestRefund(context.Context, payments.PersonID, payments.RefundDraft) (payments.PaymentView, error)
}

// Service is the domain as the conversation sees it; *payments.Service is one.
type Service interface {
	People
	Outlets
	OutletCare
	Signs
	Cards
	Wallets
	Teams
	GroupCare
	Profiles
	Leaving
	Data
	Charges
	Inline
	LinkCare
	Bulks
	Refunds
	Proofs
	Exports
	Reports
	Histories
	ReportPlans
	DayCloser
}

// Deps is what a Bot is made of.
type Deps struct {
	Service Service
	Catalog *locales.Catalog
	// PublicURL is the address under which people reach the card form (/cards)
	// and the payment page (/p); empty: cards are typed in the chat and links
	// are plain national ones.
	PublicURL string
	Support   string         // whom to ask for help, as people read it; "": nobody
	Zone      *time.Location // in which times are shown where no merchant's is at hand
	Now       func() time.Time
	Press     Press // draws posters and receipts
	// BotName is the bot's user name as Telegram says it, without @; "" while it
	// is not known. Nil: it never is.
	BotName func(context.Context) string
	// QR draws a PNG; nil: the Bot's own, kept in memory for repeated use.
	QR func(content string) ([]byte, error)
}

// Bot is the conversation with everybody. It is safe for concurrent use.
type Bot struct {
	service   Service
	catalog   *locales.Catalog
	publicURL string
	support   string
	zone      *time.Location
	now       func() time.Time
	press     Press
	scanner   *scanner.Scanner
	checks    *checks
	botName   func(context.Context) string
	hints     *hints // said in groups
	qr        func(content string) ([]byte, error)
}

var _ Service = (*payments.Service)(nil)

// New checks what it is given and makes a Bot of it.
func New(d Deps) (*Bot, error) {
	if d.Service == nil || d.Catalog == nil || d.Zone == nil || d.Now == nil || d.Press == nil {
		return nil, fmt.Errorf("handlers: Service, Catalog, Zone, Now and Press are needed")
	}
	if d.PublicURL != "" {
		u, err := url.Parse(d.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("handlers: public URL %q is no http(s) address", d.PublicURL)
		}
	}
	b := &Bot{
		service: d.Service, catalog: d.Catalog, support: d.Support, publicURL: strings.TrimRight(d.PublicURL, "/"),
		zone: d.Zone, now: d.Now, press: d.Press, scanner: scanner.New(), checks: newChecks(d.Now), qr: d.QR,
		botName: d.BotName, hints: newHints(d.Now),
	}
	if b.botName == nil {
		b.botName = func(context.Context) string { return "" }
	}
	if b.qr == nil {
		b.qr = newPictures(qrCacheSize, drawQR).of
	}
	return b, nil
}

// Actions of buttons, and of signals from outside the chat.
const (
	actionMenu     = "menu"
	actionPay      = "pay"    // the keypad
	actionSum      = "sum"    // a key of it: tyiyn
	actionCancel   = "cancel" // link, messageOfText or nothing
	actionShow     = "show"   // link
	actionAgain    = "again"  // link
	actionCards    = "cards"
	actionNewCard  = "newcard" // outlet, page of outlets; without an outlet it is asked for
	actionHelp     = "help"    // topic; none: all
	actionSettings = "settings"
	actionLanguage = "lang" // code

	actionPayment    = "payment"    // payment, here?
	actionReceipt    = "receipt"    // payment
	actionReceiptPDF = "receiptpdf" // payment
	actionRefund     = "refund"     // payment
	actionRefundAll  = "refundall"  // payment, here?
	actionRefundPart = "refundpart" // payment
	actionRefundSend = "refundsend" // payment, tyiyn, nonce

	// SignalJoined tells that an owner accepted the person. Without arguments.
	SignalJoined = "member.joined"
	// SignalCardAdded tells that the person's card came in by the form. Its
	// argument is the id of the card.
	SignalCardAdded = "card.added"
)

// Routes is the whole conversation.
func (b *Bot) Routes() chat.Routes {
	routes := chat.Routes{
		Commands: map[string]chat.Handler{
			"start":    b.start,
			"menu":     b.registered(b.home),
			"qr":       b.registered(b.home),
			"pay":      b.registered(b.pay),
			"links":    b.registered(b.links),
			"cards":    b.registered(b.cards),
			"report":   b.registered(b.reportCommand),
			"outlets":  b.registered(b.outlets),
			"profile":  b.registered(b.profile),
			"verify":   b.registered(b.verify),
			"team":     b.registered(b.team),
			"history":  b.registered(b.historyCommand),
			"find":     b.registered(b.find),
			"settings": b.settings,
			"help":     b.help,
			"cancel":   b.nothingToCancel,
		},
		Buttons: map[string]chat.Handler{
			actionMenu:     b.registered(b.home),
			actionPay:      b.registered(b.keypad),
			actionSum:      b.registered(b.keypadSum),
			actionCancel:   b.registered(b.cancelCharge),
			actionShow:     b.registered(b.showCharge),
			actionAgain:    b.registered(b.again),
			actionCards:    b.registered(b.cards),
			actionNewCard:  b.registered(b.newCard),
			actionMore:     b.registered(b.more),
			actionHelp:     b.help,
			actionVerify:   b.registered(b.verify),
			actionSettings: b.settings,
			actionLanguage: b.setLanguage,

			actionOutlets:       b.registered(b.outlets),
			actionArchived:      b.registered(b.archived),
			actionSwitchOutlet:  b.registered(b.onOutlet(b.switchOutlet)),
			actionOutlet:        b.registered(b.onOutlet(b.outlet)),
			actionNewOutlet:     b.registered(b.newOutlet),
			actionEditOutlet:    b.registered(b.onOutlet(b.editOutlet)),
			actionPauseOutlet:   b.registered(b.onOutlet(b.pauseOutlet)),
			actionResumeOutlet:  b.registered(b.onOutlet(b.resumeOutlet)),
			actionArchiveOutlet: b.registered(b.onOutlet(b.archiveOutlet)),
			actionArchiveSure:   b.registered(b.onOutlet(b.archiveSure)),
			actionRestoreOutlet: b.registered(b.onOutlet(b.restoreOutlet)),
			actionPoster:        b.registered(b.poster),

			actionCard:       b.registered(b.onCard(b.card)),
			actionUseCard:    b.registered(b.onCard(b.useCard)),
			actionRemoveCard: b.registered(b.onCard(b.removeCard)),
			actionRemoveSure: b.registered(b.onCard(b.removeSure)),

			actionExport:        b.registered(b.exports),
			actionExportFile:    b.registered(b.exportFile),
			actionExportDays:    b.registered(b.exportDays),
			actionTeam:          b.registered(b.team),
			actionMember:        b.registered(b.onMember(b.member)),
			actionMemberRole:    b.registered(b.onMember(b.memberRole)),
			actionOwnerSure:     b.registered(b.onMember(b.ownerSure)),
			actionMemberScope:   b.registered(b.onMember(b.memberScope)),
			actionDismiss:       b.registered(b.onMember(b.dismiss)),
			actionDismissSure:   b.registered(b.onMember(b.dismissSure)),
			actionQuit:          b.registered(b.quit),
			actionQuitSure:      b.registered(b.quitSure),
			actionWorkplaces:    b.registered(b.workplaces),
			actionSwitch:        b.switchMerchant,
			actionInvite:        b.registered(b.invite),
			actionInvitation:    b.registered(b.onInvitation(b.invitation)),
			actionUninvite:      b.registered(b.onInvitation(b.uninvite)),
			actionAccept:        b.registered(b.onInvitation(b.accept)),
			actionDecline:       b.registered(b.onInvitation(b.decline)),
			actionOwnMerchant:   b.ownMerchant,
			actionHistory:       b.registered(b.historyButton(b.history)),
			actionHistoryFilter: b.registered(b.historyButton(b.historyFilter)),
			actionHistoryChoose: b.registered(b.historyButton(b.historyChoose)),
			actionHistoryDays:   b.registered(b.historyButton(b.historyDays)),
			actionHistoryFind:   b.registered(b.historyButton(b.historyFind)),
			actionHistoryOpen:   b.registered(b.historyButton(b.historyOpen)),

			actionProfile:     b.registered(b.profile),
			actionEditProfile: b.registered(b.editProfile),
			actionNotify:      b.registered(b.notify),
			actionLeave:       b.leave,
			actionLeaveSure:   b.leaveSure,
			actionReturn:      b.comeBack,
			actionData:        b.registered(b.myData),
			actionDataSend:    b.registered(b.myDataSend),

			actionBulk:       b.registered(b.bulk),
			actionBulkMake:   b.registered(b.onBulk(b.bulkMake)),
			actionBulkCancel: b.registered(b.onBulk(b.bulkCancel)),
			actionBulkRepeat: b.registered(b.bulkRepeat),

			actionPayment:    b.registered(b.viewed(b.payment)),
			actionReceipt:    b.registered(b.viewed(b.receipt)),
			actionReceiptPDF: b.registered(b.viewed(b.receiptPDF)),
			actionRefund:     b.registered(b.viewed(b.refund)),
			actionRefundAll:  b.registered(b.viewed(b.refundAll)),
			actionRefundPart: b.registered(b.viewed(b.refundPart)),
			actionRefundSend: b.registered(b.refundSend),

			actionReport:       b.registered(b.report),
			actionReportPlace:  b.registered(b.reportPlace),
			actionReportPeriod: b.registered(b.reportPeriod),

			actionReportSettings: b.registered(b.reportSettings),
			actionSchedule:       b.registered(b.onSchedule(b.schedule)),
			actionScheduleOn:     b.registered(b.onSchedule(b.scheduleOn)),
			actionScheduleHour:   b.registered(b.onSchedule(b.scheduleHour)),
			actionScheduleOutlet: b.registered(b.onSchedule(b.scheduleOutlet)),
			actionReportNothing:  b.registered(b.reportNothing),
			actionCutoff:         b.registered(b.cutoff),

			actionClosings:     b.registered(b.closings),
			actionClosing:      b.registered(b.closing),
			actionClosingPaper: b.registered(b.closingPaper),
			actionCloseAsk:     b.registered(b.closeAsk),
			actionCloseDay:     b.registered(b.closeDay),
			actionCorrect:      b.registered(b.correct),
			actionCloseSelf:    b.registered(b.closeSelf),
		},
		Signals: map[string]chat.Handler{SignalCardAdded: b.cardAdded, SignalJoined: b.memberJoined},
		Forms: withWaysOut(
			b.setupForm(),
			b.cardForm(),
			b.refundForm(),
			b.outletForm(),
			b.outletEditForm(),
			b.profileForm(),
			b.tinForm(),
			b.verifyForm(),
			b.exportDaysForm(),
			b.leavingForm(),
			b.reportDates(),
			b.correctionForm(),
			b.linkForm(),
			b.linkEditForm(),
			b.inviteForm(),
			b.joinForm(),
			b.findForm(),
			b.historyDaysForm(),
		),
		Text:      b.registered(b.text),
		Other:     b.registered(b.other),
		Edited:    b.edited,
		Group:     b.group,
		Inline:    b.inline,
		Chosen:    b.chosen,
		Unknown:   b.unknown,
		Intercept: b.intercept,
	}
	for name, handler := range b.linkButtons() {
		routes.Buttons[name] = b.registered(handler)
	}
	for name, handler := range b.groupButtons() {
		routes.Buttons[name] = b.registered(handler)
	}
	return routes
}

// visitor is what a turn carries: who it is, and how to speak to them.
type visitor struct {
	payments.Person
	*locales.Printer
}

// visit returns the turn's visitor. Prepare has run before every handler.
func visit(t *chat.Turn) *visitor { return t.Visitor.(*visitor) }

// Prepare finds out who the turn is from, for chat.Config.
func (b *Bot) Prepare(ctx context.Context, t *chat.Turn) error {
	t.Visitor = &visitor{Printer: b.catalog.Printer(locales.Match(t.From.LanguageCode))}
	if !t.Private || t.From.ID == 0 || t.Kind == chat.KindBlocked {
		return nil
	}
	return b.recognise(ctx, t)
}

// recognise loads the turn's person anew, after something about them changed.
func (b *Bot) recognise(ctx context.Context, t *chat.Turn) error {
	person, err := b.person(ctx, t)
	if err != nil {
		return err
	}
	v := &visitor{Person: person, Printer: b.printerFor(person)}
	t.Visitor, t.Known = v, v.Registered()
	return nil
}

// printerFor speaks a person's language: the chosen one, else what Telegram
// suggests.
func (b *Bot) printerFor(p payments.Person) *locales.Printer {
	if p.Language != "" {
		return b.catalog.Printer(p.Language)
	}
	return b.catalog.Printer(locales.Match(p.Suggested))
}

func (b *Bot) person(ctx context.Context, t *chat.Turn) (payments.Person, error) {
	id := payments.PersonID(t.From.ID)
	if t.Kind == chat.KindSignal {
		// Nobody spoke: Telegram says nothing of the person that could be noted.
		desk, err := b.service.Desk(ctx, id)
		return desk.Person, err
	}
	return b.service.Meet(ctx, payments.Acquaintance{
		ID:        id,
		Name:      payments.CleanLine(t.From.FirstName + " " + t.From.LastName),
		Username:  t.From.Username,
		Suggested: t.From.LanguageCode,
	})
}

// registered lets only those to a handler who finished set-up; the others are
// led to where they stopped.
func (b *Bot) registered(next chat.Handler) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		if visit(t).Registered() {
			return next(ctx, t)
		}
		return b.goOn(ctx, t)
	}
}
