package handlers

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

const (
	page       = "https://trade.example.kg"
	elkart     = "9417 0000 0000 1234"
	elkartBare = payments.CardNumber("9417000000001234")
)

// words are what a person presses and says in each language.
var words = map[string]struct{ language, agree, category, skip, name string }{
	"ky": {"Кыргызча", "Макулмун", "Азык-түлүк", "Өткөрүп", "Айгүл дүкөнү"},
	"ru": {"Русский", "Согласен", "Продукты", "Пропустить", "Магазин Айгуль"},
	"en": {"English", "I agree", "Food", "Skip", "Aigul's shop"},
}

// walk goes through set-up up to the card.
func (w *world) walk(language string) {
	w.t.Helper()
	say := words[language]
	w.says("/start")
	w.presses(say.language)
	w.contact("996555123456", aigul)
	w.presses(say.agree)
	w.says(say.name)
	w.presses(say.category)
	w.presses(say.skip)
}

// registered is a world in which set-up is done, with nothing heard yet.
func registeredWorld(t *testing.T, language, publicURL string) *world {
	t.Helper()
	w := newWorld(t, language, publicURL)
	w.walk(language)
	if publicURL == "" {
		w.says(elkart)
	} else {
		w.fillsCardPage(elkartBare)
	}
	w.heard()
	return w
}

func TestSetupAsPeopleSeeIt(t *testing.T) {
	for language := range words {
		t.Run(language, func(t *testing.T) {
			w := newWorld(t, language, page)
			w.walk(language)
			w.fillsCardPage(elkartBare)
			if w.actions > 8 {
				t.Errorf("%d actions from /start to the first QR code, want at most 8", w.actions)
			}
			got := w.heard()
			if n := strings.Count(got, "<photo"); n != 1 {
				t.Errorf("%d pictures, want one message with the QR code and the menu", n)
			}
			golden(t, "talks/setup_"+language+".txt", got)
			p := w.service.people[aigul]
			if p.Language != language || p.Phone != "+996555123456" || !p.ConsentedAt.Equal(noon) || !p.Registered() {
				t.Errorf("stored %+v", *p)
			}
			if o := w.service.desk.Outlet; o.Name != words[language].name || o.Category != "grocery" || o.MCC != 5411 || o.Address != "" {
				t.Errorf("outlet %+v", o)
			}
			w.says("500")
			w.expect("<photo 500 ")
		})
	}
}

func TestSetupWithTheCardInTheChat(t *testing.T) {
	w := newWorld(t, "ky", "")
	w.walk("ky")
	w.says("9417 0000 0000 123") // a slip
	w.says("4111 1111 1111 1111")
	w.says(elkart)
	got := w.heard()
	if n := strings.Count(got, "<deleted"); n != 3 {
		t.Errorf("%d messages deleted, want all 3 that were typed", n)
	}
	if len(w.service.numbers) != 1 || w.service.numbers[0] != elkartBare {
		t.Errorf("took %d numbers, want only the ELKART one", len(w.service.numbers))
	}
	golden(t, "talks/setup_card_in_chat_ky.txt", got)
}

func TestLanguageIsSuggested(t *testing.T) {
	for code, first := range map[string]string{"ky": "Кыргызча", "ru-RU": "Русский", "uz": "Русский", "de": "English", "": "Русский"} {
		w := newWorld(t, code, page)
		w.says("/start")
		got := w.heard()
		if at := strings.Index(got, "["); at < 0 || !strings.HasPrefix(got[at:], "["+first+"]") {
			t.Errorf("%q: first button is not %s:\n%s", code, first, got)
		}
		for _, part := range []string{"Тилди тандаңыз", "Выберите язык", "Choose your language"} {
			if !strings.Contains(got, part) {
				t.Errorf("%q: no %q", code, part)
			}
		}
	}
}

func TestOnlyTheOwnContactIsTaken(t *testing.T) {
	for _, tc := range []struct {
		name    string
		contact map[string]any
		more    map[string]any
		want    string
	}{
		{"somebody else's", map[string]any{"phone_number": "996700000000", "user_id": 502}, nil, "не ваш номер"},
		{"of nobody in Telegram", map[string]any{"phone_number": "996700000000"}, nil, "не ваш номер"},
		{"own, but forwarded", map[string]any{"phone_number": "996700000000", "user_id": aigul},
			map[string]any{"forward_origin": map[string]any{"type": "user", "date": 1, "sender_user": map[string]any{"id": 502, "is_bot": false, "first_name": "X"}}},
			"не ваш номер"},
		{"no number", map[string]any{"phone_number": "12", "user_id": aigul}, nil, "Не удалось распознать"},
		{"words for a number", map[string]any{"phone_number": "<b>", "user_id": aigul}, nil, "Не удалось распознать"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, "ru", page)
			w.says("/start")
			w.presses("Русский")
			w.heard()
			fields := map[string]any{"contact": tc.contact}
			tc.contact["first_name"] = "X"
			for k, v := range tc.more {
				fields[k] = v
			}
			w.sends("contact", fields)
			w.expect(tc.want, "[📱 Отправить мой номер]")
			if p := w.service.people[aigul]; p.Phone != "" {
				t.Errorf("stored the phone %s", p.Phone)
			}
		})
	}
}

func TestTypedNumberIsRefusedWithTheReason(t *testing.T) {
	w := newWorld(t, "ru", page)
	w.says("/start")
	w.presses("Русский")
	w.heard()
	w.says("+996 555 123 456")
	w.expect("Набранный номер не подойдёт", "[📱 Отправить мой номер]")
	w.contact("+77012345678", aigul)
	w.expect("✅ +7 701 234 5678", "Ваши личные данные")
	if p := w.service.people[aigul]; p.Phone != "+77012345678" {
		t.Errorf("a number from abroad: %q", p.Phone)
	}
}

func TestSetupBearsEverything(t *testing.T) {
	emoji := strings.Repeat("🥟", 4096)
	w := newWorld(t, "ru", page)
	w.says("/start")
	for _, tc := range []struct{ name, next, question string }{
		{"language", "Русский", "Выберите язык"},
		{"consent", "Согласен", "Ваши личные данные"},
		{"name", "", "Название торговой точки"},
		{"category", "Продукты", "Чем вы занимаетесь"},
		{"address", "Пропустить", "Ваш адрес"},
		{"card", "", "Платёжная карта «ЭЛКАРТ»"},
	} {
		w.heard()
		for what, fields := range map[string]map[string]any{
			"sticker": {"sticker": map[string]any{"file_id": "s"}},
			"voice":   {"voice": map[string]any{"file_id": "v"}},
			"photo":   {"photo": []any{map[string]any{"file_id": "p", "width": 1, "height": 1}}},
			"contact": {"contact": map[string]any{"phone_number": "1", "first_name": "X"}},
		} {
			w.sends(what, fields)
			got := w.heard()
			if !strings.Contains(got, tc.question) {
				t.Errorf("%s at the step %s: the question is not asked again:\n%s", what, tc.name, got)
			}
		}
		if tc.name != "address" {
			w.says(emoji)
			w.expect(tc.question)
		}
		w.edits("500 кофе")
		if got := w.heard(); strings.Contains(got, "<") {
			t.Errorf("an edit at the step %s was answered:\n%s", tc.name, got)
		}
		w.says("/nosuch")
		w.expect(tc.question)
		w.says("/cancel")
		w.expect("Продолжим", tc.question)
		w.says("/pay 500")
		if tc.name != "language" {
			w.expect("Сначала закончим регистрацию", tc.question)
		}
		if tc.name == "language" {
			w.presses(tc.next)
			w.contact("996555123456", aigul)
			continue
		}
		if tc.next != "" {
			w.presses(tc.next)
		} else if tc.name == "name" {
			w.says("<b>Кафе & Ко</b>")
		}
	}
	if len(w.service.links) != 0 {
		t.Errorf("%d charges before set-up was done", len(w.service.links))
	}
	w.heard()
	w.fillsCardPage(elkartBare)
	w.expect("<photo 🎉 Готово!", "<b>Кафе & Ко</b>")
}

func TestSetupGoesOnWhereItStood(t *testing.T) {
	w := newWorld(t, "ky", page)
	w.says("салам") // nobody pressed start
	w.expect("Тилди тандаңыз")
	w.presses("Кыргызча")
	w.contact("996555123456", aigul)
	w.heard()
	w.sessions.forget()
	w.says("/start")
	w.expect("Жеке маалыматтарыңыз")
	w.presses("Макулмун")
	w.heard()
	w.says("/start")
	w.expect("Соода түйүнүңүздүн аты")
	w.says("Кафе")
	w.presses("Кафе, ашкана")
	w.sends("location", map[string]any{"location": map[string]any{"latitude": 42.87, "longitude": 74.59}})
	w.expect("«ЭЛКАРТ» төлөм карты")
	if o := w.service.desk.Outlet; o.Latitude == nil || *o.Latitude != 42.87 || *o.Longitude != 74.59 {
		t.Errorf("place of the outlet: %v", o)
	}
	w.sessions.forget()
	w.says("/menu")
	w.expect("Адегенде каттоону бүтүрөлү", "«ЭЛКАРТ» төлөм карты")
	// The page is filled, and word of it gets lost.
	if _, err := w.service.fillCardForm(aigul, elkartBare); err != nil {
		t.Fatal(err)
	}
	w.says("/start")
	w.expect("<photo Кафе")
	if len(w.service.outlets) != 1 {
		t.Errorf("%d outlets, want 1", len(w.service.outlets))
	}
}

func TestSetupGoesBackAndChangesLanguage(t *testing.T) {
	w := newWorld(t, "ru", page)
	w.says("/start")
	w.presses("Русский")
	w.says("⬅️ Назад")
	w.presses("Кыргызча")
	w.contact("996555123456", aigul)
	w.presses("Макулмун")
	w.says("Дүкөн")
	w.heard()
	w.presses("Артка")
	w.expect("Соода түйүнүңүздүн аты")
	w.says("Кафе")
	w.says("/settings")
	w.presses("English")
	w.expect("Language changed", "What is your business?", "[🛒 Food]")
	w.presses("Food")
	w.says("Чүй 1")
	if o := w.service.desk.Outlet; o.Name != "Кафе" || o.Address != "Чүй 1" {
		t.Errorf("outlet %+v", o)
	}
}

func TestButtonOfAnotherStepIsStale(t *testing.T) {
	w := newWorld(t, "ru", page)
	w.says("/start")
	id, data, _ := w.button("Русский")
	w.presses("Русский")
	w.contact("996555123456", aigul)
	w.presses("Согласен")
	w.heard()
	w.pressData(">> old language", id, data, false)
	w.expect("Эта кнопка устарела", "Название торговой точки")
}

func TestNewChecksWhatItIsGiven(t *testing.T) {
	whole := Deps{Service: newService(time.Now), Catalog: catalog(t), Zone: time.UTC, Now: time.Now, Press: noPress{}}
	if _, err := New(whole); err != nil {
		t.Errorf("all that is needed: %v", err)
	}
	for name, spoil := range map[string]func(*Deps){
		"no service":             func(d *Deps) { d.Service = nil },
		"no press":               func(d *Deps) { d.Press = nil },
		"no catalogue":           func(d *Deps) { d.Catalog = nil },
		"no zone":                func(d *Deps) { d.Zone = nil },
		"no clock":               func(d *Deps) { d.Now = nil },
		"address without scheme": func(d *Deps) { d.PublicURL = "trade.example.kg" },
		"address without host":   func(d *Deps) { d.PublicURL = "https://" },
		"address of a file":      func(d *Deps) { d.PublicURL = "file://host/x" },
	} {
		d := whole
		spoil(&d)
		if _, err := New(d); err == nil {
			t.Errorf("%s, and no error", name)
		}
	}
}

func TestOutletThatIsThereIsNotOpenedTwice(t *testing.T) {
	w := newWorld(t, "ru", page)
	w.says("/start")
	w.presses("Русский")
	w.contact("996555123456", aigul)
	w.presses("Согласен")
	w.says("Кафе")
	w.presses("Продукты")
	// The answer was taken, and the process died before it was noted.
	draft := payments.OutletDraft{Name: "Кафе", Category: "grocery", Key: "before the crash"}
	if _, err := w.service.OpenOutlet(t.Context(), aigul, draft); err != nil {
		t.Fatal(err)
	}
	w.heard()
	w.presses("Пропустить")
	w.expect("Платёжная карта «ЭЛКАРТ»")
	if len(w.service.outlets) != 1 {
		t.Errorf("%d outlets, want 1", len(w.service.outlets))
	}
}
