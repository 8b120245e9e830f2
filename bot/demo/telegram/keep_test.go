package telegram_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

// A later server goes on with the chats of an earlier one: what stands in them,
// the files, the keyboards, and the numbers of messages.
func TestSnapshot(t *testing.T) {
	r := newRig(t)
	r.AddUser(telegram.User{ID: 1003, FirstName: "Third"})
	if _, err := r.SendPhoto(aigul, testPicture(t, 400, 200), "a <b> picture"); err != nil {
		t.Fatal(err)
	}
	id := r.text("text", "<b>500</b> som", "parse_mode", "HTML", "reply_markup", `{"inline_keyboard":[[{"text":"go","callback_data":"go"}]]}`)
	gone := r.text("text", "secret")
	r.text("text", "keys", "reply_markup", `{"keyboard":[[{"text":"share","request_contact":true}]]}`)
	r.must(r.form("pinChatMessage", "chat_id", "1001", "message_id", strconv.Itoa(id)), nil)
	r.must(r.form("deleteMessage", "chat_id", "1001", "message_id", strconv.Itoa(gone)), nil)
	r.must(r.form("setMyCommands", "commands", `[{"command":"pay","description":"Charge"}]`), nil)
	r.Block(bek)
	snapshot, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(snapshot), "secret") {
		t.Error("a deleted message is kept")
	}
	later := telegram.New(telegram.Config{Token: token, Username: "shop_bot", Now: r.clock.Now})
	defer later.Close()
	if err := later.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(later.Users(), r.Users()); diff != "" {
		t.Errorf("people, got and want:\n%s", diff)
	}
	for _, user := range []int64{aigul, bek} {
		if diff := cmp.Diff(later.Chat(user), r.Chat(user)); diff != "" {
			t.Errorf("chat %d, got and want:\n%s", user, diff)
		}
	}
	for _, m := range later.Chat(aigul).Messages {
		if m.Photo == nil {
			continue
		}
		_, _, got, err := later.File(m.Photo.ID)
		if err != nil || !bytes.Equal(got, testPicture(t, 400, 200)) {
			t.Errorf("the picture: %d bytes, %v", len(got), err)
		}
	}
	next, err := later.SendText(aigul, "and on")
	if err != nil || next <= id {
		t.Errorf("message %d after %d: %v", next, id, err)
	}
	if err := later.Restore([]byte("nonsense")); err == nil {
		t.Error("nonsense is restored")
	}
}
