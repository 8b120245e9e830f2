package chat

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEdit(t *testing.T) {
	for _, c := range []struct {
		name, said string
		want       error
	}{
		{"already so", "Bad Request: message is not modified: specified new message content is the same", nil},
		{"deleted", "Bad Request: message to edit not found", ErrMessageGone},
		{"too old", "Bad Request: message can't be edited", ErrMessageGone},
		{"a photo", "Bad Request: there is no text in the message to edit", ErrMessageGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, api, _, _ := newTestSender(t, nil)
			api.fail("editMessageText", refusal(400, c.said))
			if err := s.Edit(t.Context(), me, 5, Screen{Text: "x"}); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	s, api, _, _ := newTestSender(t, nil)
	if err := s.Edit(t.Context(), me, 5, Screen{Text: "new", Photo: []byte("png")}); err != nil {
		t.Fatal(err)
	}
	if c := api.take()[0]; c.Method != "editMessageMedia" || string(c.Files["picture.png"]) != "png" {
		t.Errorf("photo: %+v", c)
	}
	long := strings.Repeat("слово ", 900)
	if err := s.Edit(t.Context(), me, 5, Screen{Text: long, Buttons: [][]Button{{{Text: "b", URL: "https://x.kg"}}}}); err != nil {
		t.Fatal(err)
	}
	calls := api.take()
	if len(calls) != 2 || calls[0].Fields["reply_markup"] != "" || calls[1].Method != "sendMessage" || calls[1].Fields["reply_markup"] == "" {
		t.Errorf("long text: %q", calls)
	}
	api.fail("deleteMessage", refusal(400, "Bad Request: message to delete not found"), refusal(400, "Bad Request: message can't be deleted"))
	if err := s.Delete(t.Context(), me, 5); err != nil {
		t.Errorf("delete what is gone: %v", err)
	}
	if err := s.Delete(t.Context(), me, 5); !errors.Is(err, ErrMessageGone) {
		t.Errorf("delete what is too old: %v", err)
	}
}

// Turn.Edit on a message that cannot be edited sends a new one.
func TestTurnEdit(t *testing.T) {
	s := newStage(t)
	edit := func(ctx context.Context, t *Turn) error { return t.Edit(ctx, Screen{Text: "menu"}) }
	s.cfg.Routes.Buttons = map[string]Handler{"menu": edit}
	s.cfg.Routes.Text = edit
	s.start()
	expect(t, s.deliver(s.press(5, "menu")), "edit menu", "answer")
	s.api.fail("editMessageText", refusal(400, "Bad Request: there is no text in the message to edit"))
	expect(t, s.deliver(s.press(5, "menu")), "edit menu", "clear #", "say menu", "answer")
	expect(t, s.deliver(strings.Replace(s.press(5, "menu"), `"date":1`, `"date":0`, 1)), "say menu", "answer")
	expect(t, s.deliver(s.text("x")), "say menu")
	s.api.fail("answerCallbackQuery", refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"))
	s.deliver(s.press(5, "menu"))
	if log := s.log.String(); strings.Contains(log, "not answered") {
		t.Error(log)
	}
}

func TestLongTexts(t *testing.T) {
	s, api, _, _ := newTestSender(t, nil)
	buttons := [][]Button{{{Text: "b", Action: Act("a")}}}
	long := "<b>" + strings.Repeat("сөз ", 2000) + "</b>"
	id, err := s.Send(t.Context(), me, Screen{Text: long, Buttons: buttons})
	if err != nil {
		t.Fatal(err)
	}
	calls := api.take()
	if len(calls) != 2 || id != 1002 || calls[0].Fields["reply_markup"] != "" || calls[1].Fields["reply_markup"] == "" {
		t.Errorf("id %d, %d calls", id, len(calls))
	}
	for _, c := range calls {
		if text := c.Fields["text"]; units(plain(text)) > maxText || !strings.HasPrefix(text, "<b>") || !strings.HasSuffix(text, "</b>") {
			t.Errorf("part of %d units: %.20s…", units(plain(text)), text)
		}
	}
	if _, err := s.Send(t.Context(), me, Screen{Text: strings.Repeat("x", 1025), Photo: []byte("p"), Buttons: buttons}); err != nil {
		t.Fatal(err)
	}
	calls = api.take()
	if len(calls) != 2 || calls[0].Method != "sendPhoto" || calls[0].Fields["caption"] != "" || calls[0].Fields["reply_markup"] != "" ||
		calls[1].Method != "sendMessage" || calls[1].Fields["reply_markup"] == "" {
		t.Errorf("long caption: %q", calls)
	}
}

func TestScreens(t *testing.T) {
	s, api, _, _ := newTestSender(t, nil)
	all := Screen{Text: "x", Silent: true, Buttons: [][]Button{{{Text: "a", Action: Act("pay", 5, "x:y")}, {Text: "u", URL: "https://x.kg/p"}},
		{}, {{Text: "c", Copy: "copied"}, {Text: "w", WebApp: "https://x.kg"}, {Text: "s", ShareQuery: "500"}}}}
	if _, err := s.Send(t.Context(), me, all); err != nil {
		t.Fatal(err)
	}
	got := api.take()[0].Fields
	want := map[string]string{"chat_id": "77", "text": "x", "parse_mode": "HTML", "disable_notification": "true",
		"link_preview_options": `{"is_disabled":true}`,
		"reply_markup": `{"inline_keyboard":[[{"text":"a","callback_data":"pay:5:x%3Ay"},{"text":"u","url":"https://x.kg/p"}],` +
			`[{"text":"c","copy_text":{"text":"copied"}},{"text":"w","web_app":{"url":"https://x.kg"}},` +
			`{"text":"s","switch_inline_query_chosen_chat":{"query":"500","allow_user_chats":true,"allow_group_chats":true,"allow_channel_chats":true}}]]}`}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	keys := Screen{Text: "x", Keys: &Keyboard{OneTime: true, Placeholder: "p", Rows: [][]Key{{{Text: "me", RequestContact: true}}, {}}}}
	for _, good := range []Screen{keys, {Text: "x", Buttons: [][]Button{{}}},
		{Text: "x", Document: &Document{Name: "a.csv", Data: []byte("1;2")}}} {
		if _, err := s.Send(t.Context(), me, good); err != nil {
			t.Fatal(err)
		}
	}
	calls := api.take()
	if got := calls[0].Fields["reply_markup"]; got != `{"keyboard":[[{"text":"me","request_contact":true}]],"resize_keyboard":true,"one_time_keyboard":true,"input_field_placeholder":"p"}` {
		t.Error(got)
	}
	if got, sent := calls[1].Fields["reply_markup"]; sent {
		t.Errorf("empty keyboard is sent as %s", got)
	}
	if calls[2].Method != "sendDocument" || string(calls[2].Files["document"]) != "1;2" {
		t.Errorf("%+v", calls[2])
	}
	for name, bad := range map[string]Screen{
		"nothing":                 {},
		"photo and document":      {Photo: []byte("p"), Document: &Document{Name: "a", Data: []byte("x")}},
		"empty document":          {Document: &Document{Name: "a"}},
		"two keyboards":           {Text: "x", Buttons: all.Buttons, Keys: keys.Keys},
		"keys and no keys":        {Text: "x", Keys: keys.Keys, RemoveKeys: true},
		"button of two kinds":     {Text: "x", Buttons: [][]Button{{{Text: "b", URL: "https://x.kg", Copy: "x"}}}},
		"button of no kind":       {Text: "x", Buttons: [][]Button{{{Text: "b"}}}},
		"button without text":     {Text: "x", Buttons: [][]Button{{{URL: "https://x.kg"}}}},
		"action too long":         {Text: "x", Buttons: [][]Button{{{Text: "b", Action: Act("a", strings.Repeat("x", 63))}}}},
		"action without a name":   {Text: "x", Buttons: [][]Button{{{Text: "b", Action: Action{Args: []string{"x"}}}}}},
		"script link":             {Text: "x", Buttons: [][]Button{{{Text: "b", URL: "javascript:alert(1)"}}}},
		"copy too long":           {Text: "x", Buttons: [][]Button{{{Text: "b", Copy: strings.Repeat("x", 257)}}}},
		"keyboard without keys":   {Text: "x", Keys: &Keyboard{Rows: [][]Key{{}}}},
		"key asking for too much": {Text: "x", Keys: &Keyboard{Rows: [][]Key{{{Text: "k", RequestContact: true, RequestLocation: true}}}}},
	} {
		if _, err := s.Send(t.Context(), me, bad); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if n := len(api.take()); n != 0 {
		t.Errorf("%d calls for screens that are refused", n)
	}
}

func TestToastIsCut(t *testing.T) {
	s := newStage(t)
	s.cfg.Routes.Buttons = map[string]Handler{"x": func(ctx context.Context, t *Turn) error {
		return t.Alert(ctx, strings.Repeat("😀", 150))
	}}
	s.start()
	s.deliver() // nothing yet
	s.post(s.press(5, "x"))
	s.settle()
	f := s.api.take()[0].Fields
	if n := units(f["text"]); n > maxToast || n < maxToast-2 || f["show_alert"] != "true" || strings.ContainsRune(f["text"], '\uFFFD') {
		t.Errorf("toast of %d units, alert %q", n, f["show_alert"])
	}
}
