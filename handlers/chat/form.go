package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// What a Step's Take says beside success.
var (
	// ErrNotForMe: what came does not answer the step. The person gets Config.Explain's hint for this error and the
	// question again; a signal goes on to Routes.Signals.
	ErrNotForMe = errors.New("this does not answer the question")
	// ErrStay: the step has dealt with it (turned a page, added a digit); values are kept, nothing is asked.
	ErrStay = errors.New("the step goes on")
	// ErrAgain: the step has dealt with it (ticked a box, turned a page) and looks different now: values are kept, and the
	// question is shown anew in the message whose button was pressed.
	ErrAgain = errors.New("the step goes on, and looks different")
)

// Values are a form's answers so far. Names that begin with "chat." are the runtime's.
type Values map[string]string

// Form is a dialog of steps that is stored after each, so that it survives a restart.
type Form struct {
	Name      string // short: it is in the buttons' data with the step's name and the value, 64 bytes in all
	Version   int    // a stored session of another version is closed politely
	Steps     []Step
	Essential bool // no cancel button, as in set-up; /cancel says how to go on

	// Done does what the form was for. An error that Explain knows is shown and the last step asked again; after any
	// other error, the form stays at its last step. It may run again after a crash.
	Done func(ctx context.Context, t *Turn, v Values) error
	// Cancelled is called instead of saying Labels.Cancelled, when the form has been closed by the person. May be nil.
	Cancelled Handler
}

// Step is one question.
type Step struct {
	Name   string
	Needed func(v Values) bool // nil: always
	// Ask makes the question; the runtime adds the row with Back and Cancel. It is called anew for each asking, so it
	// speaks the language of the moment.
	Ask func(ctx context.Context, t *Turn, v Values) (Screen, error)
	// Take puts the answer into v. It sees texts, contacts, locations, photos, documents, signals, and presses of this
	// step's own buttons (t.Action.Arg(0) is the value). Errors: ErrNotForMe, ErrStay, ErrAgain, what Explain knows (shown, the
	// step stays), anything else (an apology, the step stays).
	Take   func(ctx context.Context, t *Turn, v Values) error
	NoBack bool // what came before cannot be undone
}

// Names of the runtime's own actions.
const (
	actionChoice = "f"
	actionBack   = "fb"
	actionCancel = "fc"
)

// FormButton is a choice of a step. It works only while that step's question, or a later message, is what is asked.
func FormButton(text, form, step, value string) Button {
	return Button{Text: text, Action: Act(actionChoice, form, step, value)}
}

func (f *Form) check() error {
	if f.Name == "" || f.Done == nil || len(f.Steps) == 0 {
		return fmt.Errorf("form %q: want a name, steps and Done", f.Name)
	}
	seen := make(map[string]bool)
	for _, s := range f.Steps {
		if s.Name == "" || seen[s.Name] || s.Ask == nil || s.Take == nil {
			return fmt.Errorf("form %s, step %q: want a name of its own, Ask and Take", f.Name, s.Name)
		}
		seen[s.Name] = true
		if _, err := Act(actionCancel, f.Name, s.Name).Data(); err != nil {
			return fmt.Errorf("form %s, step %s: %w", f.Name, s.Name, err)
		}
	}
	return nil
}

// after is the first needed step after i, -1 if there is none.
func (f *Form) after(i int, v Values) int {
	for i++; i < len(f.Steps); i++ {
		if f.Steps[i].Needed == nil || f.Steps[i].Needed(v) {
			return i
		}
	}
	return -1
}

// before is the needed step to go back to from i, -1 if there is none or it cannot be undone.
func (f *Form) before(i int, v Values) int {
	if f.Steps[i].NoBack {
		return -1
	}
	for j := i - 1; j >= 0; j-- {
		if f.Steps[j].Needed == nil || f.Steps[j].Needed(v) {
			return j
		}
		if f.Steps[j].NoBack {
			return -1 // the step was passed over, what it forbids stays
		}
	}
	return -1
}

func (f *Form) index(step string) int {
	for i := range f.Steps {
		if f.Steps[i].Name == step {
			return i
		}
	}
	return -1
}

func (v Values) clone() Values {
	if v == nil {
		return Values{}
	}
	return maps.Clone(v)
}
