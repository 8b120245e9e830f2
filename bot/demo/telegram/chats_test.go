package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

func TestPressesAndTheirAnswers(t *testing.T) {
	r := newRig(t, loopback)
	updates := make(chan *models.Update, 10)
	b := r.startBot(func(_ context.Context, _ *tg.Bot, u *models.Update) {
		if u.CallbackQuery != nil {
			updates <- u
		}
	})
	ctx := soon(t)
	id := r.text("text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"go"},{"text":"u","url":"http://127.0.0.1:9/card"}],
		[{"text":"c","copy_text":{"text":"+996"}},{"text":"s","switch_inline_query_chosen_chat":{"query":"q1","allow_user_chats":true}}]]}`)
	for _, tt := range []struct {
		row, col int
		want     telegram.Pressed
	}{
		{0, 1, telegram.Pressed{URL: "http://127.0.0.1:9/card", Answered: true}},
		{1, 0, telegram.Pressed{Copy: "+996", Answered: true}},
		{1, 1, telegram.Pressed{Share: true, ShareQuery: "q1", Answered: true}},
	} {
		got, err := r.Press(ctx, aigul, id, tt.row, tt.col)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	if _, err := r.Press(ctx, aigul, id, 2, 0); !errors.Is(err, telegram.ErrNoButton) {
		t.Errorf("a press beside the keyboard: %v", err)
	}
	if _, err := r.Press(ctx, bek, id, 0, 0); !errors.Is(err, telegram.ErrNoMessage) {
		t.Errorf("a press in another's chat: %v", err)
	}

	type pressed struct {
		p   telegram.Pressed
		err error
	}
	results := make(chan pressed, 1)
	press := func(messageID int, data string) *models.CallbackQuery {
		go func() {
			p, err := r.PressData(ctx, aigul, messageID, data)
			results <- pressed{p, err}
		}()
		return (<-updates).CallbackQuery
	}
	q := press(id, "forged")
	if q.Data != "forged" || q.From.ID != aigul || q.Message.Message == nil || q.Message.Message.ID != id {
		t.Errorf("query: %+v", q)
	}
	answer := &tg.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "no", ShowAlert: true}
	if _, err := b.AnswerCallbackQuery(ctx, answer); err != nil {
		t.Fatal(err)
	}
	if got := <-results; got.p != (telegram.Pressed{Toast: "no", Alert: true, Answered: true}) || got.err != nil {
		t.Errorf("answer: %+v", got)
	}
	if _, err := b.AnswerCallbackQuery(ctx, answer); !errors.Is(err, tg.ErrorBadRequest) {
		t.Errorf("a second answer: %v", err)
	}
	stale := press(987654, "go")
	if stale.Message.InaccessibleMessage == nil || stale.Message.InaccessibleMessage.MessageID != 987654 {
		t.Errorf("a press on a message that is gone: %+v", stale.Message)
	}
	r.clock.advance(2 * time.Minute)
	if _, err := b.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: stale.ID}); !errors.Is(err, tg.ErrorBadRequest) {
		t.Errorf("an answer after two minutes: %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if p, err := r.PressData(short, aigul, id, "ignored"); !errors.Is(err, context.DeadlineExceeded) || p.Answered {
		t.Errorf("unanswered: %+v %v", p, err)
	}
}

func TestGroups(t *testing.T) {
	r := newRig(t)
	const group = int64(-77)
	r.AddGroup(group, "Базар", aigul, bek)
	var updates []models.Update
	r.must(r.form("getUpdates"), &updates)
	if u := updates[len(updates)-1].MyChatMember; u == nil || u.Chat.ID != group || u.NewChatMember.Type != models.ChatMemberTypeMember {
		t.Fatalf("membership: %+v", updates)
	}
	if _, err := r.SendTextTo(bek, group, "500 кофе"); err != nil {
		t.Fatal(err)
	}
	r.must(r.form("getUpdates"), &updates)
	if m := updates[len(updates)-1].Message; m == nil || m.Chat.Type != models.ChatTypeGroup || m.Chat.Title != "Базар" || m.From.ID != bek {
		t.Errorf("message: %+v", m)
	}
	to := fmt.Sprint(group)
	var sent models.Message
	r.must(r.form("sendMessage", "chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","url":"https://elkart.kg"}]]}`), &sent)
	if p, err := r.Press(soon(t), bek, sent.ID, 0, 0); err != nil || p.URL == "" {
		t.Errorf("a member's press: %+v %v", p, err)
	}
	if re := r.form("sendMessage", "chat_id", to, "text", "x", "reply_markup", `{"keyboard":[[{"text":"a","request_contact":true}]]}`); re.Description !=
		"Bad Request: phone number can be requested in private chats only" {
		t.Errorf("contact in a group: %+v", re)
	}
	if got := r.Group(group).Messages; len(got) != 2 || got[1].Text != "x" {
		t.Errorf("group: %+v", got)
	}
	r.must(r.form("leaveChat", "chat_id", to), nil)
	if re := r.form("sendMessage", "chat_id", to, "text", "x"); re.Description != "Forbidden: bot is not a member of the group chat" {
		t.Errorf("after leaving: %+v", re)
	}
}

func TestInlineMode(t *testing.T) {
	r := newRig(t)
	chosen := make(chan *models.ChosenInlineResult, 1)
	b := r.startBot(func(ctx context.Context, b *tg.Bot, u *models.Update) {
		switch {
		case u.InlineQuery != nil:
			_, _ = b.AnswerInlineQuery(ctx, &tg.AnswerInlineQueryParams{InlineQueryID: u.InlineQuery.ID, Results: []models.InlineQueryResult{
				&models.InlineQueryResultArticle{ID: "r1", Title: "500 сом", InputMessageContent: &models.InputTextMessageContent{MessageText: "<b>Төлө</b>", ParseMode: "HTML"},
					ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Ачуу", URL: "https://elkart.kg/p/1"}}}}}}})
		case u.ChosenInlineResult != nil:
			chosen <- u.ChosenInlineResult
		}
	})
	answer, err := r.Inline(soon(t), aigul, "500")
	results := answer.Results
	if err != nil || len(results) != 1 || results[0].Title != "500 сом" || results[0].Message.HTML != "<b>Төлө</b>" {
		t.Fatalf("results: %+v %v", results, err)
	}
	sent, err := r.ChooseInline(aigul, "r1", "500")
	if err != nil || sent.Text != "Төлө" || len(sent.Buttons) != 1 {
		t.Fatalf("sent: %+v %v", sent, err)
	}
	id := (<-chosen).InlineMessageID
	if _, err := b.EditMessageText(soon(t), &tg.EditMessageTextParams{InlineMessageID: id, Text: "Төлөндү"}); err == nil {
		t.Error("the library decodes true as a message; its error is expected here")
	}
	if m, err := r.InlineMessage(id); err != nil || m.Text != "Төлөндү" || !m.Edited {
		t.Errorf("edited: %+v %v", m, err)
	}
	if _, err := r.ChooseInline(aigul, "r2", "500"); err == nil {
		t.Error("a result that was never offered")
	}
}

func TestProfile(t *testing.T) {
	r := newRig(t)
	set := func(scope, language, command string) {
		t.Helper()
		r.must(r.call("setMyCommands", obj{"commands": []obj{{"command": command, "description": "d"}}, "scope": obj{"type": scope}, "language_code": language}), nil)
	}
	commands := func() string {
		v := r.Chat(aigul)
		if len(v.Commands) == 0 {
			return ""
		}
		return v.Commands[0].Command
	}
	for _, step := range []struct{ scope, language, command, want string }{
		{"all_group_chats", "", "g", ""},
		{"default", "", "d", "d"},
		{"default", "ky", "dky", "dky"},
		{"all_private_chats", "ru", "pru", "dky"},
		{"all_private_chats", "", "p", "p"},
		{"all_private_chats", "ky", "pky", "pky"},
	} {
		set(step.scope, step.language, step.command)
		if got := commands(); got != step.want {
			t.Errorf("after %+v the menu has %q", step, got)
		}
	}
	r.must(r.call("setMyCommands", obj{"commands": []obj{{"command": "c", "description": "d"}}, "scope": obj{"type": "chat", "chat_id": aigul}}), nil)
	if got := commands(); got != "c" {
		t.Errorf("the chat's own menu: %q", got)
	}
	r.must(r.call("deleteMyCommands", obj{"scope": obj{"type": "chat", "chat_id": aigul}}), nil)
	var list []telegram.Command
	r.must(r.call("getMyCommands", obj{"scope": obj{"type": "all_private_chats"}, "language_code": "ky"}), &list)
	if diff := cmp.Diff([]telegram.Command{{Command: "pky", Description: "d"}}, list); diff != "" || commands() != "pky" {
		t.Error(diff, commands())
	}
	r.must(r.form("setMyDescription", "description", "Жалпы"), nil)
	r.must(r.form("setMyDescription", "description", "По-русски", "language_code", "ru"), nil)
	for language, want := range map[string]string{"": "Жалпы", "ru": "По-русски", "en": "Жалпы"} {
		var got struct{ Description string }
		if r.must(r.form("getMyDescription", "language_code", language), &got); got.Description != want {
			t.Errorf("description %q: %q", language, got.Description)
		}
	}
	if re := r.form("setMyShortDescription", "short_description", string(make([]byte, 121))); re.OK {
		t.Error("a short description of 121 characters")
	}
	r.must(r.call("setChatMenuButton", obj{"menu_button": obj{"type": "commands"}}), nil)
	var button struct{ Type string }
	if r.must(r.call("getChatMenuButton", obj{"chat_id": aigul}), &button); button.Type != "commands" {
		t.Errorf("menu button: %+v", button)
	}
}

func TestSmallMethods(t *testing.T) {
	r := newRig(t)
	chat := fmt.Sprint(aigul)
	id := fmt.Sprint(r.text("text", "x"))
	r.must(r.form("pinChatMessage", "chat_id", chat, "message_id", id), nil)
	var info models.ChatFullInfo
	if r.must(r.form("getChat", "chat_id", chat), &info); info.FirstName != "Айгүл" || info.PinnedMessage == nil || info.PinnedMessage.Text != "x" {
		t.Errorf("getChat: %+v", info)
	}
	r.must(r.form("unpinChatMessage", "chat_id", chat), nil)
	r.must(r.form("setMessageReaction", "chat_id", chat, "message_id", "1", "reaction", `[{"type":"emoji","emoji":"👍"}]`), nil)
	r.must(r.form("sendChatAction", "chat_id", chat, "action", "typing"), nil)
	v := r.Chat(aigul)
	if !v.Typing || v.Messages[0].Reaction != "👍" || v.Messages[1].Pinned || v.Messages[2].Service != "pinned" {
		t.Errorf("chat: %+v", v)
	}
	r.clock.advance(6 * time.Second)
	if r.Chat(aigul).Typing {
		t.Error("typing for ever")
	}
	var forwarded, plain models.Message
	r.must(r.form("forwardMessage", "chat_id", chat, "from_chat_id", chat, "message_id", "1"), &forwarded)
	if forwarded.ForwardOrigin == nil || forwarded.ForwardOrigin.MessageOriginUser.SenderUser.ID != aigul || forwarded.Text != "/start" {
		t.Errorf("forward: %+v", forwarded)
	}
	r.must(r.form("copyMessage", "chat_id", chat, "from_chat_id", chat, "message_id", "1"), &plain)
	if m := r.Chat(aigul).Messages; m[len(m)-1].ID != plain.ID || m[len(m)-1].Forwarded || m[len(m)-1].Text != "/start" {
		t.Errorf("copy: %+v", m[len(m)-1])
	}
	r.must(r.form("sendContact", "chat_id", chat, "phone_number", "+996312", "first_name", "Help"), nil)
	r.must(r.form("sendLocation", "chat_id", chat, "latitude", "42.5", "longitude", "74.5"), nil)
	v = r.Chat(aigul)
	if n := len(v.Messages); v.Messages[n-2].Contact.Phone != "+996312" || v.Messages[n-1].Location.Latitude != 42.5 {
		t.Errorf("chat: %+v", v.Messages[n-2:])
	}
	var member models.ChatMember
	if r.must(r.form("getChatMember", "chat_id", chat, "user_id", chat), &member); member.Type != models.ChatMemberTypeMember {
		t.Errorf("member: %+v", member)
	}
	var photos models.UserProfilePhotos
	r.must(r.form("getUserProfilePhotos", "user_id", chat), &photos)
	r.must(r.form("logOut"), nil)
	if len(r.Users()) != 2 {
		t.Errorf("users: %+v", r.Users())
	}
}
