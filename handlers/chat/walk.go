package chat

import (
	"context"
	"errors"
	"fmt"
)

// open begins a form in place of the one that is open.
func (r *Runtime) open(ctx context.Context, t *Turn, name string, v Values) error {
	form, ok := r.forms[name]
	if !ok {
		return fmt.Errorf("form %q is not in Routes", name)
	}
	if !t.Private {
		return fmt.Errorf("form %s: forms live in private chats", name)
	}
	old, err := r.load(ctx, t.Chat)
	if err != nil && !errors.Is(err, errOutdated) {
		return err
	}
	r.fade(ctx, t, old)
	t.moved = true
	at := &seat{form: form, values: v.clone(), step: form.after(-1, v)}
	if old != nil {
		at.message = old.message // what is asked now comes after it
	}
	if at.step < 0 {
		return r.finish(ctx, t, at)
	}
	return r.stand(ctx, t, at)
}

// stand stores the place and asks. It is stored first: a person who sees a question must be at that step, and an
// update that runs again after a crash finds itself in at.update and is not taken for the next answer.
func (r *Runtime) stand(ctx context.Context, t *Turn, at *seat) error {
	at.update, at.first, at.fresh = t.UpdateID, max(at.message, t.MessageID)+1, true
	if err := r.save(ctx, t.Chat, at); err != nil {
		return err
	}
	return r.ask(ctx, t, at, "")
}

// ask sends the current step's question, after a hint (HTML) if there is one.
func (r *Runtime) ask(ctx context.Context, t *Turn, at *seat, hint string) error {
	v := at.values.clone()
	screen, err := at.form.Steps[at.step].Ask(ctx, t, v)
	if err != nil {
		return err
	}
	at.values = v
	if hint != "" {
		screen.Text = hint + "\n\n" + screen.Text
	}
	r.fade(ctx, t, at)
	r.addRow(ctx, t, at, &screen)
	id, err := t.Reply(ctx, screen)
	if err != nil {
		return err
	}
	at.message = id
	if at.fresh {
		at.first, at.fresh = id, false
	}
	if at.markup == markupKeys {
		t.keysSet = false // this keyboard is the form's
	}
	return r.save(ctx, t.Chat, at)
}

// addRow adds Back and Cancel to a question, and notes what it carries.
func (r *Runtime) addRow(ctx context.Context, t *Turn, at *seat, screen *Screen) {
	labels, name := r.labels(ctx, t), at.form.Steps[at.step].Name
	var back, cancel string
	if at.form.before(at.step, at.values) >= 0 {
		back = labels.Back
	}
	if !at.form.Essential {
		cancel = labels.Cancel
	}
	if screen.Keys != nil {
		at.markup, at.back, at.cancel = markupKeys, back, cancel
		var row []Key
		for _, text := range []string{back, cancel} {
			if text != "" {
				row = append(row, Key{Text: text})
			}
		}
		keys := *screen.Keys
		keys.Rows = append(append([][]Key(nil), keys.Rows...), row)
		screen.Keys = &keys
		return
	}
	var row []Button
	if back != "" {
		row = append(row, Button{Text: back, Action: Act(actionBack, at.form.Name, name)})
	}
	if cancel != "" {
		row = append(row, Button{Text: cancel, Action: Act(actionCancel, at.form.Name, name)})
	}
	if len(row) > 0 {
		screen.Buttons = append(append([][]Button(nil), screen.Buttons...), row)
	}
	if len(screen.Buttons) > 0 {
		at.markup = markupInline
		if screen.RemoveKeys { // one message cannot do both, so another goes before it
			screen.RemoveKeys, t.keysUp = false, true
		}
	}
}

// take offers the turn to the current step and goes where its answer leads.
func (r *Runtime) take(ctx context.Context, t *Turn, at *seat) error {
	if at.ranBefore(t) {
		return r.ask(ctx, t, at, "")
	}
	if t.Kind == KindOther {
		return r.retry(ctx, t, at, ErrNotForMe)
	}
	v := at.values.clone()
	err := at.form.Steps[at.step].Take(ctx, t, v)
	if t.moved {
		return err // the step opened or closed a form itself
	}
	switch {
	case err == nil:
		at.values = v
		return r.advance(ctx, t, at)
	case errors.Is(err, ErrStay):
		at.values, at.update = v, t.UpdateID
		return r.save(ctx, t.Chat, at)
	case errors.Is(err, ErrAgain):
		at.values, at.update = v, t.UpdateID
		return r.redraw(ctx, t, at)
	}
	return r.retry(ctx, t, at, err)
}

// redraw shows the current step's question as it looks now in the message of the pressed button. What is chosen is
// stored first, as in stand.
func (r *Runtime) redraw(ctx context.Context, t *Turn, at *seat) error {
	if t.Kind != KindPress || t.MessageID == 0 {
		return r.stand(ctx, t, at)
	}
	if err := r.save(ctx, t.Chat, at); err != nil {
		return err
	}
	screen, err := at.form.Steps[at.step].Ask(ctx, t, at.values.clone())
	if err != nil {
		return err
	}
	r.addRow(ctx, t, at, &screen)
	return t.Edit(ctx, screen)
}

func (r *Runtime) advance(ctx context.Context, t *Turn, at *seat) error {
	next := at.form.after(at.step, at.values)
	if next < 0 {
		return r.finish(ctx, t, at)
	}
	at.step = next
	return r.stand(ctx, t, at)
}

// retry asks again after an error that a person can act on; others are returned.
func (r *Runtime) retry(ctx context.Context, t *Turn, at *seat, err error) error {
	hint, known := r.explain(ctx, t, err)
	if !known && !errors.Is(err, ErrNotForMe) {
		return err
	}
	if askErr := r.ask(ctx, t, at, hint); askErr != nil {
		return askErr
	}
	if t.Kind == KindSignal {
		return err // whoever sent the signal wants to know
	}
	return nil
}

// finish runs Done and closes the form, unless Done opened another. The form is forgotten only after Done has
// succeeded; until then a crash brings the person back to the last step.
func (r *Runtime) finish(ctx context.Context, t *Turn, at *seat) error {
	t.moved = false
	err := at.form.Done(ctx, t, at.values.clone())
	if t.moved {
		return err
	}
	if err != nil {
		if at.step < 0 {
			return err // no step was needed, so none can be asked again
		}
		return r.retry(ctx, t, at, err)
	}
	t.moved = true
	return r.leave(ctx, t, at)
}

func (r *Runtime) goBack(ctx context.Context, t *Turn, at *seat) error {
	if to := at.form.before(at.step, at.values); to >= 0 && !at.ranBefore(t) {
		at.step = to
		return r.stand(ctx, t, at)
	}
	return r.ask(ctx, t, at, "")
}

func (r *Runtime) cancel(ctx context.Context, t *Turn, at *seat) error {
	if at.form.Essential {
		return r.ask(ctx, t, at, r.labels(ctx, t).GoOn)
	}
	t.moved = true
	if err := r.leave(ctx, t, at); err != nil {
		return err
	}
	if at.form.Cancelled != nil {
		return at.form.Cancelled(ctx, t)
	}
	return r.say(ctx, t, r.labels(ctx, t).Cancelled)
}
