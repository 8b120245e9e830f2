package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/payments"
)

// Every button is known to the tour, so that a new one is tried in every role.
func TestTourKnowsEveryButton(t *testing.T) {
	w := newWorld(t)
	known := map[string]bool{}
	tried := map[payments.Action]bool{payments.ActionInviteAny: true, payments.ActionAskGroup: true} // of no one button, see below
	for _, p := range pressed() {
		known[p.button] = true
		tried[p.action] = true
		if !strings.HasPrefix(p.data+":", p.button+":") {
			t.Errorf("button %s is tried by %s", p.button, p.data)
		}
	}
	for name := range unpressed() {
		known[name] = true
	}
	buttons := w.app.bot.Routes().Buttons
	for name := range buttons {
		if !known[name] {
			t.Errorf("nobody tries the button %q: put it into pressed()", name)
		}
	}
	for name := range known {
		if buttons[name] == nil {
			t.Errorf("there is no button %q", name)
		}
	}
	for _, a := range payments.Actions() {
		if !tried[a] {
			t.Errorf("nothing tries who may %s", a)
		}
	}
}

// Every button, pressed by a member in every role: who may gets an effect, who
// may not a kind refusal, and nothing changes.
func TestEveryRolePressesEveryButton(t *testing.T) {
	verifyNoLeaks(t)
	for _, role := range payments.Roles() {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			w := newTour(t, role)
			for _, p := range pressed() {
				w.try(p)
			}
			w.tryInviting(role)
			w.tryGroup(role)
			w.tryTyping(role)
		})
	}
}

// tour is a merchant with something of everything, and a member who presses.
type tour struct {
	*world
	ctx   context.Context
	role  payments.Role
	actor telegram.User
	owner payments.PersonID
	names map[string]string
}

const (
	tourOwner    = 720_000_001
	tourActor    = 720_000_002
	tourCashier  = 720_000_003
	tourAnswered = 720_000_004
	tourWaiting  = 720_000_005
	tourGroup    = -4_720_001
)

// refusedRole is what a member reads who may not.
const refusedRole = "У вас нет на это прав"

func newTour(t *testing.T, role payments.Role) *tour {
	t.Helper()
	w := &tour{world: newWorldBeside(t), ctx: t.Context(), role: role, owner: tourOwner, names: map[string]string{}}
	s := w.app.service
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for id, phone := range map[payments.PersonID]string{
		tourOwner: "+996555000001", tourActor: "+996555000002", tourCashier: "+996555000003",
		tourAnswered: "+996555000004", tourWaiting: "+996555000005",
	} {
		w.Telegram.AddUser(telegram.User{ID: int64(id), FirstName: "P" + phone[9:], LanguageCode: "ru", Phone: phone})
		_, err := w.Telegram.SendText(int64(id), "/start")
		must(err)
		must(w.settle(w.ctx))
		must(s.SetLanguage(w.ctx, id, "ru"))
		must(s.SetPhone(w.ctx, id, phone))
		must(s.Consent(w.ctx, id))
	}
	first, err := s.OpenOutlet(w.ctx, tourOwner, payments.OutletDraft{Name: "Кафе", Category: "cafe", Key: "tour1"})
	must(err)
	card, err := s.AddCard(w.ctx, tourOwner, "9417000000001111", "tour")
	must(err)
	second, err := s.OpenOutlet(w.ctx, tourOwner, payments.OutletDraft{Name: "Базар", CopyFrom: first.ID, Key: "tour2"})
	must(err)
	other, err := s.AddCardFor(w.ctx, tourOwner, second.ID, "9417000000002222", "tour2")
	must(err)
	must(s.SwitchOutlet(w.ctx, tourOwner, first.ID))
	paid, err := s.Charge(w.ctx, tourOwner, payments.ChargeDraft{Amount: 700_00, Key: "tour1"})
	must(err)
	if _, err := w.Operator.Pay(w.ctx, paid.Link.URI, 700_00); err != nil {
		t.Fatal(err)
	}
	charge, err := s.Charge(w.ctx, tourOwner, payments.ChargeDraft{Amount: 100_00, Key: "tour2"})
	must(err)
	unpaid, err := s.Charge(w.ctx, tourOwner, payments.ChargeDraft{Amount: 200_00, Key: "tour3"})
	must(err)
	lasting, err := s.OpenLink(w.ctx, tourOwner, payments.LinkDraft{Amount: 300_00, Key: "tour4"})
	must(err)
	invite := func(phone, key string) payments.InvitationID {
		v, _, err := s.Invite(w.ctx, tourOwner, payments.InviteDraft{Role: payments.RoleCashier, Phone: phone, Key: key})
		must(err)
		return v.Invitation.ID
	}
	answered := func(id payments.PersonID, phone, key string) payments.InvitationID {
		i := invite(phone, key)
		_, err := s.AnswerInvitation(w.ctx, id, i)
		must(err)
		return i
	}
	for id, as := range map[payments.PersonID]payments.Role{tourCashier: payments.RoleCashier, tourActor: role} {
		i := answered(id, fmt.Sprintf("+99655500000%d", id-tourOwner+1), "tour"+strconv.Itoa(int(id)))
		_, err := s.DecideInvitation(w.ctx, tourOwner, i, payments.Accept)
		must(err)
		if as != payments.RoleCashier {
			must(s.SetRole(w.ctx, tourOwner, id, as))
		}
	}
	must(w.settle(w.ctx))
	if _, err := s.MeetGroup(w.ctx, tourOwner, payments.GroupAsk{ChatID: tourGroup, Title: "Смена", Language: "ru"}); err != nil {
		t.Fatal(err)
	}
	w.Telegram.AddGroup(tourGroup, "Смена", tourOwner, tourActor)
	must(w.settle(w.ctx))
	if _, err := s.CloseDay(w.ctx, tourOwner, payments.DayClosingDraft{Outlet: first.ID, Key: "tour"}); err != nil {
		t.Fatal(err)
	}
	var payment int64
	must(w.pool.QueryRow(w.ctx, `SELECT id FROM payments`).Scan(&payment))
	for name, id := range map[string]int64{
		"merchant": int64(first.MerchantID), "first": int64(first.ID), "second": int64(second.ID),
		"card": int64(card.ID), "other": int64(other.ID), "charge": int64(charge.Link.ID), "unpaid": int64(unpaid.Link.ID),
		"lasting": int64(lasting.Link.ID), "payment": payment, "cashier": tourCashier, "group": tourGroup,
		"open":     int64(invite("+996555000009", "tour9")),
		"answered": int64(answered(tourAnswered, "+996555000004", "tour4")),
		"waiting":  int64(answered(tourWaiting, "+996555000005", "tour5")),
	} {
		w.names["$"+name] = strconv.FormatInt(id, 10)
	}
	w.names["$day"] = w.now().In(time.FixedZone("KG", 6*3600)).Format("20060102")
	must(w.settle(w.ctx))
	for _, u := range w.Telegram.Users() {
		if u.ID == tourActor {
			w.actor = u
		}
	}
	return w
}

// say is the data of a button with what is there in place of names. The longest
// names come first: one may begin another.
func (w *tour) say(data string) string {
	names := make([]string, 0, len(w.names))
	for name := range w.names {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		data = strings.ReplaceAll(data, name, w.names[name])
	}
	return data
}

// answers does something and returns what the bot said to it, in one text, and
// whether anything is different afterwards.
func (w *tour) answers(what string, do func() (telegram.Pressed, error)) (said string, changed []string) {
	w.t.Helper()
	// A question that another button left open is none of this one's.
	if _, err := w.pool.Exec(w.ctx, `DELETE FROM sessions WHERE chat_id = $1`, tourActor); err != nil {
		w.t.Fatal(err)
	}
	if err := w.settle(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	before, version := w.everything(), w.Telegram.Chat(tourActor).Version
	done, err := do()
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	if err := w.settle(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	texts := []string{done.Toast}
	for _, m := range w.Telegram.History(tourActor, version) {
		if m.FromBot {
			texts = append(texts, m.Text)
		}
	}
	for table, sum := range w.everything() {
		if sum != before[table] {
			changed = append(changed, table)
		}
	}
	return strings.Join(texts, "\n"), changed
}

// everything is a fingerprint of all that the program holds, table by table, but
// for how it went about it and what the clock makes of payments.
func (w *tour) everything() map[string]string {
	w.t.Helper()
	rows, err := w.pool.Query(w.ctx, `
		SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
			AND tablename !~ '^(river|goose)_' AND tablename NOT IN ('updates', 'operator_calls', 'link_messages', 'payment_words', 'payment_words_due')
		ORDER BY 1`)
	if err != nil {
		w.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	var parts []string
	for _, table := range tables {
		parts = append(parts, fmt.Sprintf(`(SELECT COALESCE(md5(string_agg(r::text, '|' ORDER BY r::text)), '') FROM %s r)`, table))
	}
	var sums []string
	if err := w.pool.QueryRow(w.ctx, `SELECT ARRAY[`+strings.Join(parts, ", ")+`]`).Scan(&sums); err != nil {
		w.t.Fatal(err)
	}
	all := make(map[string]string, len(tables))
	for i, table := range tables {
		all[table] = sums[i]
	}
	return all
}

// try presses a button and judges what came of it.
func (w *tour) try(p press) {
	w.t.Helper()
	data := w.say(p.data)
	said, changed := w.answers(data, func() (telegram.Pressed, error) {
		return w.Telegram.PressData(w.ctx, tourActor, w.newest(), data)
	})
	refusal := p.refusal
	if refusal == "" {
		refusal = refusedRole
	}
	may := p.action == "" || w.role.Can(p.action)
	refused := strings.Contains(said, refusal) || strings.Contains(said, refusedRole)
	switch {
	case strings.Contains(said, "Кечиресиз") || strings.Contains(said, "Извините"):
		w.t.Errorf("%s %s: %s", w.role, data, said)
	case may && refused:
		w.t.Errorf("%s may %s, and is refused at %s: %s", w.role, p.action, data, said)
	case may && p.changes && len(changed) == 0:
		w.t.Errorf("%s may %s, and %s changes nothing: %s", w.role, p.action, data, said)
	case !may && !refused:
		w.t.Errorf("%s may not %s, and hears of it nothing at %s: %q", w.role, p.action, data, said)
	case !may && len(changed) > 0:
		w.t.Errorf("%s may not %s, and %s changes %v", w.role, p.action, data, changed)
	}
}

// newest is the bot's newest message in the actor's chat.
func (w *tour) newest() (id int) {
	for _, m := range w.Telegram.Chat(tourActor).Messages {
		if m.FromBot && m.Service == "" {
			id = m.ID
		}
	}
	return id
}

// tryInviting asks for every role in the form, past its buttons.
func (w *tour) tryInviting(role payments.Role) {
	w.t.Helper()
	for i, to := range payments.Roles() {
		_, _, err := w.app.service.Invite(w.ctx, tourActor, payments.InviteDraft{
			Role: to, Phone: fmt.Sprintf("+99677700000%d", i), Key: "tour" + string(to),
		})
		if may := role.CanInvite(to); may != (err == nil) || !may && payments.CodeOf(err) != payments.CodeNotAllowed {
			w.t.Errorf("%s invites a person to be %s: %v", role, to, err)
		}
	}
}

// tryGroup adds the bot to a further group.
func (w *tour) tryGroup(role payments.Role) {
	w.t.Helper()
	w.Telegram.AddGroup(tourGroup-1, "Ещё", tourActor, tourOwner)
	if err := w.settle(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	var n int
	if err := w.pool.QueryRow(w.ctx, `SELECT count(*) FROM groups WHERE chat_id = $1`, tourGroup-1).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	if (n == 1) != role.Can(payments.ActionAskGroup) {
		w.t.Errorf("%s adds the bot to a group: %d groups", role, n)
	}
}

// tryTyping writes a sum, which needs no button.
func (w *tour) tryTyping(role payments.Role) {
	w.t.Helper()
	said, changed := w.answers("500", func() (telegram.Pressed, error) {
		_, err := w.Telegram.SendText(tourActor, "500 кофе")
		return telegram.Pressed{}, err
	})
	if may := role.Can(payments.ActionTakeMoney); may != (len(changed) > 0) || may == strings.Contains(said, refusedRole) {
		w.t.Errorf("%s writes a sum: changed %v, %q", role, changed, said)
	}
}
