package chat

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// language stands for the visitor's language, which a command can change.
type language struct{ word string }

// shop is a form with every kind of step: text, choice, skipped, keyboard, optional signal.
func shop(lang *language, done *[]Values) Form {
	question := func(s string) func(context.Context, *Turn, Values) (Screen, error) {
		return func(_ context.Context, t *Turn, v Values) (Screen, error) {
			return Screen{Text: lang.word + s}, nil
		}
	}
	return Form{Name: "shop", Version: 3,
		Steps: []Step{
			{Name: "name", Ask: question("name?"), Take: func(_ context.Context, t *Turn, v Values) error {
				if t.Kind != KindText {
					return ErrNotForMe
				}
				if len(t.Text) < 2 {
					return errTooSmall
				}
				v["name"] = t.Text
				return nil
			}},
			{Name: "kind", Ask: func(_ context.Context, _ *Turn, v Values) (Screen, error) {
				return Screen{Text: "kind?" + v["tick"], Buttons: [][]Button{{
					FormButton("Cafe", "shop", "kind", "cafe"), FormButton("Taxi", "shop", "kind", "taxi")},
					{FormButton("More", "shop", "kind", "more")}}}, nil
			}, Take: func(_ context.Context, t *Turn, v Values) error {
				switch {
				case t.Kind != KindPress:
					return ErrNotForMe
				case t.Action.Arg(0) == "more":
					v["page"] += "x"
					return ErrStay
				case t.Action.Arg(0) == "tick":
					v["tick"] += "✓"
					return ErrAgain
				}
				v["kind"] = t.Action.Arg(0)
				return nil
			}},
			{Name: "plate", Needed: func(v Values) bool { return v["kind"] == "taxi" }, Ask: question("plate?"),
				Take: func(_ context.Context, t *Turn, v Values) error { v["plate"] = t.Text; return nil }},
			{Name: "place", Ask: func(context.Context, *Turn, Values) (Screen, error) {
				return Screen{Text: "place?", Keys: &Keyboard{Rows: [][]Key{{{Text: "Here", RequestLocation: true}}}}}, nil
			}, Take: func(_ context.Context, t *Turn, v Values) error {
				if t.Kind != KindLocation {
					return ErrNotForMe
				}
				v["place"] = fmt.Sprint(t.Location.Latitude)
				return nil
			}},
			{Name: "card", NoBack: true, Ask: question("card?"), Take: func(_ context.Context, t *Turn, v Values) error {
				if t.Kind != KindSignal || t.Action.Name != "card" {
					return ErrNotForMe
				}
				v["card"] = t.Action.Arg(0)
				return nil
			}},
		},
		Done: func(ctx context.Context, t *Turn, v Values) error {
			*done = append(*done, v)
			_, err := t.Reply(ctx, Screen{Text: "done"})
			return err
		},
	}
}

func shopStage(t *testing.T) (*stage, *[]Values, *language) {
	s := newStage(t)
	done, lang := &[]Values{}, &language{}
	s.cfg.Routes = Routes{
		Forms: []Form{shop(lang, done)},
		Commands: map[string]Handler{
			"new":  func(ctx context.Context, t *Turn) error { return t.OpenForm(ctx, "shop", nil) },
			"help": func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "help") },
			"lang": func(context.Context, *Turn) error { lang.word = "ky "; return nil },
			"stop": func(ctx context.Context, t *Turn) error { return t.CloseForm(ctx) },
			"again": func(ctx context.Context, t *Turn) error {
				open, err := t.ResumeForm(ctx)
				if err == nil && !open {
					return t.rt.say(ctx, t, "nothing open")
				}
				return err
			},
			"cancel": func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "nothing to cancel") },
		},
		Buttons: map[string]Handler{
			"look": func(ctx context.Context, t *Turn) error { return t.Toast(ctx, "looked") },
			"tell": func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "told") },
		},
		Text:    func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "text outside") },
		Other:   func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "other outside") },
		Edited:  func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "edited outside") },
		Unknown: func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "unknown") },
		Intercept: func(ctx context.Context, t *Turn) (bool, error) {
			if strings.Contains(t.Text, "4169") {
				return true, t.DeleteIncoming(ctx)
			}
			return false, nil
		},
	}
	return s, done, lang
}

// expect compares what was sent with the lines; # stands for any number.
func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range got {
		for _, verb := range []string{"clear ", "delete "} {
			if strings.HasPrefix(got[i], verb) {
				got[i] = verb + "#"
			}
		}
		if strings.HasPrefix(got[i], "say sorry ") {
			got[i] = "say sorry #"
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Fatalf("sent (-got +want):\n%s", diff)
	}
}

func TestFormWalk(t *testing.T) {
	s, done, lang := shopStage(t)
	s.start()
	expect(t, s.deliver(s.text("/new")), "say name? | [Cancel]")
	expect(t, s.deliver(s.text("x")), "clear #", "say too small//name? | [Cancel]")
	expect(t, s.deliver(s.msg(`"sticker":{"file_id":"s"}`)), "clear #", "say please answer//name? | [Cancel]")
	expect(t, s.deliver(s.msg(`"voice":{"file_id":"s"}`)), "clear #", "say please answer//name? | [Cancel]")
	expect(t, s.deliver(s.msg(`"pinned_message":{"message_id":1,"date":1,"chat":{"id":77,"type":"private"}}`)))
	expect(t, s.deliver(strings.Replace(s.text("edited"), `"message":`, `"edited_message":`, 1)))
	expect(t, s.deliver(strings.Replace(s.text("4169 edited"), `"message":`, `"edited_message":`, 1)), "delete #")
	expect(t, s.deliver(s.text("/help")), "say help", "clear #", "say name? | [Cancel]")
	expect(t, s.deliver(s.text("/nonsense")), "say unknown", "clear #", "say name? | [Cancel]")
	expect(t, s.deliver(s.text("/again")), "clear #", "say name? | [Cancel]")
	expect(t, s.deliver(s.text("/lang")), "clear #", "say ky name? | [Cancel]")
	lang.word = ""
	expect(t, s.deliver(s.text("Café")), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	expect(t, s.deliver(s.text("cafe")), "clear #", "say please answer//kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	expect(t, s.deliver(s.tap("More")), "answer")
	expect(t, s.deliver(s.tap("Taxi")), "clear #", "say plate? | [Back] [Cancel]", "answer")
	expect(t, s.deliver(s.tap("Back")), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]", "answer")
	expect(t, s.deliver(s.tap("Back")), "clear #", "say name? | [Cancel]", "answer")
	expect(t, s.deliver(s.text("Other")), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	expect(t, s.deliver(s.tap("Cafe")), "clear #", "say place? | <Here> | <Back> <Cancel>", "answer")
	expect(t, s.deliver(s.text("somewhere")), "say please answer//place? | <Here> | <Back> <Cancel>")
	expect(t, s.deliver(s.text("Back")), "say noted (keys away)", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	expect(t, s.deliver(s.tap("Cafe")), "clear #", "say place? | <Here> | <Back> <Cancel>", "answer")
	expect(t, s.deliver(s.msg(`"location":{"latitude":42.5,"longitude":74}`)), "say noted (keys away)", "say card? | [Cancel]")
	expect(t, s.deliver(s.text("anything")), "clear #", "say please answer//card? | [Cancel]")
	if err := s.rt.Signal(t.Context(), me, me, Act("card", "ending", 7)); err != nil {
		t.Fatal(err)
	}
	expect(t, transcript(s.api.take()), "say done", "clear #")
	want := []Values{{"name": "Other", "kind": "cafe", "page": "x", "place": "42.5", "card": "ending"}}
	if diff := cmp.Diff(*done, want); diff != "" {
		t.Errorf("values (-got +want):\n%s", diff)
	}
	expect(t, s.deliver(s.text("hello")), "say text outside")
	expect(t, s.deliver(s.msg(`"sticker":{"file_id":"s"}`)), "say other outside")
	expect(t, s.deliver(s.text("/again")), "say nothing open")
	expect(t, s.deliver(s.text("/cancel")), "say nothing to cancel")
}

func TestFormOldButtons(t *testing.T) {
	s, _, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"))
	oldCancel := s.tap("Cancel")
	s.deliver(s.text("Café"))
	expect(t, s.deliver(oldCancel), "answer old button", "clear #", "clear #",
		"say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	for _, forged := range []string{"f:shop:plate:x", "f:store:kind:cafe", "fb:shop:card", "f:shop", "fc"} {
		expect(t, s.deliver(s.press(s.api.lastID, forged)), "answer old button", "clear #",
			"say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	}
	oldTaxi, again := s.tap("Taxi"), s.tap("Taxi")
	s.deliver(s.tap("Taxi"))
	s.clock.advance(time.Minute)
	expect(t, s.deliver(oldTaxi), "answer old button", "clear #", "clear #", "say plate? | [Back] [Cancel]")
	expect(t, s.deliver(again), "answer") // the same once more at once: a double tap
	s.deliver(s.text("/cancel"))
	s.clock.advance(time.Minute)

	// The same form and step a week later: the old menu must not answer for the new one.
	s.deliver(s.text("/new"))
	lastWeek := s.tap("Cancel")
	s.deliver(s.text("/new"))
	expect(t, s.deliver(lastWeek), "answer old button", "clear #", "clear #", "say name? | [Cancel]")
	s.deliver(s.text("/stop"))
	expect(t, s.deliver(s.press(0, "f:shop:kind:cafe")), "answer old button")
	expect(t, s.deliver(s.press(5, "f")), "answer old button", "clear #")
	expect(t, s.deliver(s.press(5, "не наше:")), "say unknown", "answer")
}

func TestFormButtonsOfOthers(t *testing.T) {
	s, _, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.press(5, "look")), "answer looked") // nothing sent, so the question still stands last
	expect(t, s.deliver(s.press(5, "tell")), "say told", "clear #", "say name? | [Cancel]", "answer")
	inaccessible := strings.Replace(s.press(5, "look"), `"date":1`, `"date":0`, 1)
	expect(t, s.deliver(inaccessible), "answer looked")
}

func TestFormDoubleTap(t *testing.T) {
	s, done, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"), s.text("Café"))
	expect(t, s.deliver(s.tap("Cafe"), s.tap("Cafe")), "clear #", "say place? | <Here> | <Back> <Cancel>", "answer", "answer")
	if len(*done) != 0 {
		t.Error("a double tap finished the form")
	}
	expect(t, s.deliver(s.text("Cancel")), "say cancelled (keys away)")
}

func TestFormCancel(t *testing.T) {
	s, _, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"))
	first, second := s.tap("Cancel"), s.tap("Cancel")
	expect(t, s.deliver(first), "clear #", "say cancelled", "answer")
	expect(t, s.deliver(second), "answer") // double tap on a form that is gone
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.text("/cancel")), "clear #", "say cancelled")
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.text("/stop")), "clear #")
	expect(t, s.deliver(s.text("hello")), "say text outside")
}

func TestFormEssential(t *testing.T) {
	s, _, _ := shopStage(t)
	s.cfg.Routes.Forms[0].Essential = true
	s.start()
	expect(t, s.deliver(s.text("/new")), "say name?")
	expect(t, s.deliver(s.text("/cancel")), "say please go on//name?")
	expect(t, s.deliver(s.text("Café")), "say kind? | [Cafe] [Taxi] | [More] | [Back]")
}

func TestFormCancelledHandler(t *testing.T) {
	s, _, _ := shopStage(t)
	s.cfg.Routes.Forms[0].Cancelled = func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "menu") }
	s.start()
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.text("/cancel")), "clear #", "say menu")
}

// Nobody ends where nothing can be pressed.
func TestOwnWordsLeadOnward(t *testing.T) {
	s, _, _ := shopStage(t)
	labels := s.cfg.Labels
	s.cfg.Labels = func(ctx context.Context, t *Turn) Labels {
		l := labels(ctx, t)
		l.Onward = [][]Button{{{Text: "Menu", Action: Act("menu")}}}
		return l
	}
	s.start()
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.text("/cancel")), "clear #", "say cancelled | [Menu]")
}

// The keys on the screen are in the language they were sent in, whatever the person speaks by now.
func TestFormKeysInFormerLanguage(t *testing.T) {
	s, _, lang := shopStage(t)
	s.cfg.Labels = func(context.Context, *Turn) Labels {
		return Labels{Back: lang.word + "Back", Cancel: lang.word + "Cancel", Cancelled: "cancelled"}
	}
	s.start()
	s.deliver(s.text("/new"), s.text("Café"))
	s.deliver(s.tap("Cafe"))
	lang.word = "ky "
	expect(t, s.deliver(s.text("Back")), "say 👌 (keys away)", "say kind? | [Cafe] [Taxi] | [More] | [ky Back] [ky Cancel]")
	expect(t, s.deliver(s.text("Cancel")), "clear #", "say please answer//kind? | [Cafe] [Taxi] | [More] | [ky Back] [ky Cancel]")
}

// A new process on the same store goes on in the middle, with the buttons of the old one.
func TestFormSurvivesRestart(t *testing.T) {
	s, done, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"), s.text("Café"))
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.start()
	expect(t, s.deliver(s.tap("Cafe")), "clear #", "say place? | <Here> | <Back> <Cancel>", "answer")
	s.halt()
	s.start()
	expect(t, s.deliver(s.text("Back")), "say noted (keys away)", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	if len(*done) != 0 {
		t.Error("form is done")
	}
}

// A box that is ticked changes the question in its place, with the row that the
// runtime adds.
func TestFormTicksInPlace(t *testing.T) {
	s, done, _ := shopStage(t)
	s.start()
	s.deliver(s.text("/new"))
	expect(t, s.deliver(s.text("Café")), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	at := s.api.lastID
	tick := s.press(at, "f:shop:kind:tick")
	expect(t, s.deliver(tick), "edit kind?✓ | [Cafe] [Taxi] | [More] | [Back] [Cancel]", "answer")
	expect(t, s.deliver(s.press(at, "f:shop:kind:tick")), "edit kind?✓✓ | [Cafe] [Taxi] | [More] | [Back] [Cancel]", "answer")
	expect(t, s.deliver(s.press(at, "f:shop:kind:cafe")), "clear #", "say place? | <Here> | <Back> <Cancel>", "answer")
	if len(*done) != 0 {
		t.Errorf("done %v", *done)
	}
}
