package web

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// stage is where a link stands in its payer's eyes.
type stage string

// The stages. What is open or being paid can still change by itself.
const (
	stageOpen      stage = "open"
	stagePaying    stage = "paying"
	stagePaid      stage = "paid"
	stagePartly    stage = "partly_refunded"
	stageRefunded  stage = "refunded"
	stageReversed  stage = "reversed"
	stageExpired   stage = "expired"
	stageUsedUp    stage = "used_up"
	stageCancelled stage = "cancelled"
	stagePaused    stage = "paused"
)

// stageOf looks at the payment first: it may have come in time for a link that
// has since expired.
func stageOf(view payments.PayerView) stage {
	if p := view.Payment; p != nil {
		switch p.State {
		case payments.PaymentExecuting:
			return stagePaying
		case payments.PaymentSucceeded:
			switch back := view.Refunds.Done; {
			case back >= p.Amount:
				return stageRefunded
			case back > 0:
				return stagePartly
			}
			return stagePaid
		case payments.PaymentReversed:
			return stageReversed
		}
	}
	switch view.Link.State {
	case payments.LinkActive:
		if view.Link.HeldBy != 0 {
			return stagePaying
		}
		return stageOpen
	case payments.LinkUsedUp:
		return stageUsedUp
	case payments.LinkExpired:
		return stageExpired
	case payments.LinkCancelled:
		return stageCancelled
	default:
		return stagePaused
	}
}

// settled reports whether the money has come, and may yet go back.
func (s stage) settled() bool { return s == stagePaid || s == stagePartly }

// final reports whether there is nothing to wait for: only the operator's
// correction can still change it, or a payer who comes too late.
func (s stage) final() bool {
	return s != stageOpen && s != stagePaying && s != stagePaused && !s.settled()
}

// version differs when the page does: by the stage, and by what went back since.
func version(view payments.PayerView) string {
	v := string(stageOf(view))
	if back := view.Refunds; back.Done != 0 || back.Open != 0 {
		v += fmt.Sprintf(" %d %d", back.Done, back.Open)
	}
	return v
}

// customerPage is the page of a link, in words.
type customerPage struct {
	Title    string
	Preview  string
	Stage    stage
	Version  string
	Open     bool
	Good     bool // paid
	Returned bool // paid, and some of it or all went back
	Waiting  bool // being paid

	Heading string // the state in two words; "" while open
	Advice  string // what to do now, under the heading

	PayeeLabel string
	Payee      string
	Verified   *note // what is known of the payee; nil: nothing is said
	SumLabel   string
	Sum        string // "" on an open sum
	Between    string // bounds of an open sum, if they are narrower than usual
	AskSum     *sumForm
	ChangeSum  *sendLink // back from a sum that the payer chose
	Facts      []fact
	Seller     []fact // where and how to reach the seller
	SmallPrint string

	Pay, PayHint, Scan, Alt string
	URI                     template.URL
	BanksLabel              string
	Banks                   []bankLink
	QR                      string // path of the picture
	Copy, Copied            string
	SendLabel               string
	Send                    []sendLink // from a computer to a phone; nil without an address of ours

	Signal   *signalForm // what the payer can say to the seller; nil: nothing
	Receipts []fileLink  // to take along
	Share    string      // for browsers that hand a file to other apps

	Events string // path of the stream; "": nothing more will happen
	Live   string
}

type fact struct {
	Label, Value string
	Long         bool         // the value has a line of its own
	Address      template.URL // that the value leads to; "": nowhere
}

type fileLink struct{ Text, Address string }

// customerScreen puts a link into words.
func customerScreen(p *locales.Printer, view payments.PayerView, zone *time.Location) customerPage {
	name := locales.Line(view.Outlet.Name)
	page := customerPage{
		Title: p.Text("page.title", "outlet", name), Stage: stageOf(view), Version: version(view),
		PayeeLabel: p.Text("page.payee"), Payee: name,
	}
	page.Open, page.Good, page.Waiting = page.Stage == stageOpen, page.Stage == stagePaid, page.Stage == stagePaying
	page.Preview = p.Text("page.open_sum")
	if view.Link.Amount != 0 {
		page.Preview = p.Text("page.preview", "sum", view.Link.Amount)
	}
	page.sum(p, view)
	if comment := locales.Line(view.Link.Comment); comment != "" {
		page.Facts = append(page.Facts, fact{Label: p.Text("page.comment"), Value: comment, Long: true})
	}
	page.news(p)
	page.Returned = page.Stage == stagePartly || page.Stage == stageRefunded
	switch {
	case page.Open:
		if until := view.Link.ExpiresAt; !until.IsZero() {
			page.Facts = append(page.Facts, fact{Label: p.Text("page.until"), Value: p.DateTime(until.In(zone))})
		}
		if view.Verified {
			page.Verified = &note{Title: p.Text("page.verified"), Text: p.Text("page.verified.text")}
		}
		page.waysToPay(p, view.Link)
	case page.Good, page.Returned, page.Stage == stageReversed:
		page.payment(p, view, zone)
	}
	page.seller(p, view)
	// A static code's payments are other people's: its page has nothing to
	// wait for.
	if view.Link.Kind == payments.LinkCharge && !page.Stage.final() {
		page.Events = "/p/" + view.Link.Code + "/events"
	}
	if page.Open && page.Events != "" {
		page.Live = p.Text("page.live")
	}
	return page
}

func (page *customerPage) sum(p *locales.Printer, view payments.PayerView) {
	page.SumLabel = p.Text("page.sum")
	switch link := view.Link; {
	case view.Payment != nil:
		page.Sum = p.Money(view.Payment.Amount)
	case link.Amount != 0:
		page.Sum = p.Money(link.Amount)
	case page.Open:
		if link.Min > payments.DefaultMin || link.Max != 0 && link.Max < payments.DefaultMax {
			page.Between = p.Text("page.between", "min", link.Min, "max", link.Max)
		}
	}
}

// news says what became of the link.
func (page *customerPage) news(p *locales.Printer) {
	switch page.Stage {
	case stagePaying:
		page.Heading, page.Advice = p.Text("page.paying.title"), p.Text("page.paying.text")
	case stagePaid:
		page.Heading, page.Advice = p.Text("page.paid.title"), p.Text("page.paid.text")
	case stagePartly:
		page.Heading, page.Advice = p.Text("page.partly.title"), p.Text("page.partly.text")
	case stageRefunded:
		page.Heading, page.Advice = p.Text("page.refunded.title"), p.Text("page.refunded.text")
	case stageReversed:
		page.Heading, page.Advice = p.Text("page.reversed.title"), p.Text("page.reversed.text")
	case stageExpired:
		page.Heading = p.Text("page.expired")
	case stageUsedUp:
		page.Heading = p.Text("page.used_up")
	case stageCancelled:
		page.Heading = p.Text("page.cancelled")
	case stagePaused:
		page.Heading, page.Advice = p.Text("page.paused.title"), p.Text("page.paused.text")
	}
}

// payment lists what the payer may be asked for later: what went back, the
// times, our number and the operator's (operator regulation, §10). A receipt
// of what was reversed is none.
func (page *customerPage) payment(p *locales.Printer, view payments.PayerView, zone *time.Location) {
	paid, back := view.Payment, view.Refunds
	add := func(key, value string) { page.Facts = append(page.Facts, fact{Label: p.Text(key), Value: value}) }
	at := func(key string, t time.Time) {
		if !t.IsZero() {
			add(key, p.DateTime(t.In(zone)))
		}
	}
	if back.Done > 0 {
		add("check.refunded", p.Money(back.Done))
		at("page.returned_at", back.LastAt)
	}
	if back.Open > 0 {
		add("page.returning", p.Money(back.Open))
	}
	at("check.reversed_at", paid.ReversedAt)
	at("page.paid_at", paid.FinalAt)
	add("page.receipt", strconv.FormatInt(paid.Receipt, 10))
	page.Facts = append(page.Facts, fact{Label: p.Text("page.operator_id"), Value: locales.Line(paid.OperatorID), Long: true})
	if page.Stage == stageReversed {
		return
	}
	page.SmallPrint = p.Text("page.not_fiscal")
	path := "/p/" + view.Link.Code + "/receipt."
	page.Receipts = []fileLink{
		{p.Text("page.receipt_picture"), path + string(PNG) + "?lang=" + p.Language()},
		{p.Text("page.receipt_pdf"), path + string(PDF) + "?lang=" + p.Language()},
	}
	page.Share = p.Text("page.receipt_share")
}
