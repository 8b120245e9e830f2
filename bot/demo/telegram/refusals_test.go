package telegram_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

type obj = map[string]any

// button is a message's parameters with one inline button.
func button(b obj) obj {
	b["text"] = "x"
	return obj{"chat_id": aigul, "text": "t", "reply_markup": obj{"inline_keyboard": []any{[]any{b}}}}
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	own := r.text("text", "own")
	keyboard := r.text("text", "menu", "reply_markup", `{"keyboard":[[{"text":"a"}]]}`)
	users, err := r.SendText(aigul, "mine")
	if err != nil {
		t.Fatal(err)
	}
	me := func(more obj) obj {
		more["chat_id"] = aigul
		return more
	}
	tests := []struct {
		name, method string
		params       obj
		want         string // "" is no refusal
	}{
		{"no chat", "sendMessage", obj{"text": "x"}, "chat_id is empty"},
		{"no text", "sendMessage", me(obj{}), "message text is empty"},
		{"blank text", "sendMessage", me(obj{"text": " \n\t"}), "text must be non-empty"},
		{"no photo", "sendPhoto", me(obj{}), "there is no photo in the request"},
		{"photo by nil", "sendPhoto", me(obj{"photo": "null"}), "wrong file identifier/HTTP URL specified"},
		{"unknown parameter", "sendMessage", me(obj{"text": "x", "txt": "y"}), `unknown parameter "txt" of method sendMessage`},
		{"text for a number", "getUpdates", obj{"limit": "many"}, `parameter "limit" must be of type Integer`},
		{"number for a boolean", "sendMessage", me(obj{"text": "x", "protect_content": 7}), `parameter "protect_content" must be of type Boolean`},
		{"string for an object", "sendMessage", me(obj{"text": "x", "reply_markup": "{"}), "can't parse reply markup JSON object"},
		{"unknown field inside", "sendMessage", me(obj{"text": "x", "link_preview_options": obj{"disabled": true}}),
			`can't parse link preview options: unknown field "link_preview_options.disabled" of LinkPreviewOptions`},
		{"wrong type inside", "sendMessage", me(obj{"text": "x", "link_preview_options": obj{"is_disabled": "yes"}}),
			`can't parse link preview options: field "link_preview_options.is_disabled" must be of type Boolean`},
		{"missing field inside", "sendMessage", me(obj{"text": "x", "reply_parameters": obj{"quote": "y"}}),
			`can't parse reply parameters: can't find field "message_id"`},
		{"4096 units fit", "sendMessage", me(obj{"text": strings.Repeat("😀", 2048)}), ""},
		{"4097 units don't", "sendMessage", me(obj{"text": strings.Repeat("😀", 2048) + "x"}), "message is too long"},
		{"markup doesn't count", "sendMessage", me(obj{"text": "<b>" + strings.Repeat("я", 4096) + "</b>", "parse_mode": "HTML"}), ""},
		{"broken markup", "sendMessage", me(obj{"text": "a <b>x", "parse_mode": "HTML"}), `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"unknown markup", "sendMessage", me(obj{"text": "a", "parse_mode": "RTF"}), "unsupported parse_mode"},
		{"entity past the end", "sendMessage", me(obj{"text": "a", "entities": []obj{{"type": "bold", "offset": 0, "length": 2}}}),
			"entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"},
		{"entity inside a character", "sendMessage", me(obj{"text": "😀a", "entities": []obj{{"type": "bold", "offset": 1, "length": 1}}}),
			"entity begins in a middle of a UTF-16 symbol at byte offset 1"},
		{"reply to nothing", "sendMessage", me(obj{"text": "x", "reply_parameters": obj{"message_id": 9999}}), "message to be replied not found"},
		{"reply to nothing, allowed", "sendMessage", me(obj{"text": "x", "reply_parameters": obj{"message_id": 9999, "allow_sending_without_reply": true}}), ""},

		{"no kind", "sendMessage", button(obj{}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"empty copy_text alone", "sendMessage", button(obj{"copy_text": obj{"text": ""}}), "BUTTON_COPY_TEXT_INVALID"},
		{"empty copy_text beside", "sendMessage", button(obj{"callback_data": "a", "copy_text": obj{"text": ""}}), ""},
		{"two kinds", "sendMessage", button(obj{"callback_data": "a", "url": "https://elkart.kg"}), "can't parse inline keyboard button: exactly one kind of button must be specified"},
		{"callback of 64 bytes", "sendMessage", button(obj{"callback_data": strings.Repeat("ж", 32)}), ""},
		{"callback of 65 bytes", "sendMessage", button(obj{"callback_data": strings.Repeat("ж", 32) + "x"}), "BUTTON_DATA_INVALID"},
		{"copy_text of 257", "sendMessage", button(obj{"copy_text": obj{"text": strings.Repeat("ж", 257)}}), "BUTTON_COPY_TEXT_INVALID"},
		{"link to localhost", "sendMessage", button(obj{"url": "http://localhost:8080/x"}), "inline keyboard button URL 'http://localhost:8080/x' is invalid: Wrong HTTP URL"},
		{"link to loopback", "sendMessage", button(obj{"url": "http://127.0.0.1:8080/x"}), "BUTTON_URL_INVALID"},
		{"link to a private network", "sendMessage", button(obj{"url": "http://10.1.2.3/"}), "BUTTON_URL_INVALID"},
		{"tg link", "sendMessage", button(obj{"url": "tg://resolve?domain=shop_bot"}), ""},
		{"ftp link", "sendMessage", button(obj{"url": "ftp://elkart.kg"}), "inline keyboard button URL 'ftp://elkart.kg' is invalid: Unsupported URL protocol"},
		{"web app over http", "sendMessage", button(obj{"web_app": obj{"url": "http://elkart.kg/"}}),
			"inline keyboard button Web App URL 'http://elkart.kg/' is invalid: Only HTTPS links are allowed"},
		{"pay without an invoice", "sendMessage", button(obj{"pay": true}), "BUTTON_TYPE_INVALID"},
		{"share with nobody", "sendMessage", button(obj{"switch_inline_query_chosen_chat": obj{"query": "x"}}), "at least one chat type must be allowed"},
		{"odd style", "sendMessage", button(obj{"callback_data": "a", "style": "pink"}), "can't parse inline keyboard button: invalid button style specified"},
		{"keyboard of null", "sendMessage", me(obj{"text": "x", "reply_markup": obj{"inline_keyboard": nil}}), ""},
		{"key with two requests", "sendMessage", me(obj{"text": "x", "reply_markup": obj{"keyboard": [][]obj{{{"text": "k", "request_contact": true, "request_location": true}}}}}),
			"can't parse keyboard button: at most one kind of request may be specified"},
		{"key without text", "sendMessage", me(obj{"text": "x", "reply_markup": obj{"keyboard": [][]obj{{{"text": ""}}}}}), "keyboard button text must be non-empty"},
		{"keys given as text", "sendMessage", me(obj{"text": "x", "reply_markup": obj{"keyboard": [][]string{{"a", "b"}}}}), ""},

		{"edit to the same", "editMessageText", me(obj{"message_id": own, "text": "own"}),
			"message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"},
		{"edit of nothing", "editMessageText", me(obj{"message_id": 9999, "text": "x"}), "message to edit not found"},
		{"edit of a user's", "editMessageText", me(obj{"message_id": users, "text": "x"}), "message can't be edited"},
		{"edit of one with keys", "editMessageText", me(obj{"message_id": keyboard, "text": "x"}), "message can't be edited"},
		{"caption of a text", "editMessageCaption", me(obj{"message_id": own, "caption": "x"}), "there is no caption in the message to edit"},
		{"keys into an edit", "editMessageReplyMarkup", me(obj{"message_id": own, "reply_markup": obj{"keyboard": []any{}}}),
			`can't parse reply markup: unknown field "reply_markup.keyboard" of InlineKeyboardMarkup`},
		{"edit without a target", "editMessageText", obj{"text": "x"}, "message identifier is not specified"},
		{"unknown inline message", "editMessageText", obj{"text": "x", "inline_message_id": "q"}, "MESSAGE_ID_INVALID"},
		{"delete nothing", "deleteMessage", me(obj{"message_id": 9999}), "message to delete not found"},
		{"delete many, one missing", "deleteMessages", me(obj{"message_ids": []int{9999}}), ""},
		{"answer an unknown press", "answerCallbackQuery", obj{"callback_query_id": "5"}, "query is too old and response timeout expired or query ID is invalid"},
		{"odd action", "sendChatAction", me(obj{"action": "sleep"}), "wrong parameter action in request"},
		{"place off the earth", "sendLocation", me(obj{"latitude": 91, "longitude": 0}), "invalid location specified"},
		{"odd reaction", "setMessageReaction", me(obj{"message_id": users, "reaction": []obj{{"type": "emoji", "emoji": "🧾"}}}), "REACTION_INVALID"},
		{"unknown file", "getFile", obj{"file_id": "x"}, "invalid file_id"},
		{"command in capitals", "setMyCommands", obj{"commands": []obj{{"command": "Pay", "description": "x"}}}, "BOT_COMMAND_INVALID"},
		{"command without words", "setMyCommands", obj{"commands": []obj{{"command": "pay", "description": ""}}}, "BOT_COMMAND_DESCRIPTION_INVALID"},
		{"command without a field", "setMyCommands", obj{"commands": []obj{{"command": "pay"}}}, `can't parse commands: can't find field "description"`},
		{"webhook over http", "setWebhook", obj{"url": "http://elkart.kg/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"},
		{"webhook at home", "setWebhook", obj{"url": "https://127.0.0.1/hook"}, "bad webhook: IP address 127.0.0.1 is reserved"},
		{"webhook port", "setWebhook", obj{"url": "https://elkart.kg:9999/hook"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"webhook secret", "setWebhook", obj{"url": "https://elkart.kg/hook", "secret_token": "a b"}, "secret token contains unallowed characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.call(tt.method, tt.params)
			want := ""
			if tt.want != "" {
				want = "Bad Request: " + tt.want
			}
			if diff := cmp.Diff(want, got.Description); diff != "" || got.OK != (want == "") || !got.OK && got.ErrorCode != 400 {
				t.Errorf("%s %d", diff, got.ErrorCode)
			}
		})
	}
}

func TestOptionsRelax(t *testing.T) {
	r := newRig(t, loopback, func(c *telegram.Config) { c.Lenient = true })
	for name, params := range map[string]obj{
		"unknown parameter":      {"chat_id": aigul, "text": "x", "txt": 1},
		"unknown field":          {"chat_id": aigul, "text": "x", "link_preview_options": obj{"odd": 1}},
		"two kinds":              button(obj{"callback_data": "a", "url": "https://elkart.kg"}),
		"loopback link":          button(obj{"url": "http://127.0.0.1:8080/x"}),
		"localhost link":         button(obj{"url": "http://localhost:8080/x"}),
		"loopback web app, http": button(obj{"web_app": obj{"url": "http://127.0.0.1:8080/x"}}),
	} {
		if re := r.call("sendMessage", params); !re.OK {
			t.Errorf("%s: %s", name, re.Description)
		}
	}
	if re := r.call("sendMessage", button(obj{"url": "http://10.0.0.1/"})); re.OK {
		t.Error("a private network passes as loopback")
	}
}

func TestProtocol(t *testing.T) {
	r := newRig(t)
	if re := r.call("noSuchMethod", obj{}); re.status != 404 || re.Description != "Not Found" {
		t.Errorf("unknown method: %+v", re)
	}
	for path, want := range map[string]int{"/bot1:other/getMe": 401, "/botx": 401, "/": 404, "/file/bot" + token + "/photos/none.png": 404,
		"/file/bot1:other/x": 401, "/bot" + token + "/GETME": 200, "/bot" + token + "/sendMessage?chat_id=" + fmt.Sprint(aigul) + "&text=hi": 200} {
		response, err := r.client.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	if re := r.send("sendMessage", "application/json", strings.NewReader("{")); re.status != 400 {
		t.Errorf("broken JSON: %+v", re)
	}
	if re := r.send("sendMessage", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nbroken")); re.status != 400 {
		t.Errorf("broken multipart: %+v", re)
	}
	if re := r.send("sendMessage", "multipart/form-data; boundary=x", strings.NewReader("")); re.Description != "Bad Request: chat_id is empty" {
		t.Errorf("empty multipart: %+v", re)
	}
}

// upload sends one file as multipart.
func (r *rig) upload(method, field, name string, data []byte) reply {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("chat_id", fmt.Sprint(aigul))
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	return r.send(method, form.FormDataContentType(), &body)
}

func TestUploads(t *testing.T) {
	r := newRig(t)
	whole := testPicture(t, 50, 50)
	for _, tt := range []struct {
		name, method, field string
		data                []byte
		want                string
	}{
		{"a picture", "sendPhoto", "photo", whole, ""},
		{"no picture", "sendPhoto", "photo", []byte("%PDF"), "Bad Request: IMAGE_PROCESS_FAILED"},
		{"half a picture", "sendPhoto", "photo", whole[:len(whole)/2], "Bad Request: IMAGE_PROCESS_FAILED"},
		{"nothing", "sendPhoto", "photo", nil, "Bad Request: file must be non-empty"},
		{"a strip", "sendPhoto", "photo", testPicture(t, 210, 10), "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{"past 10 MB", "sendPhoto", "photo", append(whole, make([]byte, 10<<20)...),
			fmt.Sprintf("Bad Request: file of size %d bytes is too big for a photo; the maximum size is 10485760 bytes", len(whole)+10<<20)},
		{"a document past 50 MB", "sendDocument", "document", make([]byte, 50<<20+1), "Request Entity Too Large"},
		{"under an odd name", "sendDocument", "documnt", []byte("x"), `Bad Request: unknown file "documnt" of method sendDocument`},
		{"as a text", "sendMessage", "text", []byte("x"), `Bad Request: parameter "text" can't be a file`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.upload(tt.method, tt.field, "f", tt.data); got.Description != tt.want {
				t.Errorf("got %q, want %q", got.Description, tt.want)
			}
		})
	}
}

func TestDeleteWithin48Hours(t *testing.T) {
	r := newRig(t)
	own := r.text("text", "x", "reply_markup", `{"keyboard":[["a"]]}`)
	users, err := r.SendText(aigul, "9417 1234 5678 9012")
	if err != nil {
		t.Fatal(err)
	}
	chat := fmt.Sprint(aigul)
	r.clock.advance(48*time.Hour - time.Second)
	r.must(r.form("deleteMessage", "chat_id", chat, "message_id", fmt.Sprint(users)), nil)
	r.clock.advance(time.Second)
	if re := r.form("deleteMessage", "chat_id", chat, "message_id", fmt.Sprint(own)); re.Description != "Bad Request: message can't be deleted for everyone" {
		t.Errorf("after 48 hours: %+v", re)
	}
	v := r.Chat(aigul)
	if len(v.Messages) != 2 || v.Messages[1].ID != own || v.ReplyKeyboard == nil {
		t.Errorf("chat: %+v", v)
	}
	fresh := r.text("text", "y", "reply_markup", `{"keyboard":[["b"]]}`)
	r.must(r.form("deleteMessages", "chat_id", chat, "message_ids", fmt.Sprintf("[%d]", fresh)), nil)
	if k := r.Chat(aigul).ReplyKeyboard; k != nil {
		t.Errorf("the keyboard outlives its message: %+v", k)
	}
}

func TestRateLimits(t *testing.T) {
	r := newRig(t, func(c *telegram.Config) { c.RateLimits = true })
	send := func() reply { return r.form("sendMessage", "chat_id", fmt.Sprint(aigul), "text", "x") }
	for i := range 5 {
		if re := send(); !re.OK {
			t.Fatalf("burst ended at %d: %+v", i, re)
		}
	}
	re := send()
	if re.status != http.StatusTooManyRequests || re.Parameters.RetryAfter != 1 || re.Description != "Too Many Requests: retry after 1" {
		t.Errorf("past the burst: %+v", re)
	}
	r.clock.advance(time.Second)
	if re := send(); !re.OK {
		t.Errorf("a second later: %+v", re)
	}
	for user := int64(3000); user < 3030; user++ {
		r.AddUser(telegram.User{ID: user, FirstName: "U"})
		if _, err := r.SendText(user, "/start"); err != nil {
			t.Fatal(err)
		}
		re = r.form("sendMessage", "chat_id", fmt.Sprint(user), "text", "x")
	}
	if re.status != http.StatusTooManyRequests {
		t.Errorf("31 in a second over all chats: %+v", re)
	}
}

func TestAnswersLookLikeTelegrams(t *testing.T) {
	r := newRig(t)
	re := r.call("sendMessage", obj{"chat_id": aigul, "text": "*a* b", "parse_mode": "Markdown", "protect_content": true,
		"link_preview_options": obj{"is_disabled": true}, "reply_parameters": obj{"message_id": 1},
		"reply_markup": obj{"inline_keyboard": [][]obj{{{"text": "k", "callback_data": "d", "copy_text": obj{"text": ""}}}}}})
	want := `{"message_id":2,"from":{"id":4242,"is_bot":true,"first_name":"shop_bot","username":"shop_bot"},` +
		`"chat":{"id":1001,"type":"private","first_name":"Айгүл","last_name":"Осмонова"},"date":1772442000,` +
		`"reply_to_message":{"message_id":1,"from":{"id":1001,"is_bot":false,"first_name":"Айгүл","last_name":"Осмонова","language_code":"ky"},` +
		`"chat":{"id":1001,"type":"private","first_name":"Айгүл","last_name":"Осмонова"},"date":1772442000,"text":"/start",` +
		`"entities":[{"type":"bot_command","offset":0,"length":6}]},"has_protected_content":true,"text":"a b",` +
		`"entities":[{"type":"bold","offset":0,"length":1}],"link_preview_options":{"is_disabled":true},` +
		`"reply_markup":{"inline_keyboard":[[{"text":"k","callback_data":"d"}]]}}`
	if diff := cmp.Diff(want, string(re.Result)); diff != "" {
		t.Error(diff)
	}
	var me models.User
	r.must(r.call("getMe", obj{}), &me)
	if me.ID != 4242 || !me.IsBot || !me.CanJoinGroups || me.Username != "shop_bot" {
		t.Errorf("getMe: %+v", me)
	}
	calls := r.Calls()
	last := calls[len(calls)-2]
	if last.Method != "sendMessage" || last.Params["text"] != "*a* b" || last.Status != 200 || !json.Valid([]byte(last.Params["reply_markup"])) {
		t.Errorf("record: %+v", last)
	}
}
