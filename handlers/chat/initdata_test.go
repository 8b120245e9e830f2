package chat_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
)

const miniAppToken = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"

var opened = time.Unix(1_762_000_000, 0)

// initData writes data as Telegram does: each field encoded, in no order that
// matters, with the hash among them.
func initData(token string, fields url.Values) string {
	var lines []string
	for name := range fields {
		lines = append(lines, name+"="+fields.Get(name))
	}
	slices.Sort(lines)
	key := hmac.New(sha256.New, []byte("WebAppData"))
	key.Write([]byte(token))
	hash := hmac.New(sha256.New, key.Sum(nil))
	hash.Write([]byte(strings.Join(lines, "\n")))
	return fields.Encode() + "&hash=" + hex.EncodeToString(hash.Sum(nil))
}

func openedBy(user string) url.Values {
	return url.Values{
		"query_id": {"AAHdF6IQAAAAAN0XohDhrOrc"}, "user": {user}, "auth_date": {strconv.FormatInt(opened.Unix(), 10)},
		"signature": {"zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7I"},
	}
}

const aigul = `{"id":279058397,"first_name":"Айгүл + Co 100%","last_name":"","username":"aigul","language_code":"ky"}`

// The example that another implementation of the check publishes: numbers that
// we have not made ourselves.
func TestInitDataOfOthers(t *testing.T) {
	const data = "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
	id, err := chat.InitDataUser(miniAppToken, data, time.Unix(1662771648, 0))
	if err != nil || id != 279058397 {
		t.Errorf("user %d, %v", id, err)
	}
}

func TestInitData(t *testing.T) {
	whole := initData(miniAppToken, openedBy(aigul))
	for _, c := range []struct {
		name, token, data string
		after             time.Duration
		ok                bool
	}{
		{"fresh", miniAppToken, whole, 0, true},
		{"an hour old", miniAppToken, whole, time.Hour, true},
		{"Telegram's clock a little ahead", miniAppToken, whole, -time.Minute, true},
		{"%20 for a space", miniAppToken, strings.ReplaceAll(whole, "+", "%20"), 0, true},
		{"too old", miniAppToken, whole, time.Hour + time.Second, false},
		{"from the future", miniAppToken, whole, -time.Minute - time.Second, false},
		{"another bot's", "1:other", whole, 0, false},
		{"no token", "", initData("", openedBy(aigul)), 0, false},
		{"another user", miniAppToken, strings.Replace(whole, "279058397", "279058398", 1), 0, false},
		{"one more field", miniAppToken, whole + "&chat_type=private", 0, false},
		{"one field twice", miniAppToken, whole + "&user=" + url.QueryEscape(aigul), 0, false},
		{"the hash twice", miniAppToken, whole + "&hash=00", 0, false},
		{"no hash", miniAppToken, openedBy(aigul).Encode(), 0, false},
		{"short hash", miniAppToken, whole[:len(whole)-2], 0, false},
		{"hash that is no number", miniAppToken, whole[:len(whole)-1] + "g", 0, false},
		{"empty", miniAppToken, "", 0, false},
		{"not encoded", miniAppToken, "%zz", 0, false},
		{"endless", miniAppToken, initData(miniAppToken, url.Values{"user": {aigul}, "auth_date": openedBy(aigul)["auth_date"], "x": {strings.Repeat("x", 4096)}}), 0, false},
		{"no user", miniAppToken, initData(miniAppToken, url.Values{"auth_date": openedBy(aigul)["auth_date"]}), 0, false},
		{"no date", miniAppToken, initData(miniAppToken, url.Values{"user": {aigul}}), 0, false},
		{"user without an id", miniAppToken, initData(miniAppToken, openedBy(`{"first_name":"x"}`)), 0, false},
		{"user that is no object", miniAppToken, initData(miniAppToken, openedBy(`279058397`)), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, err := chat.InitDataUser(c.token, c.data, opened.Add(c.after))
			if (err == nil) != c.ok || c.ok && id != 279058397 || !c.ok && id != 0 {
				t.Errorf("user %d, %v", id, err)
			}
		})
	}
}
