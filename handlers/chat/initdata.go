package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what a Mini App is told by Telegram. The age is ours: the data is
// as good as a password for as long as it is believed.
const (
	maxInitData    = 4 << 10 // bytes
	initDataLife   = time.Hour
	initDataFuture = time.Minute // by which Telegram's clock may be ahead
)

// errInitData says no more: whoever forges the data learns nothing from it.
var errInitData = errors.New("init data of a Mini App is not Telegram's, or too old")

// InitDataUser returns who opened a page as a Mini App, from the initData that
// Telegram put into its address, or an error unless Telegram wrote it for the
// bot of this token within the last hour
// (core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app).
//
// The library's own check forgets the age and refuses data with "+" and "%".
func InitDataUser(token, data string, now time.Time) (UserID, error) {
	if len(data) > maxInitData || token == "" {
		return 0, errInitData
	}
	fields, err := url.ParseQuery(data)
	if err != nil {
		return 0, errInitData
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if len(fields[name]) != 1 {
			return 0, errInitData
		}
		if name != "hash" {
			lines = append(lines, name+"="+fields[name][0])
		}
	}
	given, err := hex.DecodeString(fields.Get("hash"))
	if err != nil || !hmac.Equal(given, initDataHash(token, strings.Join(lines, "\n"))) {
		return 0, errInitData
	}
	seconds, err := strconv.ParseInt(fields.Get("auth_date"), 10, 64)
	if age := now.Sub(time.Unix(seconds, 0)); err != nil || age > initDataLife || age < -initDataFuture {
		return 0, errInitData
	}
	var user struct{ ID UserID }
	if err := json.Unmarshal([]byte(fields.Get("user")), &user); err != nil || user.ID <= 0 {
		return 0, errInitData
	}
	return user.ID, nil
}

func initDataHash(token, text string) []byte {
	key := hmac.New(sha256.New, []byte("WebAppData"))
	key.Write([]byte(token))
	hash := hmac.New(sha256.New, key.Sum(nil))
	hash.Write([]byte(text))
	return hash.Sum(nil)
}
