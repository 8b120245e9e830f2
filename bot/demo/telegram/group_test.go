package telegram_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

const (
	room  = int64(-4711)
	super = int64(-1_004_711_000_001)
)

// heard drains the updates and tells what the bot hears of a group.
func (r *rig) heard() (out []string) {
	r.t.Helper()
	var updates []models.Update
	r.must(r.form("getUpdates"), &updates)
	for _, u := range updates {
		switch {
		case u.MyChatMember != nil && u.MyChatMember.Chat.ID < 0:
			out = append(out, fmt.Sprint(u.MyChatMember.Chat.ID, " ", u.MyChatMember.NewChatMember.Type))
		case u.Message != nil && u.Message.MigrateToChatID != 0:
			out = append(out, fmt.Sprint(u.Message.Chat.ID, " becomes ", u.Message.MigrateToChatID))
		case u.Message != nil && u.Message.MigrateFromChatID != 0:
			out = append(out, fmt.Sprint(u.Message.Chat.ID, " was ", u.Message.MigrateFromChatID))
		case u.Message != nil && u.Message.Chat.ID < 0:
			out = append(out, fmt.Sprint(u.Message.Chat.ID, " ", u.Message.Text))
		}
		r.must(r.form("getUpdates", "offset", fmt.Sprint(u.ID+1), "limit", "0"), nil)
	}
	return out
}

func TestGroupBecomesSupergroup(t *testing.T) {
	r := newRig(t)
	r.AddGroup(room, "Базар", aigul, bek)
	r.must(r.form("sendMessage", "chat_id", fmt.Sprint(room), "text", "before"), nil)
	for name, err := range map[string]error{
		"by a stranger":    r.MigrateGroup(room, super, 999),
		"to a group's id":  r.MigrateGroup(room, -5, aigul),
		"of no group":      r.MigrateGroup(-6, super, aigul),
		"of a private one": r.MigrateGroup(aigul, super, aigul),
	} {
		if !errors.Is(err, telegram.ErrNoGroup) && !errors.Is(err, telegram.ErrNoUser) {
			t.Errorf("migration %s: %v", name, err)
		}
	}
	if err := r.MigrateGroup(room, super, aigul); err != nil {
		t.Fatal(err)
	}
	if err := r.MigrateGroup(room, super-1, aigul); !errors.Is(err, telegram.ErrNoGroup) {
		t.Errorf("a second migration: %v", err)
	}
	refused := r.form("sendMessage", "chat_id", fmt.Sprint(room), "text", "late")
	if refused.status != http.StatusBadRequest || refused.Description != "Bad Request: group chat was upgraded to a supergroup chat" {
		t.Errorf("a message to the former id: %d %s", refused.status, refused.Description)
	}
	r.must(r.form("sendMessage", "chat_id", fmt.Sprint(super), "text", "after"), nil)
	if _, err := r.SendTextTo(bek, super, "hello"); err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprint(room, " member"), fmt.Sprint(room, " becomes ", super), fmt.Sprint(super, " was ", room), fmt.Sprint(super, " hello")}
	if diff := cmp.Diff(r.heard(), want); diff != "" {
		t.Errorf("heard (-got +want):\n%s", diff)
	}
}

// The new id comes as the library of bots reads it.
func TestRefusalNamesTheSupergroup(t *testing.T) {
	r := newRig(t)
	r.AddGroup(room, "Базар", aigul)
	if err := r.MigrateGroup(room, super, aigul); err != nil {
		t.Fatal(err)
	}
	response, err := r.client.PostForm(r.url+"/bot"+token+"/sendMessage", map[string][]string{"chat_id": {fmt.Sprint(room)}, "text": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Parameters struct {
			MigrateTo int64 `json:"migrate_to_chat_id"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Parameters.MigrateTo != super {
		t.Errorf("parameters %+v, %v", answer.Parameters, err)
	}
}

func TestBotIsPutOutOfAGroup(t *testing.T) {
	r := newRig(t)
	r.AddGroup(room, "Базар", aigul, bek)
	r.AddGroup(super, "Рынок", aigul)
	if err := r.RemoveFromGroup(room, 999); !errors.Is(err, telegram.ErrNoUser) {
		t.Errorf("put out by a stranger: %v", err)
	}
	if err := r.RemoveFromGroup(super, bek); !errors.Is(err, telegram.ErrNoGroup) {
		t.Errorf("put out by somebody who is not in it: %v", err)
	}
	for _, group := range []int64{room, super} {
		if err := r.RemoveFromGroup(group, aigul); err != nil {
			t.Fatal(err)
		}
		if refused := r.form("sendMessage", "chat_id", fmt.Sprint(group), "text", "x"); refused.status != http.StatusForbidden {
			t.Errorf("a message after that: %d %s", refused.status, refused.Description)
		}
		if _, err := r.SendTextTo(aigul, group, "psst"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.RemoveFromGroup(room, aigul); !errors.Is(err, telegram.ErrNoGroup) {
		t.Errorf("put out twice: %v", err)
	}
	if err := r.ReturnToGroup(room, bek); err != nil {
		t.Fatal(err)
	}
	r.must(r.form("sendMessage", "chat_id", fmt.Sprint(room), "text", "back"), nil)
	want := []string{
		fmt.Sprint(room, " member"), fmt.Sprint(super, " member"), fmt.Sprint(room, " left"), fmt.Sprint(super, " kicked"), fmt.Sprint(room, " member"),
	}
	if diff := cmp.Diff(r.heard(), want); diff != "" {
		t.Errorf("heard (-got +want):\n%s", diff)
	}
}
