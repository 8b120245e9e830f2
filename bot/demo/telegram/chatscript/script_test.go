package chatscript_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	qr "github.com/skip2/go-qrcode"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "4242:TEST"

// shop is a small bot that does a bit of everything a script can ask for.
func shop(ctx context.Context, b *tg.Bot, u *models.Update) {
	if q := u.CallbackQuery; q != nil {
		if q.Data == "silent" {
			return
		}
		_, _ = b.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "басылды " + q.Data, ShowAlert: q.Data == "evil"})
		if q.Data == "pay" {
			m := q.Message.Message
			_, _ = b.EditMessageCaption(ctx, &tg.EditMessageCaptionParams{ChatID: m.Chat.ID, MessageID: m.ID, Caption: "✅ Төлөндү"})
		}
		return
	}
	m := u.Message
	if m == nil {
		m = u.EditedMessage
	}
	if m == nil { // the bot was blocked or unblocked
		return
	}
	say := func(text string, markup models.ReplyMarkup) {
		_, _ = b.SendMessage(ctx, &tg.SendMessageParams{ChatID: m.Chat.ID, Text: text, ReplyMarkup: markup})
	}
	switch {
	case u.EditedMessage != nil:
		say("оңдолду: "+m.Text, nil)
	case m.Text == "/start":
		say("Салам", &models.ReplyKeyboardMarkup{Keyboard: [][]models.KeyboardButton{{{Text: "📱 Номер", RequestContact: true}, {Text: "Меню"}}}})
		say("Тандаңыз", &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
			{Text: "Сайт", URL: "https://elkart.kg/"}, {Text: "Унчукпа", CallbackData: "silent"}}}})
	case strings.HasPrefix(m.Text, "9417"):
		_, _ = b.DeleteMessage(ctx, &tg.DeleteMessageParams{ChatID: m.Chat.ID, MessageID: m.ID})
		say("өчүрүлдү", nil)
	case m.Text == "500":
		data, _ := qr.Encode("https://pay.payqr.kg#sum=500", qr.Medium, 256)
		_, _ = b.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: m.Chat.ID, Photo: &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(data)}, Caption: "500 сом",
			ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Төлөм", CallbackData: "pay"}, {Text: "Төлөм жок", CallbackData: "no"}}}}})
	case m.Text == "файл":
		_, _ = b.SendDocument(ctx, &tg.SendDocumentParams{ChatID: m.Chat.ID, Document: &models.InputFileUpload{Filename: "report.csv", Data: strings.NewReader("a")}})
	case m.Contact != nil:
		say(fmt.Sprint("номер ", m.Contact.UserID == m.From.ID && m.ForwardOrigin == nil), nil)
	case m.Location != nil:
		say(fmt.Sprint("жер ", m.Location.Latitude, " ", m.Location.Longitude), nil)
	case m.Sticker != nil || m.Voice != nil || len(m.Photo) > 0 || m.Document != nil:
		say("эмне бул?", nil)
	case m.Text == "эки":
		say("бир", nil)
		say("бир дагы", nil)
	case m.Text == "унчук":
	default:
		say("эх "+m.Text, nil)
	}
}

func decode(data []byte) (string, error) {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// newRunner runs the shop bot on an emulator of its own. Settle sends a marker by another user and waits until the
// bot, which handles updates one by one, has answered it.
func newRunner(t *testing.T) *chatscript.Runner {
	t.Helper()
	s := telegram.New(telegram.Config{Token: token})
	web := httptest.NewServer(s)
	transport := &http.Transport{}
	b, err := tg.New(token, tg.WithServerURL(web.URL), tg.WithDefaultHandler(shop), tg.WithNotAsyncHandlers(),
		tg.WithHTTPClient(5*time.Second, &http.Client{Transport: transport}), tg.WithErrorsHandler(func(error) {}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { b.Start(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); s.Close(); <-ended; web.Close(); transport.CloseIdleConnections() })
	const marker = int64(5)
	s.AddUser(telegram.User{ID: marker, FirstName: "Marker"})
	return &chatscript.Runner{Server: s, DecodeQR: decode, Settle: func(ctx context.Context) error {
		id, err := s.SendText(marker, "marker")
		if err != nil {
			return err
		}
		for v := s.Chat(marker); ; {
			if n := len(v.Messages); v.Messages[n-1].ID > id {
				return nil
			}
			if v, err = s.Wait(ctx, marker, v.Version); err != nil {
				return err
			}
		}
	}}
}

func TestScriptPasses(t *testing.T) {
	r := newRunner(t)
	var args []string
	r.Hooks = map[string]chatscript.Hook{"pay": func(_ context.Context, s *chatscript.Session, a string) error {
		args = append(args, s.User.FirstName, a, s.QR)
		return nil
	}}
	dir := t.TempDir()
	var pic bytes.Buffer
	data, err := qr.Encode("x", qr.Low, 64)
	if err != nil {
		t.Fatal(err)
	}
	pic.Write(data)
	script := `
# everything at once
@user aigul ky +996555123456
> /start
< Салам
< Тандаңыз
<button [Сайт]
>> [Сайт]
<url elkart.kg
>> [Номер]
< номер true
>contact
< номер true
>contact +996700000000
< номер false
>contact forwarded
< номер false
>location 42.87 74.59
< жер 42.87 74.59
>sticker
< эмне
>voice
< эмне
>photo pic.png
< эмне
>document pic.png
< эмне
> файл
<document report
> биринчи
< эх биринчи
>edit экинчи
< оңдолду: экинчи
> a\nb
< эх a\nb
> 500
<photo qr {"sum":500}
< 500 сом
>> [Төлөм]
<toast басылды pay
< Төлөндү
>forge evil
<alert evil
!pay 500 two
> 9417 0000 0000 0000
<deleted
< өчүрүлдү
<none
> эки
<count 2 бир
> унчук
<none
>block
>unblock
@user bek ru
> hi
< эх hi
@user aigul
> эки
< бир
`
	path := filepath.Join(dir, "all.txt")
	for name, content := range map[string][]byte{path: []byte(script), filepath.Join(dir, "pic.png"): pic.Bytes()} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.RunFile(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(args, "|"); got != "Aigul|500 two|https://pay.payqr.kg#sum=500" {
		t.Errorf("the hook got %q", got)
	}
}

func TestScriptFails(t *testing.T) {
	const begin = "@user aigul\n"
	tests := []struct{ name, script, want string }{
		{"text that never comes", begin + "> hi\n< bye", `no message contains "bye"`},
		{"text before the action", begin + "> hi\n< Салам", `no message contains "Салам"`},
		{"wrong order", begin + "> эки\n< бир дагы\n> hi\n< эх\n> эки\n< дагы\n< эх", `no message contains "эх"`},
		{"no such button", begin + ">> [Жок]", `no button contains "Жок"`},
		{"press without an answer", begin + ">> [Унчукпа]", "the bot didn't answer the press"},
		{"wrong toast", begin + "> 500\n<photo\n>> [Төлөм]\n<toast жок", `the answer to the press is "басылды pay"`},
		{"toast for an alert", begin + "> 500\n<photo\n>> [Төлөм]\n<alert басылды", "is no alert"},
		{"wrong QR", begin + "> 500\n<photo qr sum=501", `the QR code holds "https://pay.payqr.kg#sum=500"`},
		{"wrong QR value", begin + "> 500\n<photo qr {\"sum\":501}", `lacks sum "501"`},
		{"not deleted", begin + "> hi\n<deleted", "is still there"},
		{"too much", begin + "> эки\n< бир\n<none", "1 messages came, the first is bot: бир дагы"},
		{"wrong count", begin + "> эки\n<count 1 бир", `2 messages contain "бир"`},
		{"no button on the message", begin + "> 500\n< 500\n<button [Сайт]", "has no button"},
		{"wrong file", begin + "> файл\n<document b.pdf", "no file with"},
		{"unknown hook", begin + "!nothing", `no hook "nothing"`},
		{"unknown step", begin + "hello", "not a step"},
		{"unknown action", begin + ">dance", "no such action"},
		{"unknown expectation", begin + "<dance", "no such expectation"},
		{"nobody", "> hi", "nobody acts yet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			if err := r.Run(context.Background(), "before", "@user aigul ky +996\n> /start\n< Салам\n< Тандаңыз"); err != nil {
				t.Fatal(err)
			}
			r.Timeout = time.Second // what never comes is waited for so long
			err := r.Run(context.Background(), "case.txt", tt.script)
			var failure *chatscript.Failure
			if !errors.As(err, &failure) || !strings.Contains(failure.Problem.Error(), tt.want) {
				t.Fatalf("got %v, want a failure with %q", err, tt.want)
			}
			if failure.Line != strings.Count(tt.script, "\n")+1 {
				t.Errorf("line %d", failure.Line)
			}
		})
	}
}

func TestFailureShowsTheConversation(t *testing.T) {
	r := newRunner(t)
	r.Timeout = time.Second
	err := r.Run(context.Background(), "talk.txt", "@user aigul\n> /start\n< Тандаңыз\n> hi\n< эх\n< bye")
	if err == nil {
		t.Fatal("no failure")
	}
	for _, want := range []string{"talk.txt:6: < bye", "seen since the last action:\n\tAigul: hi\n\tbot: эх hi\n",
		"the whole conversation:\n\tAigul: /start\n\tbot: Салам\n\tbot: Тандаңыз [Сайт][Унчукпа]\n", "keyboard: [📱 Номер] [Меню]"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q:\n%v", want, err)
		}
	}
}
