package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"elkart.kg/trade/bot/demo"
)

// The card form believes what Telegram says of who opened it by the bot's own
// token and by the program's clock.
func TestCardFormKnowsWhoOpenedIt(t *testing.T) {
	w := newWorld(t)
	setUp, _, _ := strings.Cut(sells, "!card")
	if err := w.runner().Run(t.Context(), "set-up", setUp); err != nil {
		t.Fatal(err)
	}
	var person int64
	if err := w.pool.QueryRow(t.Context(), `SELECT person_id FROM card_forms`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	address := ""
	for _, m := range w.Telegram.Chat(person).Messages {
		for _, row := range m.Buttons {
			for _, b := range row {
				if found := cardForm.FindString(b.URL); found != "" {
					address = found
				}
			}
		}
	}
	for _, c := range []struct {
		name   string
		token  string
		user   int64
		status int
	}{
		{"another bot's", "1:other", person, http.StatusForbidden},
		{"somebody else", demo.Token, person + 1, http.StatusForbidden},
		{"the member", demo.Token, person, http.StatusOK},
	} {
		fields := url.Values{"number": {"9417000000001234"}, "init": {w.initData(c.token, c.user)}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.Body.Close() != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d:\n%s", c.name, answer.StatusCode, c.status, body)
		}
	}
}

// initData is what Telegram would put into a Mini App's address now.
func (w *world) initData(token string, user int64) string {
	date, who := strconv.FormatInt(w.now().Unix(), 10), `{"id":`+strconv.FormatInt(user, 10)+`}`
	key := hmac.New(sha256.New, []byte("WebAppData"))
	key.Write([]byte(token))
	hash := hmac.New(sha256.New, key.Sum(nil))
	hash.Write([]byte("auth_date=" + date + "\nuser=" + who))
	return url.Values{"auth_date": {date}, "user": {who}, "hash": {hex.EncodeToString(hash.Sum(nil))}}.Encode()
}
