package handlers

import (
	"context"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Profiles is what the conversation asks about a merchant and what a person
// wants to hear.
type Profiles interface {
	Profile(context.Context, payments.PersonID) (payments.Profile, error)
	EditMerchant(context.Context, payments.PersonID, payments.MerchantChange) (payments.Profile, error)
	SetNotify(context.Context, payments.PersonID, payments.Notify) (payments.Profile, error)
	SetQuiet(context.Context, payments.PersonID, payments.Span) (payments.Profile, error)
}

// Actions on the profile.
const (
	actionProfile     = "profile"
	actionEditProfile = "editprofile" // field
	actionNotify      = "notify"      // choice; none: asks
)

// The dialogs of the profile. The ИНН has one of its own: while it is open, a
// number of fourteen digits is no card's.
const (
	editProfile = "profile"
	tinForm     = "tin"
)

// Fields of the profile, also the names of the steps that ask for them;
// fieldName is another.
const (
	fieldTIN     = "tin"
	fieldContact = "contact"
	fieldQuiet   = "quiet"
)

// answerText is what a field is to hold.
const answerText = "text"

// profile shows who the merchant is and what the person hears.
func (b *Bot) profile(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	profile, err := b.service.Profile(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, profileScreen(v.Printer, profile))
}

// editProfile asks for one thing of the profile.
func (b *Bot) editProfile(ctx context.Context, t *chat.Turn) error {
	field := t.Action.Arg(0)
	switch field {
	case fieldQuiet:
		return t.OpenForm(ctx, editProfile, chat.Values{answerField: field})
	case fieldName, fieldContact, fieldTIN:
	default:
		return b.unknown(ctx, t)
	}
	if !visit(t).Role.Can(payments.ActionEditMerchant) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	if field == fieldTIN {
		return t.OpenForm(ctx, tinForm, chat.Values{answerField: field})
	}
	return t.OpenForm(ctx, editProfile, chat.Values{answerField: field})
}

func (b *Bot) profileForm() chat.Form {
	only := func(field string) func(chat.Values) bool {
		return func(v chat.Values) bool { return v[answerField] == field }
	}
	return chat.Form{
		Name: editProfile, Version: 1, Done: b.profileEdited,
		Steps: []chat.Step{
			{Name: fieldName, Needed: only(fieldName), Ask: b.askMerchantName, Take: b.takeField(payments.CleanName)},
			{Name: fieldContact, Needed: only(fieldContact), Ask: b.askContact, Take: b.takeContact},
			{Name: fieldQuiet, Needed: only(fieldQuiet), Ask: b.askQuiet, Take: b.takeQuiet},
		},
	}
}

func (b *Bot) tinForm() chat.Form {
	return chat.Form{
		Name: tinForm, Version: 1, Done: b.profileEdited,
		Steps: []chat.Step{{Name: fieldTIN, Ask: b.askTIN, Take: b.takeField(payments.CleanTIN)}},
	}
}

func (b *Bot) askMerchantName(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("profile.ask.name")}, nil
}

func (b *Bot) askTIN(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return tinScreen(visit(t).Printer), nil
}

func (b *Bot) askContact(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	v := visit(t)
	return contactScreen(v.Printer, v.Person.Phone), nil
}

func (b *Bot) askQuiet(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return quietScreen(visit(t).Printer), nil
}

// takeField takes a text, or the press that empties the field.
func (b *Bot) takeField(clean func(string) (string, error)) func(context.Context, *chat.Turn, chat.Values) error {
	return func(_ context.Context, t *chat.Turn, v chat.Values) error {
		if t.Kind == chat.KindPress && t.Action.Arg(0) == none {
			v[answerText] = ""
			return nil
		}
		if err := wantText(t); err != nil {
			return err
		}
		text, err := clean(t.Text)
		if err == nil && text == "" {
			err = hint("chat.write_text")
		}
		v[answerText] = text
		return err
	}
}

// own is the value of the button that gives one's own number.
const own = "own"

// takeContact takes words, a number in any spelling, a shared contact, or
// one's own number.
func (b *Bot) takeContact(ctx context.Context, t *chat.Turn, v chat.Values) error {
	switch {
	case t.Kind == chat.KindPress && t.Action.Arg(0) == own:
		v[answerText] = visit(t).Person.Phone
		return nil
	case t.Kind == chat.KindContact:
		phone, err := normalPhone(t.Contact.Phone)
		v[answerText] = phone
		return err
	}
	return b.takeField(func(text string) (string, error) { return payments.CleanContact(spelledPhone(text)) })(ctx, t, v)
}

// spelledPhone brings a telephone number as people write it here to E.164, and
// leaves everything else as it is.
func spelledPhone(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("+0123456789 -()\u00a0", r) }) {
		return text
	}
	if e164, ok := validPhone(text); ok {
		return e164
	}
	return text
}

// validPhone reads a number as it is dialled here, or in international form.
func validPhone(text string) (e164 string, ok bool) {
	number, err := phonenumbers.Parse(text, "KG")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

func (b *Bot) takeQuiet(_ context.Context, t *chat.Turn, v chat.Values) error {
	text := t.Text
	switch {
	case t.Kind == chat.KindPress && t.Action.Arg(0) == none:
		v[answerText] = ""
		return nil
	case t.Kind == chat.KindPress:
		text = t.Action.Arg(0)
	default:
		if err := wantText(t); err != nil {
			return err
		}
	}
	span, ok := payments.ParseSpan(text)
	if !ok {
		return hint("profile.not_a_span")
	}
	v[answerText] = span.String()
	return nil
}

// profileEdited does the change and shows the profile as it is now.
func (b *Bot) profileEdited(ctx context.Context, t *chat.Turn, v chat.Values) error {
	id, text := visit(t).ID, v[answerText]
	var profile payments.Profile
	var err error
	switch v[answerField] {
	case fieldName:
		profile, err = b.service.EditMerchant(ctx, id, payments.MerchantChange{Name: &text})
	case fieldTIN:
		profile, err = b.service.EditMerchant(ctx, id, payments.MerchantChange{TIN: &text})
	case fieldContact:
		profile, err = b.service.EditMerchant(ctx, id, payments.MerchantChange{Contact: &text})
	default:
		span, _ := payments.ParseSpan(text) // "" is no span: none
		profile, err = b.service.SetQuiet(ctx, id, span)
	}
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, profileScreen(visit(t).Printer, profile))
	return err
}

// notify asks which payments a person wants to hear of, or notes the answer.
func (b *Bot) notify(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	choice := payments.Notify(t.Action.Arg(0))
	if choice == "" {
		return show(ctx, t, notifyScreen(v.Printer, v.Notify))
	}
	profile, err := b.service.SetNotify(ctx, v.ID, choice)
	if payments.CodeOf(err) == payments.CodeDataWrong {
		return b.unknown(ctx, t)
	}
	if err != nil {
		return err
	}
	return show(ctx, t, profileScreen(v.Printer, profile))
}

// tinIsAsked reports whether this message is the ИНН that was asked for.
func (b *Bot) tinIsAsked(ctx context.Context, t *chat.Turn) (bool, error) {
	if t.Kind != chat.KindText || !isTIN(t.Text) {
		return false, nil
	}
	form, err := t.FormName(ctx)
	return form == tinForm, err
}

func isTIN(s string) bool {
	tin, err := payments.CleanTIN(s)
	return err == nil && tin != ""
}
