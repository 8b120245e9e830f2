package page_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/page"
	"elkart.kg/trade/bot/demo/telegram"
)

func TestChatActionsReachTheEmulator(t *testing.T) {
	r := newRig(t)
	chat := fmt.Sprintf("chat/%d/", aigul)
	r.post(chat+"text", map[string]any{"text": "500 кофе"})
	message := r.newest(aigul)
	if message.Text != "500 кофе" || message.FromBot {
		t.Errorf("text: %+v", message)
	}
	r.post(chat+"edit", map[string]any{"message": message.ID, "text": "600 кофе"})
	if got := r.newest(aigul); got.Text != "600 кофе" || !got.Edited {
		t.Errorf("edit: %+v", got)
	}
	r.post(chat+"location", map[string]any{"latitude": 42.8753, "longitude": 74.5695})
	if got := r.newest(aigul).Location; got == nil || *got != (telegram.Location{Latitude: 42.8753, Longitude: 74.5695}) {
		t.Errorf("location: %+v", got)
	}
	r.post(chat+"contact", map[string]any{"phone": "+996700111222", "first_name": "Иван", "user_id": ivan, "forwarded": true})
	if got := r.newest(aigul); got.Contact == nil || got.Contact.UserID != ivan || !got.Forwarded {
		t.Errorf("contact: %+v", got)
	}
	r.post(chat+"voice", struct{}{})
	if got := r.newest(aigul); got.Voice == nil {
		t.Errorf("voice: %+v", got)
	}
	r.post(chat+"sticker", struct{}{})
	if got := r.newest(aigul); got.Sticker == "" {
		t.Errorf("sticker: %+v", got)
	}
	r.bot("sendMessage", map[string]any{"chat_id": aigul, "text": "?", "reply_markup": map[string]any{"keyboard": [][]any{{map[string]any{"text": "Номер", "request_contact": true}}}}})
	r.post(chat+"reply", map[string]any{"text": "Номер"})
	if got := r.newest(aigul).Contact; got == nil || got.UserID != aigul || got.Phone != "+996555123456" {
		t.Errorf("own contact: %+v", got)
	}
	r.post(chat+"block", map[string]any{"blocked": true})
	if !r.telegram.Chat(aigul).Blocked {
		t.Error("not blocked")
	}
	if got := r.refused(chat+"text", `{"text":"hi"}`); got != "422 blocked" {
		t.Errorf("text of one who blocked: %s", got)
	}
	r.post(chat+"block", map[string]any{"blocked": false})
	if r.telegram.Chat(aigul).Blocked {
		t.Error("still blocked")
	}
}

func TestUploads(t *testing.T) {
	r := newRig(t)
	upload := func(kind, name string, data []byte) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("file", name)
		part.Write(data)
		form.WriteField("kind", kind)
		form.WriteField("caption", "подпись <b>")
		form.Close()
		status, answer, _ := r.do("POST", fmt.Sprintf("/demo/chat/%d/upload", aigul), form.FormDataContentType(), body.Bytes())
		return status, answer
	}
	if status, answer := upload("photo", "a.png", qr(t, link, 300)); status != 200 {
		t.Fatal(answer)
	}
	if got := r.newest(aigul); got.Photo == nil || got.Text != "подпись <b>" || got.HTML != "подпись &lt;b&gt;" {
		t.Errorf("photo: %+v", got)
	}
	if status, answer := upload("document", "отчёт.html", []byte("<script>alert(1)</script>")); status != 200 {
		t.Fatal(answer)
	}
	document := r.newest(aigul).Document
	if document == nil || document.Name != "отчёт.html" {
		t.Fatalf("document: %+v", document)
	}
	// An HTML file must never open as a page of ours.
	status, answer, header := r.do("GET", "/demo/files/"+document.ID, "", nil)
	if status != 200 || answer != "<script>alert(1)</script>" {
		t.Errorf("file: %d %q", status, answer)
	}
	got := []string{header.Get("Content-Type"), header.Get("Content-Disposition"), header.Get("Content-Security-Policy"), header.Get("X-Content-Type-Options")}
	want := []string{"application/octet-stream", "attachment; filename*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.html", "default-src 'none'; sandbox", "nosniff"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct {
		kind string
		data []byte
		want string
	}{
		{"photo", []byte("<svg/>"), "422 not_a_picture"},
		{"photo", append(qr(t, link, 300), make([]byte, 10<<20)...), "413 too_large"},
		{"document", make([]byte, 20<<20+1), "413 too_large"},
		{"document", nil, "400 bad_request"},
		{"virus", []byte("x"), "400 bad_request"},
	} {
		status, answer := upload(test.kind, "f", test.data)
		if got := failure(t, status, answer); got != test.want {
			t.Errorf("%s of %d bytes: got %s, want %s", test.kind, len(test.data), got, test.want)
		}
	}
}

func TestPressShowsTheBotsAnswer(t *testing.T) {
	r := newRig(t)
	r.bot("sendMessage", map[string]any{"chat_id": aigul, "text": "?", "reply_markup": map[string]any{"inline_keyboard": [][]any{{map[string]any{"text": "OK", "callback_data": "ok"}}}}})
	done := make(chan struct{})
	go func() { // the bot
		defer close(done)
		for offset := int64(0); ; {
			response, err := r.client.Get(fmt.Sprintf("%sgetUpdates?timeout=10&offset=%d", r.api, offset))
			if err != nil {
				t.Error(err)
				return
			}
			var updates struct {
				Result []struct {
					UpdateID      int64                `json:"update_id"`
					CallbackQuery *struct{ ID string } `json:"callback_query"`
				}
			}
			err = json.NewDecoder(response.Body).Decode(&updates)
			response.Body.Close()
			if err != nil || len(updates.Result) == 0 {
				t.Errorf("no press came: %v", err)
				return
			}
			for _, update := range updates.Result {
				offset = update.UpdateID + 1
				if update.CallbackQuery != nil {
					r.bot("answerCallbackQuery", map[string]any{"callback_query_id": update.CallbackQuery.ID, "text": "Болду", "show_alert": true})
					return
				}
			}
		}
	}()
	answer := r.post(fmt.Sprintf("chat/%d/press", aigul), map[string]any{"message": r.newest(aigul).ID, "row": 0, "col": 0})
	<-done
	if want := `{"toast":"Болду","alert":true,"answered":true}`; answer != want {
		t.Errorf("got %s, want %s", answer, want)
	}
}

// A bot that never answers must not leave the button spinning for ever.
func TestPressOnASilentBotEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTelegram()
		defer s.Close()
		api := httptest.NewRecorder()
		call := httptest.NewRequest("POST", "/bot"+token+"/sendMessage", strings.NewReader(fmt.Sprintf(`{"chat_id":%d,"text":"?","reply_markup":{"inline_keyboard":[[{"text":"OK","callback_data":"ok"}]]}}`, aigul)))
		call.Header.Set("Content-Type", "application/json")
		if s.ServeHTTP(api, call); api.Code != 200 {
			t.Fatal(api.Body)
		}
		messages := s.Chat(aigul).Messages
		press := httptest.NewRequest("POST", fmt.Sprintf("http://127.0.0.1/demo/chat/%d/press", aigul), strings.NewReader(fmt.Sprintf(`{"message":%d}`, messages[len(messages)-1].ID)))
		press.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		page.New(page.Deps{Telegram: s}).ServeHTTP(w, press)
		if got, want := strings.TrimSpace(w.Body.String()), `{"answered":false}`; w.Code != 200 || got != want {
			t.Errorf("got %d %s, want %s", w.Code, got, want)
		}
	})
}

func TestScanFindsTheNewestCodeOfTheChat(t *testing.T) {
	r := newRig(t)
	if got := r.refused("bank/scan", fmt.Sprintf(`{"user":%d}`, aigul)); got != "422 no_picture" {
		t.Errorf("empty chat: %s", got)
	}
	r.botPhoto(aigul, qr(t, "https://old.example#1", 400))
	r.botPhoto(aigul, qr(t, link, 400))
	wanted := r.newest(aigul)
	r.botPhoto(aigul, encodePNG(t, image.NewGray(image.Rect(0, 0, 200, 200)))) // not a code
	r.botPhoto(ivan, qr(t, "https://other.example#1", 400))
	if got, want := r.post("bank/scan", map[string]any{"user": aigul}), fmt.Sprintf(`{"link":%q,"message":%d}`, link, wanted.ID); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := r.post("bank/scan", map[string]any{"file": wanted.Photo.ID}), fmt.Sprintf(`{"link":%q}`, link); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := r.refused("bank/scan", `{"file":"none"}`); got != "404 unknown" {
		t.Errorf("unknown file: %s", got)
	}
}

func TestSumsAreTyiyn(t *testing.T) {
	r := newRig(t)
	for typed, want := range map[string]int64{"": 0, "500": 50000, "1 250,50": 125050, "0,05": 5, "1 000 000": 100000000} {
		r.post("bank/check", map[string]any{"link": " " + link + " ", "sum": typed})
		if got := r.bank.scanned[len(r.bank.scanned)-1]; got != fmt.Sprint(link, " ", want) {
			t.Errorf("%q: bank heard %q", typed, got)
		}
	}
	for typed, want := range map[string]string{"abc": "422 sum_malformed", "0": "422 sum_malformed", "-5": "422 sum_negative", "1,555": "422 sum_too_fine", "1e3": "422 sum_malformed", strings.Repeat("9", 40): "422 sum_too_large"} {
		body, _ := json.Marshal(map[string]string{"link": link, "sum": typed})
		if got := r.refused("bank/pay", string(body)); got != want {
			t.Errorf("%q: got %s, want %s", typed, got, want)
		}
	}
	if got := r.refused("bank/check", `{"link":"  ","sum":""}`); got != "422 not_a_link" {
		t.Errorf("no link: %s", got)
	}
	if len(r.bank.paid) != 0 {
		t.Errorf("paid in spite of a wrong sum: %v", r.bank.paid)
	}
}

func TestPay(t *testing.T) {
	r := newRig(t)
	got := r.post("bank/pay", map[string]any{"link": link, "sum": "1 250,50"})
	want := `{"transaction_id":"t1","psp_transaction_id":"p1","receipt_id":"r1","status":50,"amount":125050,"payee":"Bermet","at":"2026-03-02T09:00:00Z","steps":[{"call":"execute","at":"0001-01-01T00:00:00Z","millis":7,"http_status":200,"result":"50"}]}`
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}

func TestMischiefReachesTheOperator(t *testing.T) {
	r := newRig(t)
	r.post("bank/mischief", map[string]any{"repeat": 3, "parallel": true, "delay_millis": 250, "delay_update_millis": 5000, "drop_update": true, "drop_answers": true, "wrong_signature": true,
		"reorder": true, "cancel_after_success": true, "cancel_after_confirm": true, "unavailable": true, "refuse_credits": true, "slow_credits": true})
	want := operator.Mischief{RepeatCalls: 3, Parallel: true, Delay: 250e6, DelayUpdate: 5e9, DropUpdate: true, DropAnswers: true, WrongSignature: true,
		Reorder: true, CancelAfterSuccess: true, CancelAfterConfirm: true, Unavailable: true, RefuseCredits: true, SlowCredits: true}
	if diff := cmp.Diff(r.bank.Mischief(), want); diff != "" {
		t.Error(diff)
	}
	for _, body := range []string{`{"repeat":51}`, `{"repeat":-1}`, `{"delay_millis":10001}`, `{"delay_update_millis":120001}`} {
		if got := r.refused("bank/mischief", body); got != "400 bad_request" {
			t.Errorf("%s: %s", body, got)
		}
	}
}

func TestMessengerTakesOnlyLinks(t *testing.T) {
	r := newRig(t)
	r.post("messenger", map[string]any{"text": "500 сом", "url": link})
	r.post("messenger", map[string]any{"url": "elqr-mbank://payqr.kg#000201", "mine": true})
	for _, bad := range []string{"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "https://", "pay.payqr.kg", "https://a.example/" + strings.Repeat("x", 4096)} {
		body, _ := json.Marshal(map[string]string{"url": bad})
		if got := r.refused("messenger", string(body)); got != "422 not_a_link" {
			t.Errorf("%.40s: %s", bad, got)
		}
	}
	if got := r.refused("messenger", `{"text":"  "}`); got != "400 bad_request" {
		t.Errorf("empty: %s", got)
	}
	_, answer, _ := r.do("GET", "/demo/state", "", nil)
	var state struct{ Messenger []struct{ Text, URL string } }
	if err := json.Unmarshal([]byte(answer), &state); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(state.Messenger, []struct{ Text, URL string }{{"500 сом", link}, {"", "elqr-mbank://payqr.kg#000201"}}); diff != "" {
		t.Error(diff)
	}
}

func TestNewPeople(t *testing.T) {
	r := newRig(t)
	r.post("users", map[string]any{"first_name": " Нурбек ", "language_code": "ky"})
	users := r.telegram.Users()
	got := users[len(users)-1]
	if want := (telegram.User{ID: 1003, FirstName: "Нурбек", LanguageCode: "ky", Phone: "+996550001003"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, body := range []string{`{"first_name":"  ","language_code":"ky"}`, `{"first_name":"` + strings.Repeat("я", 65) + `","language_code":"ky"}`} {
		if got := r.refused("users", body); got != "422 bad_name" {
			t.Errorf("%.40s: %s", body, got)
		}
	}
}

func TestPageWithRealSides(t *testing.T) {
	h := page.New(page.Deps{BotName: "real_bot"})
	for path, want := range map[string]string{"chat/1/text": "404 no_telegram", "bank/pay": "404 no_bank", "bank/scan": "404 no_telegram", "users": "404 no_telegram"} {
		request := httptest.NewRequest("POST", "http://localhost/demo/"+path, strings.NewReader("{}"))
		request.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		if got := failure(t, w.Code, w.Body.String()); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/demo/state", nil))
	var state struct{ Telegram, Bank bool }
	if err := json.Unmarshal(w.Body.Bytes(), &state); err != nil || w.Code != http.StatusOK || state.Telegram || state.Bank {
		t.Errorf("state: %d %s %v", w.Code, w.Body, err)
	}
}
