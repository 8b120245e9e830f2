package handlers

import (
	"strings"
	"testing"
)

func TestCardNumberInTheChatIsTakenOut(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	for _, tc := range []struct {
		name string
		do   func()
	}{
		{"text", func() { w.says(elkart) }},
		{"dashes and words", func() { w.says("моя карта 9417-0000-0000-1234 вот") }},
		{"another system", func() { w.says("4111111111111111") }},
		{"a command's words", func() { w.says("/pay 9417000000001234") }},
		{"caption", func() {
			w.sends("photo", map[string]any{"caption": elkart, "photo": []any{map[string]any{"file_id": "p", "width": 1, "height": 1}}})
		}},
		{"edited message", func() { w.edits(elkart) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.heard()
			tc.do()
			got := w.heard()
			if !strings.Contains(got, "<deleted") || !strings.Contains(got, "Мы удалили номер карты") || !strings.Contains(got, "/cards") {
				t.Errorf("said\n%s", got)
			}
			if _, bot, _ := strings.Cut(got, "<"); strings.Contains(bot, "0000 1234") || strings.Contains(bot, "4111") {
				t.Errorf("the number is repeated:\n%s", got)
			}
		})
	}
	if len(w.service.numbers) != 0 || len(w.service.links) != 0 {
		t.Errorf("stored %d numbers, made %d charges", len(w.service.numbers), len(w.service.links))
	}
}

func TestCardNumberDuringSetup(t *testing.T) {
	for _, tc := range []struct{ name, publicURL string }{{"with the page", page}, {"with the card in the chat", ""}} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, "ru", tc.publicURL)
			w.says(elkart) // before anything
			w.presses("Русский")
			w.contact("996555123456", aigul)
			w.presses("Согласен")
			w.heard()
			w.says(elkart) // as the outlet's name
			w.expect("<deleted", "Мы удалили номер карты", "Название торговой точки")
			w.says("Кафе")
			w.presses("Продукты")
			w.presses("Пропустить")
			w.heard()
			w.edits(elkart) // an edit is never an answer
			w.expect("<deleted", "Мы удалили номер карты")
			w.says(elkart)
			if tc.publicURL != "" {
				w.expect("<deleted", "Мы удалили номер карты", "[💳 Добавить карту]")
				if len(w.service.numbers) != 0 {
					t.Error("a number from the chat was stored")
				}
				return
			}
			w.expect("<deleted", "<photo 🎉 Готово!")
			if len(w.service.numbers) != 1 {
				t.Errorf("%d numbers stored, want 1", len(w.service.numbers))
			}
		})
	}
}

func TestWhereTelegramDoesNotDeleteThePersonIsAsked(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.deaf = true
	w.says(elkart)
	w.expect("удалите то сообщение сами")
}

func TestCardIsChangedByThePage(t *testing.T) {
	w := registeredWorld(t, "ky", page)
	w.says("/cards")
	w.expect("•••• 1234", "Төлөмдөр ушул картка чегерилет")
	w.presses("алмаштыруу")
	w.expect("<edited «ЭЛКАРТ» төлөм карты", "корголгон баракка")
	m := w.messages[w.lastID]
	app, _ := m.buttons[0][0]["web_app"].(map[string]any)
	if app["url"] != page+"/cards/TOKEN2" {
		t.Errorf("the button opens %v", m.buttons[0][0])
	}
	w.says("500") // the page open elsewhere keeps nobody from working
	w.expect("<photo 500 сом")
	w.fillsCardPage("9417000000009999")
	w.expect("✅ Карт кошулду: •••• 9999", "[🏠 Башкы меню]")
	w.presses("🏠")
	w.expect("<editedphoto Айгүл дүкөнү")
}

func TestCardIsChangedInTheChatWithoutAPage(t *testing.T) {
	w := registeredWorld(t, "ru", "")
	w.says("/cards")
	w.presses("Сменить")
	w.expect("Напишите номер карты", "[✖️ Отмена]")
	w.presses("Отмена")
	w.expect("Отменено.")
	w.says(elkart)
	w.expect("Мы удалили номер карты")
	w.says("/cards")
	w.presses("Сменить")
	w.sends("sticker", map[string]any{"sticker": map[string]any{"file_id": "s"}})
	w.heard()
	w.says("9417 0000 0000 9999")
	w.expect("<deleted", "✅ Карта добавлена: •••• 9999")
	if n := len(w.service.numbers); n != 2 {
		t.Errorf("%d numbers stored, want the first and the new one", n)
	}
}

func TestSignalsTellNothingAboutThePerson(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	before := len(w.service.met)
	w.fillsCardPage(elkartBare)
	if len(w.service.met) != before {
		t.Errorf("the person was noted anew as %+v", w.service.met[before:])
	}
}
