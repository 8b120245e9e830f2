package chat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func inlineQuery(id int64, query string) string {
	return fmt.Sprintf(`{"update_id":%d,"inline_query":{"id":"q%d","from":{"id":%d,"first_name":"A"},"query":%q,"offset":""}}`, id, id, me, query)
}

func card(id string) InlineCard {
	return InlineCard{ID: id, Title: "500 сом", Description: "кофе", Message: Screen{Text: "<b>500</b>",
		Buttons: [][]Button{{{Text: "Pay", URL: "https://x.kg/p/A"}}}}}
}

func TestInline(t *testing.T) {
	s := newStage(t)
	var heard []string
	s.cfg.Routes.Inline = func(ctx context.Context, t *Turn) error {
		heard = append(heard, fmt.Sprint(t.Kind, t.Text, t.Chat, t.Private))
		return errors.Join(t.Offer(ctx, InlineAnswer{Cards: []InlineCard{card("A")}, Way: "Register", Start: "inline"}),
			t.Offer(ctx, InlineAnswer{}))
	}
	s.cfg.Routes.Chosen = func(_ context.Context, t *Turn) error {
		heard = append(heard, fmt.Sprint(t.Kind, t.Text, *t.Chosen))
		return nil
	}
	s.start()
	query := inlineQuery(s.id(), "500 кофе")
	chosen := fmt.Sprintf(`{"update_id":%d,"chosen_inline_result":{"result_id":"A","from":{"id":%d,"first_name":"A"},"query":"500 кофе","inline_message_id":"BQ"}}`, s.id(), me)
	for _, u := range []string{query, query, chosen, chosen} { // Telegram repeats itself
		if code := s.post(u); code != 200 {
			t.Fatal(code)
		}
	}
	s.settle()
	if diff := cmp.Diff(heard, []string{"inline500 кофе77 false", "chosen500 кофе{A BQ}"}); diff != "" {
		t.Error(diff)
	}
	calls := s.api.take()
	if len(calls) != 1 || calls[0].Method != "answerInlineQuery" {
		t.Fatalf("calls %v", calls)
	}
	want := map[string]string{"inline_query_id": `"q2"`, "cache_time": "0", "is_personal": "true",
		"button":  `{"text":"Register","start_parameter":"inline"}`,
		"results": `[{"type":"article","id":"A","title":"500 сом","description":"кофе","input_message_content":{"message_text":"\u003cb\u003e500\u003c/b\u003e","parse_mode":"HTML","link_preview_options":{"is_disabled":true}},"reply_markup":{"inline_keyboard":[[{"text":"Pay","url":"https://x.kg/p/A"}]]}}]`}
	if diff := cmp.Diff(calls[0].Fields, want); diff != "" {
		t.Error(diff)
	}
}

// Nobody waits for these answers, and where nobody can be spoken to nothing is said of failures.
func TestInlineInSilence(t *testing.T) {
	s := newStage(t)
	offers := 0
	var fails error
	s.cfg.Routes.Inline = func(ctx context.Context, t *Turn) error {
		offers++
		return errors.Join(fails, t.Offer(ctx, InlineAnswer{}))
	}
	s.cfg.Explain = func(context.Context, *Turn, error) (string, bool) { return "explained", true }
	s.start()
	s.api.fail("answerInlineQuery", refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"))
	expect(t, s.deliver(inlineQuery(s.id(), "late at Telegram")), "answerInlineQuery")
	if log := s.log.String(); strings.Contains(log, "turn failed") {
		t.Errorf("an old query counts as a failure:\n%s", log)
	}
	fails = errors.New("broken")
	expect(t, s.deliver(inlineQuery(s.id(), "a failure of ours")), "answerInlineQuery")

	_, old, err := s.rt.readUpdate([]byte(inlineQuery(s.id(), "from before a crash")))
	if err != nil {
		t.Fatal(err)
	}
	before := offers
	if err := s.rt.route(t.Context(), old); err != nil || offers != before {
		t.Errorf("a query of an earlier process was handled: %v", err)
	}
	old.arrived = s.rt.cfg.Now().Add(-inlineLasts - time.Second)
	if err := s.rt.route(t.Context(), old); err != nil || offers != before {
		t.Errorf("a query that waited too long was handled: %v", err)
	}
	old.arrived = s.rt.cfg.Now()
	if err := s.rt.route(t.Context(), old); err == nil || offers != before+1 {
		t.Error("a query in time was not handled")
	}
}

func TestInlineAnswerIsChecked(t *testing.T) {
	s, api, _, _ := newTestSender(t, nil)
	change := func(f func(*InlineCard)) InlineAnswer {
		c := card("A")
		f(&c)
		return InlineAnswer{Cards: []InlineCard{c}}
	}
	for name, a := range map[string]InlineAnswer{
		"a long id":                change(func(c *InlineCard) { c.ID = strings.Repeat("я", 33) }),
		"no title":                 change(func(c *InlineCard) { c.Title = "" }),
		"no text":                  change(func(c *InlineCard) { c.Message.Text = "" }),
		"a text that is cut":       change(func(c *InlineCard) { c.Message.Text = strings.Repeat("я", maxText+1) }),
		"a picture":                change(func(c *InlineCard) { c.Message.Photo = []byte("P") }),
		"a button that goes by":    change(func(c *InlineCard) { c.Message.Buttons[0][0].URL = "javascript:1" }),
		"a way that leads nowhere": {Way: "Register"},
	} {
		if err := s.answerInline(t.Context(), "q", a); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	if calls := api.take(); len(calls) != 0 {
		t.Errorf("sent %v", calls)
	}
}

func TestEditInline(t *testing.T) {
	for _, c := range []struct {
		said string
		code int
		want error
	}{
		{"", 200, nil},
		{"Bad Request: message is not modified: specified new message content …", 400, nil},
		{"Bad Request: MESSAGE_ID_INVALID", 400, ErrMessageGone},
		{"Forbidden: bot was kicked", 403, ErrMessageGone},
	} {
		s, api, _, _ := newTestSender(t, nil)
		if c.code != 200 {
			api.fail("editMessageText", refusal(c.code, c.said))
		} else {
			api.fail("editMessageText", refusal(429, "Too Many Requests", `,"parameters":{"retry_after":3}`), reply{200, `{"ok":true,"result":true}`, false})
		}
		if err := s.EditInline(t.Context(), "BQ", Screen{Text: "paid"}); !errors.Is(err, c.want) {
			t.Errorf("%q: %v", c.said, err)
		}
		if calls := api.take(); calls[0].Fields["inline_message_id"] != `"BQ"` || calls[0].Fields["chat_id"] != "" {
			t.Errorf("%q: %v", c.said, calls[0])
		}
	}
}
