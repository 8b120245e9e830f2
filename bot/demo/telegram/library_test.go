package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

func TestLibraryConverses(t *testing.T) {
	r := newRig(t)
	r.startBot(func(ctx context.Context, b *tg.Bot, u *models.Update) {
		switch {
		case u.Message != nil && u.Message.Text == "/start":
			_, _ = b.SendMessage(ctx, &tg.SendMessageParams{ChatID: u.Message.Chat.ID, Text: "<b>Салам</b>, " + u.Message.From.FirstName,
				ParseMode: models.ParseModeHTML,
				ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
					{Text: "Кыргызча", CallbackData: "lang:ky"}, {Text: "Сайт", URL: "https://elkart.kg/"}}}}})
		case u.CallbackQuery != nil:
			_, _ = b.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: u.CallbackQuery.ID, Text: "Макул"})
			m := u.CallbackQuery.Message.Message
			_, _ = b.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: m.Chat.ID, MessageID: m.ID, Text: "Тил: " + u.CallbackQuery.Data})
			_, _ = b.SendMessage(ctx, &tg.SendMessageParams{ChatID: m.Chat.ID, Text: "Телефон?",
				ReplyMarkup: &models.ReplyKeyboardMarkup{ResizeKeyboard: true, OneTimeKeyboard: true,
					Keyboard: [][]models.KeyboardButton{{{Text: "Номер", RequestContact: true}}}}})
		case u.Message != nil && u.Message.Contact != nil:
			c := u.Message.Contact
			_, _ = b.SendMessage(ctx, &tg.SendMessageParams{ChatID: u.Message.Chat.ID, ReplyMarkup: &models.ReplyKeyboardRemove{RemoveKeyboard: true},
				Text: fmt.Sprint(c.PhoneNumber, " ", c.UserID == u.Message.From.ID, " ", u.Message.ForwardOrigin != nil)})
		}
	})
	hello := r.waitFor(aigul, says("Салам, Айгүл"))
	if diff := cmp.Diff("<b>Салам</b>, Айгүл", hello.HTML); diff != "" {
		t.Error(diff)
	}
	want := [][]telegram.Button{{{Text: "Кыргызча", Kind: "callback", Data: "lang:ky"}, {Text: "Сайт", Kind: "url", URL: "https://elkart.kg/"}}}
	if diff := cmp.Diff(want, hello.Buttons); diff != "" {
		t.Error(diff)
	}
	pressed, err := r.Press(soon(t), aigul, hello.ID, 0, 0)
	if diff := cmp.Diff(telegram.Pressed{Toast: "Макул", Answered: true}, pressed); diff != "" || err != nil {
		t.Error(diff, err)
	}
	edited := r.waitFor(aigul, says("Тил: lang:ky"))
	if !edited.Edited || edited.ID != hello.ID || edited.Buttons != nil {
		t.Errorf("an edit without a keyboard must take the buttons away: %+v", edited)
	}
	r.waitFor(aigul, says("Телефон?"))
	if _, err := r.PressReply(aigul, "Номер"); err != nil {
		t.Fatal(err)
	}
	r.waitFor(aigul, says("+996555123456 true false"))
	if k := r.Chat(aigul).ReplyKeyboard; k != nil {
		t.Errorf("keyboard is still there: %+v", k)
	}
	if _, err := r.SendContact(aigul, telegram.Contact{Phone: "+996700000000", FirstName: "X", UserID: bek, Forwarded: true}); err != nil {
		t.Fatal(err)
	}
	r.waitFor(aigul, says("+996700000000 false true"))
}

func TestLibraryFiles(t *testing.T) {
	r := newRig(t)
	b := r.startBot(func(context.Context, *tg.Bot, *models.Update) {})
	ctx := soon(t)
	data := testPicture(t, 600, 400)
	sent, err := b.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: aigul, Photo: &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(data)}, Caption: "QR *x*"})
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]int
	for _, p := range sent.Photo {
		got = append(got, [2]int{p.Width, p.Height})
	}
	if diff := cmp.Diff([][2]int{{90, 60}, {320, 213}, {600, 400}}, got); diff != "" {
		t.Error(diff)
	}
	for i, p := range sent.Photo {
		f, err := b.GetFile(ctx, &tg.GetFileParams{FileID: p.FileID})
		if err != nil {
			t.Fatal(err)
		}
		response, err := r.client.Get(b.FileDownloadLink(f))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || int64(len(body)) != f.FileSize {
			t.Errorf("size %d: %d bytes, said %d, %v", i, len(body), f.FileSize, err)
		}
		if i == 2 && !bytes.Equal(body, data) {
			t.Error("the largest size is not what was sent")
		}
	}
	again, err := b.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: aigul, Photo: &models.InputFileString{Data: sent.Photo[2].FileID}})
	if err != nil || again.Photo[2].FileID != sent.Photo[2].FileID {
		t.Errorf("by file id: %+v %v", again, err)
	}
	if _, err := b.SendDocument(ctx, &tg.SendDocumentParams{ChatID: aigul, Document: &models.InputFileString{Data: sent.Photo[2].FileID}}); !errors.Is(err, tg.ErrorBadRequest) ||
		!strings.Contains(err.Error(), "can't use file of type Photo as Document") {
		t.Errorf("a photo as a document: %v", err)
	}
	doc, err := b.SendDocument(ctx, &tg.SendDocumentParams{ChatID: aigul, Document: &models.InputFileUpload{Filename: "отчёт.csv", Data: strings.NewReader("a;b\n")}})
	if err != nil || doc.Document.FileName != "отчёт.csv" || doc.Document.FileSize != 4 {
		t.Errorf("document %+v %v", doc, err)
	}
	name, kind, content, err := r.File(doc.Document.FileID)
	if err != nil || name != "отчёт.csv" || !strings.HasPrefix(kind, "text/csv") || string(content) != "a;b\n" {
		t.Errorf("File: %s %s %q %v", name, kind, content, err)
	}
	media, err := b.EditMessageMedia(ctx, &tg.EditMessageMediaParams{ChatID: aigul, MessageID: sent.ID, Media: &models.InputMediaPhoto{
		Media: "attach://paid.png", Caption: "Төлөндү", MediaAttachment: bytes.NewReader(testPicture(t, 64, 64))}})
	if err != nil || media.Caption != "Төлөндү" || len(media.Photo) != 1 || media.EditDate == 0 {
		t.Errorf("edited media %+v %v", media, err)
	}
	album, err := b.SendMediaGroup(ctx, &tg.SendMediaGroupParams{ChatID: aigul, Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: "attach://1.png", MediaAttachment: bytes.NewReader(data)},
		&models.InputMediaPhoto{Media: "attach://2.png", MediaAttachment: bytes.NewReader(data)}}})
	if err != nil || len(album) != 2 || album[0].MediaGroupID == "" || album[0].MediaGroupID != album[1].MediaGroupID {
		t.Errorf("album %+v %v", album, err)
	}
}

func TestLibraryTakesUserContent(t *testing.T) {
	r := newRig(t)
	updates := make(chan *models.Update, 100)
	r.startBot(func(_ context.Context, _ *tg.Bot, u *models.Update) { updates <- u })
	next := func() *models.Update {
		t.Helper()
		select {
		case u := <-updates:
			return u
		case <-soon(t).Done():
			t.Fatal("no update")
			return nil
		}
	}
	next() // /start
	id, err := r.SendText(aigul, "Жаз /pay@shop_bot 😀 #чек https://elkart.kg.")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range next().Message.Entities {
		got = append(got, fmt.Sprint(e.Type, " ", e.Offset, " ", e.Length))
	}
	if diff := cmp.Diff([]string{"bot_command 4 13", "hashtag 21 4", "url 26 17"}, got); diff != "" {
		t.Error(diff)
	}
	if err := r.EditText(aigul, id, "600"); err != nil {
		t.Fatal(err)
	}
	if u := next(); u.EditedMessage == nil || u.EditedMessage.Text != "600" || u.EditedMessage.EditDate == 0 {
		t.Errorf("edit: %+v", u)
	}
	sends := map[string]func() (int, error){
		"photo":    func() (int, error) { return r.SendPhoto(aigul, testPicture(t, 100, 100), "c") },
		"document": func() (int, error) { return r.SendDocument(aigul, "a.pdf", []byte("%PDF"), "") },
		"voice":    func() (int, error) { return r.SendVoice(aigul) },
		"sticker":  func() (int, error) { return r.SendSticker(aigul) },
		"location": func() (int, error) { return r.SendLocation(aigul, 42.5, 74.25) },
	}
	for name, send := range sends {
		if _, err := send(); err != nil {
			t.Fatal(name, err)
		}
		m := next().Message
		there := map[string]bool{"photo": len(m.Photo) > 0 && m.Caption == "c", "document": m.Document != nil && m.Document.MimeType == "application/pdf",
			"voice": m.Voice != nil, "sticker": m.Sticker != nil, "location": m.Location != nil && m.Location.Longitude == 74.25}
		if !there[name] {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := r.SendText(aigul, strings.Repeat("я", 5000)); err != nil {
		t.Fatal(err)
	}
	if a, b := next().Message.Text, next().Message.Text; len([]rune(a)) != 4096 || len([]rune(b)) != 904 {
		t.Errorf("a long text came as %d and %d characters", len([]rune(a)), len([]rune(b)))
	}
}

func TestLibraryErrors(t *testing.T) {
	r := newRig(t)
	b := r.startBot(func(context.Context, *tg.Bot, *models.Update) {})
	ctx := soon(t)
	send := func(chat int64) error {
		_, err := b.SendMessage(ctx, &tg.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	if err := send(bek); !errors.Is(err, tg.ErrorForbidden) || !strings.Contains(err.Error(), "bot can't initiate conversation with a user") {
		t.Errorf("a user who hasn't started: %v", err)
	}
	if err := send(99); !errors.Is(err, tg.ErrorBadRequest) || !strings.Contains(err.Error(), "chat not found") {
		t.Errorf("an unknown chat: %v", err)
	}
	r.Block(aigul)
	if err := send(aigul); !errors.Is(err, tg.ErrorForbidden) || !strings.Contains(err.Error(), "bot was blocked by the user") {
		t.Errorf("blocked: %v", err)
	}
	if _, err := r.SendText(aigul, "hi"); !errors.Is(err, telegram.ErrBlocked) {
		t.Errorf("a blocked bot still gets messages: %v", err)
	}
	if _, err := r.SendText(aigul, "/start"); err != nil {
		t.Errorf("restart: %v", err)
	}
	if err := send(aigul); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	r.Fault(telegram.Fault{Method: "sendMessage", Times: 1, Kind: telegram.Status(429, "Too Many Requests: retry after 7", 7)})
	var tooMany *tg.TooManyRequestsError
	if err := send(aigul); !errors.As(err, &tooMany) || tooMany.RetryAfter != 7 {
		t.Errorf("429: %v", err)
	}
	if _, err := tg.New("1:wrong", tg.WithServerURL(r.url)); !errors.Is(err, tg.ErrorUnauthorized) {
		t.Errorf("wrong token: %v", err)
	}
}

func TestManyChatsAtOnce(t *testing.T) {
	r := newRig(t)
	r.startBot(func(ctx context.Context, b *tg.Bot, u *models.Update) {
		if u.CallbackQuery != nil {
			_, _ = b.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: u.CallbackQuery.ID, Text: u.CallbackQuery.Data})
			return
		}
		_, _ = b.SendMessage(ctx, &tg.SendMessageParams{ChatID: u.Message.Chat.ID, Text: "re " + u.Message.Text,
			ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "ok", CallbackData: u.Message.Text}}}}})
	})
	var wg sync.WaitGroup
	for user := int64(2000); user < 2020; user++ {
		r.AddUser(telegram.User{ID: user, FirstName: "U"})
		wg.Go(func() {
			for i := range 5 {
				text := fmt.Sprint("n", i)
				if _, err := r.SendText(user, text); err != nil {
					t.Error(err)
				}
				m := r.waitFor(user, says("re "+text))
				if p, err := r.Press(soon(t), user, m.ID, 0, 0); err != nil || p.Toast != text {
					t.Errorf("press: %+v %v", p, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestFaults(t *testing.T) {
	r := newRig(t)
	b := r.startBot(func(context.Context, *tg.Bot, *models.Update) {})
	ctx := soon(t)
	send := func(ctx context.Context, text string) error {
		_, err := b.SendMessage(ctx, &tg.SendMessageParams{ChatID: aigul, Text: text})
		return err
	}
	has := func(text string) bool {
		for _, m := range r.Chat(aigul).Messages {
			if m.Text == text {
				return true
			}
		}
		return false
	}
	r.Fault(telegram.Fault{Times: 2, Kind: telegram.Status(502, "Bad Gateway", 0)})
	for range 2 {
		if err := send(ctx, "a"); err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") {
			t.Errorf("502: %v", err)
		}
	}
	if err := send(ctx, "b"); err != nil || has("a") || !has("b") {
		t.Errorf("a fault lasted too long or had an effect: %v", err)
	}
	r.Fault(telegram.Fault{Method: "sendMessage", Kind: telegram.DisconnectBefore()})
	if err := send(ctx, "c"); err == nil || has("c") {
		t.Errorf("disconnect before: %v, sent %t", err, has("c"))
	}
	r.Fault(telegram.Fault{Method: "sendMessage", Kind: telegram.DisconnectAfter()})
	if err := send(ctx, "d"); err == nil || !has("d") {
		t.Errorf("disconnect after: %v, sent %t", err, has("d"))
	}
	r.Fault(telegram.Fault{Method: "sendMessage", Kind: telegram.Timeout()})
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	if err := send(short, "e"); !errors.Is(err, context.DeadlineExceeded) || has("e") {
		t.Errorf("timeout: %v, sent %t", err, has("e"))
	}
	r.Fault(telegram.Fault{Method: "sendMessage", Kind: telegram.Slow(30 * time.Millisecond)})
	if start := time.Now(); send(ctx, "f") != nil || time.Since(start) < 30*time.Millisecond || !has("f") {
		t.Error("slow: too fast, failed or without effect")
	}
	r.Fault(telegram.Fault{Chat: bek, Kind: telegram.Status(500, "x", 0)})
	if err := send(ctx, "g"); err != nil {
		t.Errorf("a fault of another chat: %v", err)
	}
}
