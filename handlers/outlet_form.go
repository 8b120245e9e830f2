package handlers

import (
	"context"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// The dialogs in which an outlet is described: a further one, or one thing
// about one that there is.
const (
	addOutlet  = "outlet"
	editOutlet = "outletedit"
)

// Fields of an outlet, also the names of the steps that ask for them.
const (
	fieldName     = "name"
	fieldCategory = "category"
	fieldAddress  = "address"
	fieldHours    = "hours"
)

// Answers that the forms keep, beside answerName and answerCategory.
const (
	answerOutlet    = "outlet"
	answerField     = "field"
	answerCopy      = "copy"
	answerAddress   = "address"
	answerLatitude  = "latitude"
	answerLongitude = "longitude"
	answerHours     = "hours"
	answerKey       = "key"
)

// none is the value of the buttons that say "nothing".
const none = "none"

func (b *Bot) outletForm() chat.Form {
	fresh := func(v chat.Values) bool { return v[answerCopy] == none }
	return chat.Form{
		Name: addOutlet, Version: 1, Done: b.outletDescribed,
		Steps: []chat.Step{
			{Name: fieldName, Ask: b.askFurtherName, Take: b.takeName},
			{Name: "copy", Ask: b.askCopy, Take: b.takeCopy},
			{Name: fieldCategory, Needed: fresh, Ask: b.askCategoryIn(addOutlet, "setup.category.ask"), Take: b.takeCategory},
			{Name: fieldAddress, Ask: b.askPlaceIn(addOutlet), Take: b.takePlace},
		},
	}
}

func (b *Bot) outletEditForm() chat.Form {
	only := func(field string) func(chat.Values) bool {
		return func(v chat.Values) bool { return v[answerField] == field }
	}
	return chat.Form{
		Name: editOutlet, Version: 1, Done: b.outletEdited,
		Steps: []chat.Step{
			{Name: fieldName, Needed: only(fieldName), Ask: b.askOtherName, Take: b.takeName},
			{Name: fieldCategory, Needed: only(fieldCategory), Ask: b.askCategoryIn(editOutlet, "outlets.edit.category"), Take: b.takeCategory},
			{Name: fieldAddress, Needed: only(fieldAddress), Ask: b.askPlaceIn(editOutlet), Take: b.takePlace},
			{Name: fieldHours, Needed: only(fieldHours), Ask: b.askHours, Take: b.takeHours},
		},
	}
}

// newOutlet begins the description of a further outlet.
func (b *Bot) newOutlet(ctx context.Context, t *chat.Turn) error {
	if !visit(t).Role.Can(payments.ActionAddOutlet) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	return t.OpenForm(ctx, addOutlet, nil)
}

// editOutlet asks for one thing about an outlet.
func (b *Bot) editOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.OutletView(ctx, visit(t).ID, outlet)
	switch {
	case err != nil:
		return err
	case !view.Person.Role.Can(payments.ActionEditOutlet):
		return payments.Fail(payments.CodeNotAllowed)
	case view.Outlet.Archived():
		return payments.Fail(payments.CodeOutletArchived)
	}
	switch field := t.Action.Arg(1); field {
	case fieldName, fieldCategory, fieldAddress, fieldHours:
		return t.OpenForm(ctx, editOutlet, chat.Values{answerOutlet: decimal(outlet), answerField: field})
	}
	return b.unknown(ctx, t)
}

func (b *Bot) askFurtherName(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("outlets.add.name")}, nil
}

func (b *Bot) askOtherName(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("outlets.edit.name")}, nil
}

// askCopy offers the outlets whose settings can be taken over.
func (b *Bot) askCopy(ctx context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	v := visit(t)
	list, err := b.service.Outlets(ctx, v.ID)
	if err != nil {
		return chat.Screen{}, err
	}
	return copyScreen(v.Printer, list), nil
}

func (b *Bot) takeCopy(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantPress(t); err != nil {
		return err
	}
	delete(v, answerCategory)
	v[answerCopy] = t.Action.Arg(0)
	if v[answerCopy] == none {
		return nil
	}
	id, err := t.Action.Int64(0)
	if err != nil {
		return chat.ErrNotForMe
	}
	_, err = b.service.OutletView(ctx, visit(t).ID, payments.OutletID(id))
	return err
}

func (b *Bot) askCategoryIn(form, question string) func(context.Context, *chat.Turn, chat.Values) (chat.Screen, error) {
	return func(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
		p := visit(t).Printer
		return chat.Screen{Text: p.HTML(question), Buttons: categoryButtons(p, form, payments.Categories())}, nil
	}
}

func (b *Bot) askPlaceIn(form string) func(context.Context, *chat.Turn, chat.Values) (chat.Screen, error) {
	return func(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
		return placeScreen(visit(t).Printer, form), nil
	}
}

// takePlace takes an address, a shared location, or that there is none.
func (b *Bot) takePlace(_ context.Context, t *chat.Turn, v chat.Values) error {
	for _, name := range []string{answerAddress, answerLatitude, answerLongitude} {
		delete(v, name)
	}
	v[answerKey] = "o" + strconv.FormatInt(t.UpdateID, 10)
	switch {
	case t.Kind == chat.KindPress && t.Action.Arg(0) == none:
		return nil
	case t.Kind == chat.KindLocation:
		v[answerLatitude] = strconv.FormatFloat(t.Location.Latitude, 'f', -1, 64)
		v[answerLongitude] = strconv.FormatFloat(t.Location.Longitude, 'f', -1, 64)
		return nil
	}
	if err := wantText(t); err != nil {
		return err
	}
	address, err := payments.CleanAddress(t.Text)
	v[answerAddress] = address
	return err
}

func (b *Bot) askHours(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return hoursScreen(visit(t).Printer), nil
}

func (b *Bot) takeHours(_ context.Context, t *chat.Turn, v chat.Values) error {
	text := t.Text
	switch {
	case t.Kind == chat.KindPress && t.Action.Arg(0) == none:
		text = ""
	case t.Kind == chat.KindPress:
		text = t.Action.Arg(0)
	default:
		if err := wantText(t); err != nil {
			return err
		}
	}
	hours, err := payments.CleanHours(text)
	v[answerHours] = hours
	return err
}

// outletDescribed has all that a further outlet needs, and shows its QR code.
func (b *Bot) outletDescribed(ctx context.Context, t *chat.Turn, v chat.Values) error {
	place, err := placeOf(v)
	if err != nil {
		return err
	}
	draft := payments.OutletDraft{
		Name: v[answerName], Category: payments.CategoryID(v[answerCategory]),
		Address: place.Address, Latitude: place.Latitude, Longitude: place.Longitude, Key: v[answerKey],
	}
	if v[answerCopy] != none {
		if draft.CopyFrom, err = outletOf(v[answerCopy]); err != nil {
			return err
		}
	}
	if _, err := b.service.OpenOutlet(ctx, visit(t).ID, draft); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	return b.showHome(ctx, t, homeOutletAdded)
}

// outletEdited does the change and shows the outlet as it is now.
func (b *Bot) outletEdited(ctx context.Context, t *chat.Turn, v chat.Values) error {
	outlet, err := outletOf(v[answerOutlet])
	if err != nil {
		return err
	}
	var change payments.OutletChange
	switch v[answerField] {
	case fieldName:
		name := v[answerName]
		change.Name = &name
	case fieldCategory:
		category := payments.CategoryID(v[answerCategory])
		change.Category = &category
	case fieldAddress:
		place, err := placeOf(v)
		if err != nil {
			return err
		}
		change.Place = &place
	case fieldHours:
		hours := v[answerHours]
		change.Hours = &hours
	}
	view, err := b.service.EditOutlet(ctx, visit(t).ID, outlet, change)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, outletScreen(visit(t).Printer, view))
	return err
}

// decimal writes an id as forms keep it.
func decimal[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

func outletOf(s string) (payments.OutletID, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	return payments.OutletID(id), err
}

func placeOf(v chat.Values) (payments.Place, error) {
	place := payments.Place{Address: v[answerAddress]}
	if v[answerLatitude] == "" {
		return place, nil
	}
	latitude, err := strconv.ParseFloat(v[answerLatitude], 64)
	if err != nil {
		return place, err
	}
	longitude, err := strconv.ParseFloat(v[answerLongitude], 64)
	place.Latitude, place.Longitude = &latitude, &longitude
	return place, err
}
