package handlers

import (
	"strings"
	"testing"
)

func TestWhateverComesIsAnswered(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	for what, fields := range map[string]map[string]any{
		"sticker":  {"sticker": map[string]any{"file_id": "s"}},
		"voice":    {"voice": map[string]any{"file_id": "v"}},
		"document": {"document": map[string]any{"file_id": "d"}},
		"contact":  {"contact": map[string]any{"phone_number": "1", "first_name": "X"}},
		"location": {"location": map[string]any{"latitude": 1, "longitude": 2}},
	} {
		w.heard()
		w.sends(what, fields)
		if got := w.heard(); strings.Count(got, "\n<") != 1 || !strings.Contains(got, "Напишите сумму") {
			t.Errorf("%s: %s", what, got)
		}
	}
	w.sends("photo", map[string]any{"photo": []any{map[string]any{"file_id": "p", "width": 1, "height": 1}}})
	w.expect("Telegram этот снимок больше не отдаёт", "[🛡 Проверить другой чек]", "[➕ Новый платёж]")
	w.says("/nosuch")
	w.expect("Такой команды нет", "[🏠 Главное меню]")
	w.says("/cancel")
	w.expect("Отменять нечего")
	w.says("/help")
	w.expect("Снимок экрана у покупателя ничего не доказывает", "[📱 Снимок экрана]", "[🏠 Главное меню]")
	w.edits("700 чай")
	w.expect("Напишите сумму заново")
	w.edits("просто так")
	if got := w.heard(); strings.Contains(got, "\n<") {
		t.Errorf("an edit of no interest was answered: %s", got)
	}
	w.says("/start")
	w.expect("<photo Магазин Айгуль")
	w.says("/qr")
	w.expect("<photo Магазин Айгуль")
	if len(w.service.links) != 0 {
		t.Errorf("%d charges out of nothing", len(w.service.links))
	}
}

func TestGroupsHearOnlyThatTheyAreNotServed(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	group := map[string]any{"id": -100, "type": "group", "title": "Кафе"}
	for _, tc := range []struct{ text, want string }{
		{"/pay@trade_bot 500", "только в личном чате"},
		{"/ban", ""}, // another bot's
		{"500 кофе", ""},
	} {
		m := w.message(map[string]any{"text": tc.text})
		m["chat"] = group
		w.heard()
		w.did(">group "+tc.text, map[string]any{"message": m})
		if got := w.heard(); tc.want == "" && strings.Contains(got, "\n<") || !strings.Contains(got, tc.want) {
			t.Errorf("%q in a group: %s", tc.text, got)
		}
	}
	w.did(">group press", map[string]any{"callback_query": map[string]any{"id": "c", "from": w.from(), "data": "sum:50000",
		"message": map[string]any{"message_id": 1, "date": 1, "chat": group}, "chat_instance": "i"}})
	w.expect("<toast Я работаю только в личном чате")
	if len(w.service.links) != 0 {
		t.Errorf("%d charges out of a group", len(w.service.links))
	}
}

func TestSettingsChangeTheLanguageInPlace(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("/menu")
	w.presses("☰")
	w.presses("⚙️")
	w.expect("<editedphoto Настройки", "[✓ Русский]")
	w.presses("Кыргызча")
	w.expect("<toast Тил өзгөрдү", "<editedphoto Жөндөөлөр", "[✓ Кыргызча]")
	w.presses("🏠")
	w.expect("<editedphoto Магазин Айгуль", "Бүгүн азырынча төлөм жок")
	w.says("/settings")
	w.expect("< Жөндөөлөр")
}

func TestCommandsExistAndAreDescribed(t *testing.T) {
	b := newWorld(t, "ru", page).bot
	routes := b.Routes()
	for _, language := range []string{"ky", "ru", "en"} {
		commands := b.Commands(language)
		if len(commands) != len(routes.Commands) {
			t.Errorf("%s: %d commands described, %d exist", language, len(commands), len(routes.Commands))
		}
		for _, c := range commands {
			if routes.Commands[c.Name] == nil || c.Description == "" {
				t.Errorf("%s: /%s does not exist or has no description", language, c.Name)
			}
		}
		if p := b.Profile(language); p.Description == "" || p.Short == "" {
			t.Errorf("%s: no description", language)
		}
	}
}

func TestStrangersAreLedToSetup(t *testing.T) {
	for _, text := range []string{"/nosuch", "/cancel", "/help", "/menu", "/pay 500", "500 кофе", "привет", "/cards"} {
		w := newWorld(t, "ru", page)
		w.says(text)
		w.expect("Выберите язык", "[Русский]")
		if len(w.service.links) != 0 {
			t.Errorf("%q made a charge", text)
		}
	}
	w := newWorld(t, "ru", page)
	w.pressData(">> an old button", 1, "sum:50000", false)
	w.expect("Выберите язык")
}
