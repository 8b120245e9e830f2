package chat

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFormOfFormerVersion(t *testing.T) {
	for _, c := range []struct {
		name   string
		update func(*stage) string
		want   []string
	}{
		{"an answer goes no further", func(s *stage) string { return s.text("500") }, []string{"clear #", "say form has changed"}},
		{"a command is carried out", func(s *stage) string { return s.text("/help") }, []string{"clear #", "say form has changed", "say help"}},
		{"an edit is nothing", func(s *stage) string {
			return strings.Replace(s.text("edited"), `"message":`, `"edited_message":`, 1)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, _ := shopStage(t)
			s.start()
			s.deliver(s.text("/new"))
			s.halt()
			s.cfg.Routes.Forms[0].Version++
			s.start()
			expect(t, s.deliver(c.update(s)), c.want...)
		})
	}
}

// A press on a question that is asked once more meanwhile, after a crash or under a hint, is an answer all the same. One
// on a question from before the form came here is not.
func TestFormPressOnEarlierCopy(t *testing.T) {
	s, _, _ := shopStage(t)
	dead := false
	s.cfg.Inbox = deadView{s.mem, func() bool { return dead }}
	s.start()
	s.deliver(s.text("/new"))
	dead = true // the mark is lost
	s.deliver(s.text("Café"))
	press := s.tap("Taxi")
	s.halt()
	dead = false
	s.start()
	expect(t, s.deliver(press), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]",
		"clear #", "say plate? | [Back] [Cancel]", "answer")

	// The process may also end before it has kept which message asked.
	s.deliver(s.text("/stop"), s.text("/new"))
	s.cfg.Sessions = savesOnce(s.mem)
	s.halt()
	dead = true
	s.start()
	s.deliver(s.text("Café"))
	press = s.tap("Taxi")
	later := s.tap("Taxi")
	s.halt()
	dead, s.cfg.Sessions = false, s.mem
	s.start()
	expect(t, s.deliver(press), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]",
		"clear #", "say plate? | [Back] [Cancel]", "answer")

	back := s.tap("Back")
	expect(t, s.deliver(s.msg(`"sticker":{"file_id":"s"}`)), "clear #", "say please answer//plate? | [Back] [Cancel]")
	expect(t, s.deliver(back), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]", "answer")
	s.clock.advance(time.Minute)
	expect(t, s.deliver(later), "answer old button", "clear #", "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
}

// An update that runs again after a crash finds the form moved by itself, and is not taken for the next answer.
func TestFormUpdateRunsAgain(t *testing.T) {
	s, _, _ := shopStage(t)
	dead := false
	s.cfg.Inbox = deadView{s.mem, func() bool { return dead }}
	s.start()
	s.deliver(s.text("/new"))
	dead = true // the mark is lost
	s.deliver(s.text("Café"))
	s.halt()
	dead = false
	s.start()
	s.settle()
	expect(t, transcript(s.api.take()), "clear #", "say kind? | [Cafe] [Taxi] | [More] | [Back] [Cancel]")
	at, err := s.mem.Session(t.Context(), me)
	if err != nil || at.Values["name"] != "Café" || at.Step != "kind" {
		t.Errorf("session %+v, %v", at, err)
	}
	dead = true
	s.deliver(s.tap("More"))
	s.halt()
	dead = false
	s.start()
	s.settle()
	if at, err := s.mem.Session(t.Context(), me); err != nil || at.Values["page"] != "x" {
		t.Errorf("a page turned twice by one press: %+v, %v", at, err)
	}
}

func TestFormDone(t *testing.T) {
	internal := errors.New("disk is full")
	for _, c := range []struct {
		name string
		err  error
		want []string
		open bool
	}{
		{"succeeds", nil, []string{"clear #"}, false},
		{"refuses in words", errTooSmall, []string{"clear #", "say too small//q? | [Cancel]"}, true},
		{"fails inside", internal, []string{"say sorry #"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.cfg.Routes = Routes{Text: func(ctx context.Context, t *Turn) error { return t.OpenForm(ctx, "one", nil) },
				Forms: []Form{{Name: "one", Steps: []Step{{Name: "q",
					Ask:  func(context.Context, *Turn, Values) (Screen, error) { return Screen{Text: "q?"}, nil },
					Take: func(_ context.Context, t *Turn, v Values) error { v["q"] = t.Text; return nil }}},
					Done: func(context.Context, *Turn, Values) error { return c.err }}}}
			s.start()
			s.deliver(s.text("begin"))
			expect(t, s.deliver(s.text("answer")), c.want...)
			if _, err := s.mem.Session(t.Context(), me); errors.Is(err, ErrNoSession) == c.open {
				t.Errorf("session after Done: %v", err)
			}
		})
	}
}

// Done opens the next form: it must not be closed with the one that is done.
func TestFormChain(t *testing.T) {
	s := newStage(t)
	step := func(name string) []Step {
		return []Step{{Name: name,
			Ask:  func(context.Context, *Turn, Values) (Screen, error) { return Screen{Text: name + "?"}, nil },
			Take: func(context.Context, *Turn, Values) error { return nil }}}
	}
	s.cfg.Routes = Routes{Text: func(ctx context.Context, t *Turn) error { return t.OpenForm(ctx, "a", nil) },
		Forms: []Form{
			{Name: "a", Steps: step("qa"), Done: func(ctx context.Context, t *Turn, v Values) error {
				return t.OpenForm(ctx, "b", Values{"from": "a"})
			}},
			{Name: "b", Steps: step("qb"), Done: func(ctx context.Context, t *Turn, v Values) error {
				return t.rt.say(ctx, t, "end "+v["from"])
			}},
		}}
	s.start()
	expect(t, s.deliver(s.text("x")), "say qa? | [Cancel]")
	expect(t, s.deliver(s.text("x")), "clear #", "say qb? | [Cancel]")
	expect(t, s.deliver(s.text("x")), "say end a", "clear #")
}

func TestSignals(t *testing.T) {
	s, _, _ := shopStage(t)
	var got []Action
	s.cfg.Routes.Signals = map[string]Handler{
		"paid": func(ctx context.Context, t *Turn) error { got = append(got, t.Action); return t.rt.say(ctx, t, "paid") },
		"bad":  func(context.Context, *Turn) error { panic("bad signal") },
	}
	s.start()
	s.deliver(s.text("/new"))
	if err := s.rt.Signal(t.Context(), me, me, Act("paid", 5)); err != nil {
		t.Fatal(err)
	}
	expect(t, transcript(s.api.take()), "say paid", "clear #", "say name? | [Cancel]")
	if diff := cmp.Diff(got, []Action{{Name: "paid", Args: []string{"5"}}}); diff != "" {
		t.Error(diff)
	}
	if err := s.rt.Signal(t.Context(), me, me, Act("nobody")); err == nil {
		t.Error("a signal for nobody succeeded")
	}
	if err := s.rt.Signal(t.Context(), me, me, Act("bad")); err == nil || !strings.Contains(err.Error(), "bad signal") {
		t.Errorf("panic came back as %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	ask := func(context.Context, *Turn, Values) (Screen, error) { return Screen{}, nil }
	take := func(context.Context, *Turn, Values) error { return nil }
	done := func(context.Context, *Turn, Values) error { return nil }
	ok := Step{Name: "s", Ask: ask, Take: take}
	for name, change := range map[string]func(*Config){
		"no sender":           func(c *Config) { c.Sender = nil },
		"no inbox":            func(c *Config) { c.Inbox = nil },
		"negative workers":    func(c *Config) { c.Workers = -1 },
		"form without steps":  func(c *Config) { c.Routes.Forms = []Form{{Name: "a", Done: done}} },
		"form without Done":   func(c *Config) { c.Routes.Forms = []Form{{Name: "a", Steps: []Step{ok}}} },
		"two forms of a name": func(c *Config) { f := Form{Name: "a", Steps: []Step{ok}, Done: done}; c.Routes.Forms = []Form{f, f} },
		"two steps of a name": func(c *Config) { c.Routes.Forms = []Form{{Name: "a", Steps: []Step{ok, ok}, Done: done}} },
		"step without Take": func(c *Config) {
			c.Routes.Forms = []Form{{Name: "a", Steps: []Step{{Name: "s", Ask: ask}}, Done: done}}
		},
		"name too long": func(c *Config) {
			c.Routes.Forms = []Form{{Name: strings.Repeat("a", 64), Steps: []Step{ok}, Done: done}}
		},
		"the runtime's button": func(c *Config) {
			c.Routes.Buttons = map[string]Handler{"f": func(context.Context, *Turn) error { return nil }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := newStage(t).cfg
			change(&cfg)
			if _, err := New(cfg); err == nil {
				t.Error("accepted")
			}
		})
	}
}
