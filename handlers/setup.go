package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"github.com/nyaruka/phonenumbers"
)

// Set-up, in the order that everybody walks it once: language, phone, consent,
// the outlet's name, category and address, the card, the QR code. What is
// answered is stored at once, and what is stored is not asked again: a person
// who comes back tomorrow goes on where they stopped.
const setup = "setup"

// Answers that set-up keeps until the outlet can be opened.
const (
	answerName     = "name"
	answerCategory = "category"
)

// Values of the steps' buttons.
const (
	agree = "agree"
	skip  = "skip"
)

func (b *Bot) setupForm() chat.Form {
	return chat.Form{
		Name: setup, Version: 1, Essential: true, Done: b.setupDone,
		Steps: []chat.Step{
			{Name: "language", Needed: unless("language"), Ask: b.askLanguage, Take: b.takeLanguage},
			{Name: "phone", Needed: unless("phone"), Ask: b.askPhone, Take: b.takePhone},
			{Name: "consent", Needed: unless("consent"), Ask: b.askConsent, Take: b.takeConsent, NoBack: true},
			{Name: "name", Needed: unless("outlet"), Ask: b.askName, Take: b.unlessMember(b.takeName), NoBack: true},
			{Name: "category", Needed: unless("outlet"), Ask: b.askCategory, Take: b.unlessMember(b.takeCategory)},
			{Name: "address", Needed: unless("outlet"), Ask: b.askAddress, Take: b.unlessMember(b.takeAddress)},
			{Name: "card", Needed: unless("card"), Ask: b.askCard, Take: b.takeCard, NoBack: true},
		},
	}
}

// known notes what need not be asked of a person. It is taken once, when the
// form opens: within the form people may go back to what they just answered.
func known(p payments.Person) chat.Values {
	v := chat.Values{}
	for name, there := range map[string]bool{
		"language": p.Language != "",
		"phone":    p.Phone != "",
		"consent":  !p.ConsentedAt.IsZero(),
		"outlet":   p.OutletID != 0,
		"card":     p.HasCard,
	} {
		if there {
			v["known."+name] = "yes"
		}
	}
	return v
}

func unless(name string) func(chat.Values) bool {
	return func(v chat.Values) bool { return v["known."+name] == "" }
}

// start begins set-up, goes on with it, or shows the main screen. With an
// invitation's secret it leads into a team.
func (b *Bot) start(ctx context.Context, t *chat.Turn) error {
	if token, ok := strings.CutPrefix(t.Args, joinPrefix); ok && !visit(t).Leaving() {
		return b.openInvitation(ctx, t, token)
	}
	if !visit(t).Registered() {
		return b.resume(ctx, t)
	}
	return b.home(ctx, t)
}

// goOn leads somebody who wants something back to set-up, with a word why.
// Who has not even chosen a language meets the bot for the first time.
func (b *Bot) goOn(ctx context.Context, t *chat.Turn) error {
	if said, err := b.outside(ctx, t); said || err != nil {
		return err
	}
	if v := visit(t); v.Person.Language != "" && !v.Leaving() {
		if _, err := t.Reply(ctx, chat.Screen{Text: v.HTML("setup.first")}); err != nil {
			return err
		}
	}
	return b.resume(ctx, t)
}

func (b *Bot) resume(ctx context.Context, t *chat.Turn) error {
	if v := visit(t); v.Leaving() {
		return show(ctx, t, leavingScreen(v.Printer, v.Person, b.zone))
	}
	if said, err := b.outside(ctx, t); said || err != nil {
		return err
	}
	name, err := t.FormName(ctx)
	if err != nil {
		return err
	}
	if name == setup || name == join {
		_, err = t.ResumeForm(ctx)
		return err
	}
	return t.OpenForm(ctx, setup, known(visit(t).Person))
}

func (b *Bot) askLanguage(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return languageScreen(b.catalog, locales.Match(t.From.LanguageCode), setup), nil
}

func (b *Bot) takeLanguage(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	code := t.Action.Arg(0)
	if !locales.Known(code) {
		return chat.ErrNotForMe
	}
	if err := b.service.SetLanguage(ctx, visit(t).ID, code); err != nil {
		return err
	}
	return b.recognise(ctx, t)
}

func (b *Bot) askPhone(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return phoneScreen(visit(t).Printer), nil
}

// takePhone accepts only what Telegram itself vouches for: the person's own
// contact, not another's and not a forwarded one.
func (b *Bot) takePhone(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	phone, err := ownPhone(t)
	if err != nil {
		return err
	}
	v := visit(t)
	if err := b.service.SetPhone(ctx, v.ID, phone); err != nil {
		return err
	}
	_, err = t.Reply(ctx, phoneNotedScreen(v.Printer, phone))
	return err
}

// ownPhone is the number of the person's own contact, in E.164.
func ownPhone(t *chat.Turn) (string, error) {
	if t.Kind == chat.KindSignal {
		return "", chat.ErrNotForMe
	}
	if t.Contact == nil {
		return "", hint("setup.phone.typed")
	}
	if t.Contact.UserID == 0 || t.Contact.UserID != t.From.ID || t.Contact.Forwarded {
		return "", payments.Fail(payments.CodeContactForeign)
	}
	return normalPhone(t.Contact.Phone)
}

// normalPhone brings a contact's number, which Telegram sends with or without
// the plus, to E.164. Error: CodePhoneMalformed.
func normalPhone(s string) (string, error) {
	digits := strings.TrimLeft(strings.TrimSpace(s), "+0")
	number, err := phonenumbers.Parse("+"+digits, "")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", payments.Fail(payments.CodePhoneMalformed)
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

func (b *Bot) askConsent(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return consentScreen(visit(t).Printer), nil
}

func (b *Bot) takeConsent(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	if t.Action.Arg(0) != agree {
		return chat.ErrNotForMe
	}
	return b.service.Consent(ctx, visit(t).ID)
}

// unlessMember ends set-up for somebody who has meanwhile become a member, by an
// invitation or because their merchant opened again: what they write is a sum.
func (b *Bot) unlessMember(take func(context.Context, *chat.Turn, chat.Values) error) func(context.Context, *chat.Turn, chat.Values) error {
	return func(ctx context.Context, t *chat.Turn, v chat.Values) error {
		if !visit(t).Registered() {
			return take(ctx, t, v)
		}
		if err := t.CloseForm(ctx); err != nil || t.Kind == chat.KindSignal {
			return err
		}
		if t.Kind == chat.KindText {
			return b.text(ctx, t)
		}
		return b.home(ctx, t)
	}
}

func (b *Bot) askName(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return nameScreen(visit(t).Printer), nil
}

func (b *Bot) takeName(_ context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	name, err := payments.CleanName(t.Text)
	if err != nil {
		return err
	}
	v[answerName] = name
	return nil
}

func (b *Bot) askCategory(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return categoryScreen(visit(t).Printer, payments.Categories()), nil
}

func (b *Bot) takeCategory(_ context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	category, ok := payments.CategoryByID(payments.CategoryID(t.Action.Arg(0)))
	if !ok {
		return payments.Fail(payments.CodeCategoryUnknown)
	}
	v[answerCategory] = string(category.ID)
	return nil
}

func (b *Bot) askAddress(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return addressScreen(visit(t).Printer), nil
}

// takeAddress has all that an outlet needs and opens it.
func (b *Bot) takeAddress(ctx context.Context, t *chat.Turn, v chat.Values) error {
	draft := payments.OutletDraft{
		Name:     v[answerName],
		Category: payments.CategoryID(v[answerCategory]),
		Key:      "o" + strconv.FormatInt(t.UpdateID, 10),
	}
	switch {
	case t.Kind == chat.KindPress && t.Action.Arg(0) == skip:
	case t.Kind == chat.KindLocation:
		draft.Latitude, draft.Longitude = &t.Location.Latitude, &t.Location.Longitude
	default:
		if err := wantText(t); err != nil {
			return err
		}
		address, err := payments.CleanAddress(t.Text)
		if err != nil {
			return err
		}
		draft.Address = address
	}
	person := visit(t).Person
	if person.OutletID == 0 {
		if _, err := b.service.OpenOutlet(ctx, person.ID, draft); err != nil {
			return fmt.Errorf("first outlet: %w", err)
		}
	}
	return b.recognise(ctx, t)
}

// wantText returns nil for a text, and otherwise says that one is needed.
func wantText(t *chat.Turn) error {
	switch t.Kind {
	case chat.KindText:
		return nil
	case chat.KindSignal:
		return chat.ErrNotForMe
	}
	return hint("chat.write_text")
}

// wantPress returns nil for a press, and otherwise points at the buttons.
func wantPress(t *chat.Turn) error {
	switch t.Kind {
	case chat.KindPress:
		return nil
	case chat.KindSignal:
		return chat.ErrNotForMe
	}
	return hint("chat.use_buttons")
}

func (b *Bot) setupDone(ctx context.Context, t *chat.Turn, _ chat.Values) error {
	return b.showHome(ctx, t, homeJustDone)
}
