package handlers

import (
	"fmt"
	"strings"
	"testing"

	"elkart.kg/trade/payments"
	"github.com/google/go-cmp/cmp"
)

// opens presses the button of a paid notice.
func (w *world) opens(id payments.PaymentID) {
	w.t.Helper()
	w.pressData(">> notice", 1, fmt.Sprintf("payment:%d", id), false)
}

// drafts are the refunds that were asked for, without their keys.
func (s *service) drafts() map[payments.PaymentID][]payments.Money {
	got := make(map[payments.PaymentID][]payments.Money)
	for id, v := range s.views {
		for _, r := range v.Refunds {
			got[id] = append(got[id], r.Amount)
		}
	}
	return got
}

// refundWords are what people press in each language.
var refundWords = map[string]struct{ refund, all, part, send, keep, details string }{
	"ky": {"↩️ Кайтаруу", "Баарын", "Бир бөлүгүн", "кайтаруу", "Кайтарбоо", "Толук"},
	"ru": {"↩️ Возврат", "Всё", "Часть", "↩️ Вернуть", "Не возвращать", "Подробнее"},
}

func TestRefundAsPeopleSeeIt(t *testing.T) {
	for language, say := range refundWords {
		w := registeredWorld(t, language, page)
		whole, parted := w.service.paid(3, 500_00), w.service.paid(3, 1250_50)
		w.opens(whole)
		w.presses(say.refund)
		w.presses(say.all)
		w.presses(say.keep)
		w.presses(say.refund)
		w.presses(say.all)
		w.presses("500")
		w.opens(parted)
		w.presses(say.refund)
		w.presses(say.part)
		for _, text := range []string{"рахмат", "0,50", "1250,51", "-5", "99999999999999999999", "250,50"} {
			w.says(text)
		}
		w.presses("250,50")
		golden(t, "talks/refund_"+language+".txt", w.heard())
		want := map[payments.PaymentID][]payments.Money{whole: {500_00}, parted: {250_50}}
		if diff := cmp.Diff(w.service.drafts(), want); diff != "" {
			t.Errorf("%s: refunds (-got +want):\n%s", language, diff)
		}
		if len(w.service.links) != 0 {
			t.Errorf("%s: %d charges out of a refund's sums", language, len(w.service.links))
		}
	}
}

func TestOneConfirmationMakesOneRefund(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	confirm := func(sum string) (message int, data string) {
		w.opens(id)
		w.presses("↩️ Возврат")
		w.presses("Часть")
		w.says(sum)
		message, data, _ = w.button("↩️ Вернуть")
		return message, data
	}
	message, data := confirm("100")
	for range 3 {
		w.pressData(">>", message, data, false)
	}
	if diff := cmp.Diff(w.service.drafts(), map[payments.PaymentID][]payments.Money{id: {100_00}}); diff != "" {
		t.Errorf("three presses of one button (-got +want):\n%s", diff)
	}
	w.pressData(">>", message, data, false)
	message, data = confirm("100")
	w.pressData(">>", message, data, false)
	if diff := cmp.Diff(w.service.drafts(), map[payments.PaymentID][]payments.Money{id: {100_00, 100_00}}); diff != "" {
		t.Errorf("another confirmation of the same sum (-got +want):\n%s", diff)
	}
}

// TestConfirmationThatComesTwiceIsOne: an update that runs again after a crash
// shows another message, which must not be another refund.
func TestConfirmationThatComesTwiceIsOne(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	data := make(map[string]bool)
	for range 2 {
		w.pressData(">>", 1, fmt.Sprintf("refundall:%d", id), false)
		_, confirm, _ := w.button("↩️ Вернуть")
		data[confirm] = true
		w.mu.Lock()
		w.update--
		w.mu.Unlock()
	}
	if len(data) != 1 {
		t.Errorf("two nonces of one update: %v", data)
	}
}

func TestLatePaymentIsOneTapFromTheConfirmation(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	n := sampleNews(payments.PaymentSucceeded)
	n.Payment.ID, n.Payment.Late, n.Recipient = id, true, payments.Person{Role: payments.RoleOwner}
	s, _ := w.bot.NewsScreen(n)
	var data string
	for _, row := range s.Buttons {
		for _, b := range row {
			if strings.Contains(b.Text, "Да, вернуть") {
				data = target(t, b)
			}
		}
	}
	w.pressData(">>", 1, data, false)
	w.expect("< Вернуть 500 сом?", "Чек № 12", "с которого пришли", "[↩️ Вернуть 500 сом]")
	if len(w.service.asked) != 0 {
		t.Error("one tap has already moved money")
	}
	w.presses("↩️ Вернуть")
	w.expect("<edited 🔄 Возврат отправлен")
}

func TestRefundIsOvertaken(t *testing.T) {
	for _, tc := range []struct {
		name   string
		happen func(s *service, id payments.PaymentID)
		want   []string
	}{
		{"another refund was faster", func(s *service, id payments.PaymentID) {
			s.views[id].Refunds = []payments.Refund{{Amount: 400_00, State: payments.RefundSent, RequestedAt: noon}}
		}, []string{"<toast Можно вернуть не больше 100 сом", "Осталось: 100 сом", "[↩️ Возврат]"}},
		{"nothing is left", func(s *service, id payments.PaymentID) {
			s.views[id].Refunds = []payments.Refund{{Amount: 500_00, State: payments.RefundSucceeded, RequestedAt: noon}}
		}, []string{"<toast Этот платёж вернуть нельзя", "Осталось: 0 сом"}},
		{"the payment was reversed", func(s *service, id payments.PaymentID) {
			s.views[id].Payment.State = payments.PaymentReversed
		}, []string{"<toast Этот платёж вернуть нельзя", "‼️ Отменён"}},
		{"the owner became a cashier", func(s *service, _ payments.PaymentID) {
			s.people[aigul].Role = payments.RoleCashier
		}, []string{"<toast У вас нет на это прав", "✅ Успешно"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := registeredWorld(t, "ru", page)
			id := w.service.paid(3, 500_00)
			w.opens(id)
			w.presses("↩️ Возврат")
			w.presses("Всё")
			tc.happen(w.service, id)
			w.heard()
			w.presses("↩️ Вернуть")
			w.expect(tc.want...)
			if len(w.service.asked) != 0 {
				t.Errorf("refunds: %+v", w.service.asked)
			}
			for _, button := range []string{"refund", "refundall", "refundpart"} {
				w.heard()
				w.pressData(">> "+button, w.lastID, fmt.Sprintf("%s:%d", button, id), false)
				if got := w.heard(); strings.Contains(got, "Извините") || !strings.Contains(got, "\n<") {
					t.Errorf("%s: %s", button, got)
				}
			}
		})
	}
}

func TestOnlyOwnersAndManagersRefund(t *testing.T) {
	for role, may := range map[payments.Role]bool{
		payments.RoleOwner: true, payments.RoleManager: true, payments.RoleCashier: false, payments.RoleAccountant: false,
	} {
		w := registeredWorld(t, "ru", page)
		id := w.service.paid(3, 500_00)
		w.service.people[aigul].Role = role
		w.opens(id)
		if got := strings.Contains(w.heard(), "[↩️ Возврат]"); got != may {
			t.Errorf("%s: refund button is %v", role, got)
		}
		for _, data := range []string{"refund:%d", "refundall:%d", "refundall:%d:here", "refundpart:%d", "refundsend:%d:50000:1"} {
			w.pressData(">>", w.lastID, fmt.Sprintf(data, id), false)
			if got := strings.Contains(w.heard(), "У вас нет на это прав"); got == may {
				t.Errorf("%s: %s was refused: %v", role, data, got)
			}
			if err := w.sessions.DeleteSession(t.Context(), aigul); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(w.service.asked); got != 0 && !may || got != 1 && may {
			t.Errorf("%s: %d refunds", role, got)
		}
	}
}

func TestForgedRefundButtonsAreHarmless(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	own, foreign := w.service.paid(3, 500_00), w.service.paid(4, 700_00)
	for _, tc := range []struct{ data, want string }{
		{"payment", "устарела"}, {"payment:", "устарела"}, {"payment:x", "устарела"}, {"payment:07", "устарела"},
		{"payment:-1", "Такого платежа нет"}, {"payment:0", "Такого платежа нет"}, {"payment:9223372036854775807", "Такого платежа нет"},
		{"payment:9223372036854775808", "устарела"},
		{"payment:%f", "Такого платежа нет"}, {"payment:%f:here", "Такого платежа нет"}, {"refund:%f", "Такого платежа нет"},
		{"refundall:%f", "Такого платежа нет"}, {"refundpart:%f", "Такого платежа нет"}, {"refundsend:%f:50000:1", "Такого платежа нет"},
		{"refundsend", "устарела"}, {"refundsend:%o", "устарела"}, {"refundsend:%o:50000", "устарела"},
		{"refundsend:%o:50000:", "устарела"}, {"refundsend:%o:50000:%00", "устарела"}, {"refundsend:%o:5e4:1", "устарела"},
		{"refundsend:%o:-50000:1", "Самая маленькая сумма"}, {"refundsend:%o:0:1", "Самая маленькая сумма"},
		{"refundsend:%o:99:1", "Самая маленькая сумма"},
		{"refundsend:%o:50001:1", "Можно вернуть не больше 500 сом"},
		{"refundsend:%o:9223372036854775807:1", "Можно вернуть не больше 500 сом"},
		{"f:refund:sum:500", "устарела"}, {"fb:refund:sum", "устарела"}, {"fc:refund:sum", "устарела"},
	} {
		data := strings.NewReplacer("%f", fmt.Sprint(int64(foreign)), "%o", fmt.Sprint(int64(own))).Replace(tc.data)
		w.heard()
		w.pressData(">> "+data, w.lastID, data, false)
		if got := w.heard(); !strings.Contains(got, tc.want) || strings.Contains(got, "700") {
			t.Errorf("%q: no %q in\n%s", data, tc.want, got)
		}
	}
	if len(w.service.asked) != 0 || len(w.sessions.open()) != 0 {
		t.Errorf("refunds %+v, form %q", w.service.asked, w.sessions.open())
	}
}

func TestRefundButtonsWorkInPrivateOnly(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	for _, data := range []string{"payment:%d", "refundall:%d", "refundsend:%d:50000:1"} {
		w.heard()
		w.did(">> "+data, map[string]any{"callback_query": map[string]any{
			"id": "c", "from": w.from(), "data": fmt.Sprintf(data, id), "chat_instance": "i",
			"message": map[string]any{"message_id": 5, "date": 1, "chat": map[string]any{"id": -100, "type": "group", "title": "Кафе"}},
		}})
		if got := w.heard(); !strings.Contains(got, "только в личном чате") || strings.Contains(got, "500 сом") {
			t.Errorf("%s in a group: %s", data, got)
		}
	}
	if len(w.service.asked) != 0 {
		t.Errorf("refunds %+v", w.service.asked)
	}
}

// TestTheNextSumIsAChargeAgain: a question for a refund's sum that was left by
// another way must not swallow the next customer's.
func TestTheNextSumIsAChargeAgain(t *testing.T) {
	for _, way := range []string{"refundall:%d:here", "payment:%d:here", "refundsend:%d:10000:1"} {
		w := registeredWorld(t, "ru", page)
		id := w.service.paid(3, 500_00)
		w.pressData(">>", 1, fmt.Sprintf("refundpart:%d", id), false)
		if w.sessions.open() != partForm {
			t.Fatal("the sum is not asked")
		}
		w.pressData(">>", 1, fmt.Sprintf(way, id), false)
		w.heard()
		w.says("300")
		w.expect("<photo 300 сом")
	}
}

func TestRefundSumIsLeftBehind(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	w.pressData(">>", 1, fmt.Sprintf("refundpart:%d", id), false)
	w.heard()
	w.says("9417 0000 0000 9999")
	w.expect("<deleted", "Мы удалили номер карты", "Сколько вернуть?")
	w.says("/cancel")
	w.expect("Отменено")
	w.pressData(">>", 1, fmt.Sprintf("refundpart:%d", id), false)
	w.service.views[id].Payment.State = payments.PaymentReversed
	w.heard()
	w.says("100")
	w.expect("Этот платёж вернуть нельзя")
	if got := w.sessions.open(); got != "" {
		t.Errorf("the question for a sum that cannot be answered stays: %s", got)
	}
	if len(w.service.asked) != 0 || len(w.service.links) != 0 {
		t.Errorf("refunds %+v, charges %+v", w.service.asked, w.service.links)
	}
}

func TestDetailsLeaveTheNoticeAlone(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	id := w.service.paid(3, 500_00)
	w.says("/help") // any message of the bot's stands for the notice
	for _, data := range []string{"payment:%d", "refundall:%d"} {
		w.heard()
		w.pressData(">>", w.lastID, fmt.Sprintf(data, id), false)
		if got := w.heard(); !strings.Contains(got, "500 сом") || strings.Contains(got, "<edited") {
			t.Errorf("%s: got %s", data, got)
		}
	}
	w.opens(id)
	w.presses("↩️ Возврат")
	w.expect("<edited Сколько вернуть?")
	w.presses("К платежу")
	w.expect("<edited 500 сом", "Номер операции: OP-1", "зачислено на карту •••• 1234")
}
