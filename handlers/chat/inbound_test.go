package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func memberUpdate(id, chat int64, kind, status string) string {
	return fmt.Sprintf(`{"update_id":%d,"my_chat_member":{"chat":{"id":%d,"type":%q},"from":{"id":%d,"first_name":"A"},"date":1,`+
		`"old_chat_member":{"status":"left","user":{"id":1,"first_name":"b","is_bot":true}},`+
		`"new_chat_member":{"status":%q,"user":{"id":1,"first_name":"b","is_bot":true},"until_date":0}}}`, id, chat, kind, me, status)
}

func TestBlocked(t *testing.T) {
	s := newStage(t)
	var got []string
	s.cfg.Blocked = func(_ context.Context, chat ChatID, blocked bool) error {
		got = append(got, fmt.Sprint(chat, blocked))
		return nil
	}
	s.start()
	s.deliver(memberUpdate(s.id(), me, "private", "kicked"), memberUpdate(s.id(), me, "private", "member"),
		memberUpdate(s.id(), -5, "group", "member"), memberUpdate(s.id(), -6, "channel", "administrator"))
	if diff := cmp.Diff(got, []string{"77 true", "77 false"}); diff != "" {
		t.Error(diff)
	}
}

func TestGroupsAndStrangeUpdates(t *testing.T) {
	group := func(s *stage, words string) string {
		return strings.NewReplacer(`"id":77,"type":"private"`, `"id":-77,"type":"supergroup"`).Replace(s.text(words))
	}
	updates := func(s *stage) []string {
		return []string{
			group(s, "hello"), group(s, "/help"), group(s, "/help@other_bot"), group(s, "/help@Trade_Bot"),
			strings.Replace(s.press(5, "look"), `"type":"private"`, `"type":"group"`, 1),
			fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"c","from":{"id":77,"first_name":"A"},"inline_message_id":"i","chat_instance":"1","data":"look"}}`, s.id()),
			memberUpdate(s.id(), -77, "supergroup", "member"),
			fmt.Sprintf(`{"update_id":%d,"channel_post":{"message_id":1,"date":1,"chat":{"id":-1,"type":"channel"},"text":"x"}}`, s.id()),
			fmt.Sprintf(`{"update_id":%d,"something_new":{"x":1}}`, s.id()),
			fmt.Sprintf(`{"update_id":%d,"message":"odd"}`, s.id()),
			s.msg(`"via_bot":{"id":1,"is_bot":true},"text":"500"`),
			s.text("/help@other_bot"),
		}
	}
	t.Run("silent by default", func(t *testing.T) {
		s := newStage(t)
		s.cfg.Routes.Commands = map[string]Handler{"help": func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "help") }}
		s.cfg.Routes.Text = func(ctx context.Context, t *Turn) error { return t.rt.say(ctx, t, "text") }
		s.start()
		expect(t, s.deliver(updates(s)...), "answer", "answer")
	})
	t.Run("with a handler", func(t *testing.T) {
		s := newStage(t)
		var got []string
		s.cfg.Routes.Group = func(_ context.Context, t *Turn) error {
			got = append(got, fmt.Sprint(t.Kind, t.Command, t.Action.Name, t.Chat))
			return nil
		}
		s.cfg.Workers = 1
		s.start()
		s.deliver(updates(s)...)
		want := []string{"commandhelp-77", "commandhelp-77", "presslook77", "presslook77", "unblocked-77"}
		if diff := cmp.Diff(sorted(got), sorted(want)); diff != "" {
			t.Error(diff)
		}
	})
}

// Telegram says in both chats that a group goes on as a supergroup.
func TestGroupMoves(t *testing.T) {
	s := newStage(t)
	var got []string
	s.cfg.Routes.Group = func(_ context.Context, t *Turn) error {
		got = append(got, fmt.Sprint(t.Kind, " ", t.Chat, " ", t.MovedTo, " ", t.Title))
		return nil
	}
	s.cfg.Workers = 1
	s.start()
	s.deliver(
		fmt.Sprintf(`{"update_id":%d,"message":{"message_id":1,"date":1,"chat":{"id":-5,"type":"group","title":"Room"},`+
			`"from":{"id":77,"first_name":"A"},"migrate_to_chat_id":-1005}}`, s.id()),
		fmt.Sprintf(`{"update_id":%d,"message":{"message_id":2,"date":1,"chat":{"id":-1005,"type":"supergroup","title":"Room"},`+
			`"sender_chat":{"id":-1005,"type":"supergroup"},"migrate_from_chat_id":-5}}`, s.id()),
		strings.Replace(memberUpdate(s.id(), -5, "group", "member"), `"type":"group"`, `"type":"group","title":"Room"`, 1))
	want := []string{"moved -5 -1005 Room", "moved -5 -1005 Room", "unblocked -5 0 Room"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}

func TestMask(t *testing.T) {
	s := newStage(t)
	var seen string
	s.cfg.Routes.Text = func(_ context.Context, t *Turn) error { seen = t.Text; return nil }
	s.cfg.Mask = func(text string) string { return strings.ReplaceAll(text, "4169585312345678", "•••") }
	s.start()
	s.deliver(s.msg(`"reply_to_message":{"message_id":1,"date":1,"chat":{"id":9007199254740993,"type":"private"},"caption":"4169585312345678"},"text":"my <card> 4169585312345678"`))
	body := string(s.mem.kept[2].Body)
	if strings.Contains(body, "4169") || !strings.Contains(body, "9007199254740993") || !strings.Contains(body, "<card>") {
		t.Errorf("kept %s", body)
	}
	if seen != "my <card> 4169585312345678" {
		t.Errorf("handler saw %q", seen)
	}
	if _, turn, err := s.rt.readUpdate([]byte(body)); err != nil || turn.Text != "my <card> •••" {
		t.Errorf("kept update reads as %+v, %v", turn, err)
	}
}

// neverRead fails the test if the webhook reads a body before it has seen the secret.
type neverRead struct{ t *testing.T }

func (n neverRead) Read([]byte) (int, error) {
	n.t.Error("the body was read")
	return 0, errors.New("read")
}

func TestWebhook(t *testing.T) {
	s := newStage(t).start()
	for _, c := range []struct {
		name, method, secret, own string
		body                      string
		want                      int
	}{
		{"wrong secret", "POST", "hash", "hush", "", 401},
		{"no secret", "POST", "", "hush", "", 401},
		{"we have none either", "POST", "", "", "", 401},
		{"GET", "GET", "hush", "hush", "x", 405},
		{"too long", "POST", "hush", "hush", strings.Repeat("x", maxUpdate+1), 413},
		{"garbage is not sent again", "POST", "hush", "hush", "garbage", 200},
		{"update", "POST", "hush", "hush", s.text("x"), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
			if c.body == "" {
				req = httptest.NewRequest(c.method, "/", neverRead{t})
			}
			if c.secret != "" {
				req.Header.Set("X-Telegram-Bot-Api-Secret-Token", c.secret)
			}
			w := httptest.NewRecorder()
			s.rt.Webhook(c.own).ServeHTTP(w, req)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
		})
	}
	s.settle()
}
