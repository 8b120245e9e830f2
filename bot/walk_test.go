package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/locales"
)

var (
	walkSteps = flag.Int("walk.steps", 250, "how many things the people of the random walk do")
	walkSeed  = flag.Uint64("walk.seed", 1, "what they do")
)

// People press anything, also what has been on the screen for long or on
// somebody else's, and write anything. Whatever they do, each gets an answer,
// none of them an apology or what is another merchant's, and the money adds up.
func TestWalk(t *testing.T) {
	k := newWalk(t, *walkSeed)
	defer k.missed()
	for i := range *walkSteps {
		k.step(i)
		if t.Failed() {
			t.Fatalf("step %d; replay it with -run TestWalk -walk.seed %d -walk.steps %d\n%s", i, *walkSeed, i+1, strings.Join(k.story, "\n"))
		}
	}
}

// walker is one of the people, and what they have seen.
type walker struct {
	telegram.User
	tag  string // in every name and comment that they write: nobody of another merchant may read it
	seen uint64 // version of their chat up to which it was checked

	forged map[int]bool // messages under which they pressed what those do not have
}

// isAlien reports whether a text has the tag of another merchant.
func (p *walker) isAlien(text string) bool {
	return strings.Contains(strings.ReplaceAll(text, p.tag, ""), "tag")
}

type walk struct {
	*world
	random  *rand.Rand
	people  []*walker
	old     []string       // data of buttons that were on anybody's screen
	story   []string       // the last things that were done
	groups  int            // that were made
	reached map[string]int // buttons that were pressed where they stood, and "form.step" of questions that were asked
	apology []string       // how an apology begins
}

// newcomerPhone is the number that the owner's team invites.
const newcomerPhone = "+996500121212"

const walkCast = `
@user owner ru +996700222333
> /start
< Выберите язык
>> [Русский]
< Ваш номер телефона
>contact
< Ваши личные данные
>> [Согласен]
< Название торговой точки
> Mine ourtag
< Чем вы занимаетесь?
>> [Кафе]
< Ваш адрес
>> [Пропустить]
!card 9417000000001234
<photo qr
@user cashier ky +996700444555
> /start
< Тилди тандаңыз
>> [Кыргызча]
< Телефон номериңиз
!hire cashier
> /start
<photo qr
@user newcomer ru +996500121212
> /start
< Выберите язык
@user stranger en +996555999888
> /start
< Choose your language
>> [English]
< Your phone number
>contact
< Your personal data
>> [I agree]
< Name of your outlet
> Else theirtag
< What is your business?
>> [Other]
< Your address
>> [Skip]
!card 9417000000005555
<photo qr
`

func newWalk(t *testing.T, seed uint64) *walk {
	t.Helper()
	k := &walk{world: newWorld(t), random: rand.New(rand.NewPCG(seed, seed)), reached: make(map[string]int)}
	if err := k.runner().Run(t.Context(), "cast", walkCast); err != nil {
		t.Fatal(err)
	}
	if err := k.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, u := range k.Telegram.Users() {
		p := &walker{User: u, seen: k.Telegram.Chat(u.ID).Version, forged: make(map[int]bool)}
		switch u.Username {
		case "owner", "cashier", "newcomer":
			p.tag = "ourtag"
		case "stranger":
			p.tag = "theirtag"
		default:
			continue // comes with the emulator
		}
		k.people = append(k.people, p)
	}
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range locales.Languages() {
		before, _, _ := strings.Cut(catalog.Printer(l.Code).Text("chat.apology", "ref", "REF"), "REF")
		k.apology = append(k.apology, before[:len(before)/2])
	}
	return k
}

// walkTexts is what people write. %s is their tag.
var walkTexts = []string{
	"500", "1", "0", "-5", "500 %s", "1250,50 %s", "99999999999", "1000000", "1000000,01", "12,345", "сто сомов %s",
	"/start", "/menu", "/pay", "/qr", "/links", "/history", "/find 500", "/verify", "/verify 1", "/report", "/outlets", "/cards",
	"/profile", "/team", "/settings", "/help", "/cancel", "/cancel", "/nosuch", "/start payload", "/find %s",
	"Name %s", "%s <b>*_[`&", "9417000000009999", "9417 0000 0000 9999 %s", "4111111111111111", "20101199012345", "123",
	"22-7", "9-18", "25:00", "+996700111222", "@%s_name", "https://t.me/x", "да", "удалить", "DELETE", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🥟 %s", "\u202e%s\u0000x",
	"вчера", "01.01.2026-31.12.2026", "Kofe %s", "%s улица Чүй, 155",
}

// somebody is one of the people: mostly the owner, who may do everything.
func (k *walk) somebody() *walker {
	if k.random.IntN(3) == 0 {
		return k.people[0]
	}
	return k.people[k.random.IntN(len(k.people))]
}

// step lets somebody do something and looks at what came of it.
func (k *walk) step(i int) {
	ctx, cancel := context.WithTimeout(k.t.Context(), 2*time.Minute)
	defer cancel()
	p := k.somebody()
	since := k.Telegram.Chat(p.ID).Version
	what, err := k.act(ctx, p)
	k.story = append(k.story, fmt.Sprintf("%4d %-8s %s", i, p.Username, what))
	k.story = k.story[max(0, len(k.story)-40):]
	if err != nil {
		k.t.Errorf("%s: %v", what, err)
		return
	}
	wrote := strings.HasPrefix(what, "writes")
	if wrote {
		if err := k.answer(ctx, p); err != nil {
			k.t.Errorf("%s %s, and nobody answers: %v", p.Username, what, err)
			return
		}
	}
	if k.random.IntN(100) == 0 { // also with updates and jobs on their way
		k.restart()
		k.story = append(k.story, "     the program is restarted")
	}
	if err := k.settle(ctx); err != nil {
		k.t.Errorf("settle: %v", err)
		return
	}
	k.typed(p)
	k.leads(ctx, p, since, what)
	for _, other := range k.people {
		k.look(other, what)
	}
	if i%50 == 49 {
		k.balanced()
		if err := k.goHome(ctx, p); err != nil {
			k.t.Error(err)
		}
	}
}

// answer waits until the bot has said or deleted something.
func (k *walk) answer(ctx context.Context, p *walker) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		version := k.Telegram.Chat(p.ID).Version
		if slices.ContainsFunc(k.Telegram.History(p.ID, p.seen), func(m telegram.Message) bool { return m.FromBot || m.Deleted }) {
			return nil
		}
		if _, err := k.Telegram.Wait(ctx, p.ID, version); err != nil {
			return err
		}
	}
}

// act does one thing and says what.
func (k *walk) act(ctx context.Context, p *walker) (what string, err error) {
	view := k.Telegram.Chat(p.ID)
	switch n := k.random.IntN(100); {
	case n < 50:
		return k.press(ctx, p, view)
	case n < 62 && len(k.old) > 0:
		data := k.changed(k.old[k.random.IntN(len(k.old))])
		at := lastOfBot(view)
		p.forged[at] = true
		_, err = k.Telegram.PressData(ctx, p.ID, at, data)
		return "forges " + data, err
	case n < 88:
		text := strings.ReplaceAll(walkTexts[k.random.IntN(len(walkTexts))], "%s", p.tag)
		if p.tag == "ourtag" { // nobody else invites the newcomer, so that their tag stays theirs
			text = strings.ReplaceAll(text, "+996700111222", newcomerPhone)
		}
		if k.random.IntN(40) == 0 {
			text = strings.Repeat(p.tag+" ы", 380)
		}
		_, err = k.Telegram.SendText(p.ID, text)
		return fmt.Sprintf("writes %.60q", text), err
	case n < 90 && view.ReplyKeyboard != nil:
		_, err = k.Telegram.ShareContact(p.ID)
		return "writes: shares their contact", err
	case n < 91:
		data := "lang:" + []string{"ky", "ru", "en"}[k.random.IntN(3)]
		at := lastOfBot(view)
		p.forged[at] = true
		_, err = k.Telegram.PressData(ctx, p.ID, at, data)
		return "presses " + data, err
	case n < 92:
		_, err = k.Telegram.SendContact(p.ID, telegram.Contact{Phone: "+996700000000", FirstName: "Somebody", UserID: 77})
		return "writes: sends a contact", err
	case n < 94:
		_, err = k.Telegram.SendLocation(p.ID, 42.87, 74.59)
		return "writes: sends a place", err
	case n < 95:
		return k.sendFile(ctx, p)
	case n < 96:
		return k.twoPhones(ctx, p, view)
	case n < 97:
		_, err = k.Telegram.SendSticker(p.ID)
		return "writes: sends a sticker", err
	case n < 99:
		return k.happen(ctx, p)
	}
	return "a payer pays " + p.Username, k.payNewest(ctx, p)
}

// press presses a button of one of the last messages.
func (k *walk) press(ctx context.Context, p *walker, view telegram.ChatView) (string, error) {
	places := k.places(view)
	if len(places) == 0 && view.ReplyKeyboard != nil {
		_, err := k.Telegram.ShareContact(p.ID)
		return "writes: shares their contact", err
	}
	if len(places) == 0 {
		_, err := k.Telegram.SendText(p.ID, "/menu")
		return "writes /menu: there is no button", err
	}
	at := places[k.random.IntN(len(places))]
	switch k.random.IntN(4) {
	case 0: // what is in front of them
		at = places[len(places)-1-k.random.IntN(min(len(places), 8))]
	case 1, 2: // what few have pressed yet
		at = slices.MinFunc(places, func(a, b place) int { return k.reached[reachOf(a.data)] - k.reached[reachOf(b.data)] })
	}
	k.reached[reachOf(at.data)]++
	pressed, err := k.Telegram.Press(ctx, p.ID, at.message, at.row, at.col)
	if err == nil && !pressed.Answered {
		err = fmt.Errorf("the press was not answered")
	}
	return "presses " + at.text, err
}

// changed puts other ids into a button's data now and then.
func (k *walk) changed(data string) string {
	if k.random.IntN(2) == 0 {
		return data
	}
	parts := strings.Split(data, ":")
	if len(parts) > 1 {
		parts[1+k.random.IntN(len(parts)-1)] = []string{"1", "2", "3", "0", "-1", "999", "x", ""}[k.random.IntN(8)]
	}
	return strings.Join(parts, ":")
}

func lastOfBot(view telegram.ChatView) int {
	for _, m := range slices.Backward(view.Messages) {
		if m.FromBot && m.Service == "" {
			return m.ID
		}
	}
	return 0
}

// payNewest pays the newest charge of somebody, if there is an open one.
func (k *walk) payNewest(ctx context.Context, p *walker) error {
	var uri string
	var amount int64
	err := k.pool.QueryRow(ctx, `
		SELECT COALESCE(max(uri), ''), COALESCE(max(amount), 0) FROM (
			SELECT l.uri, l.amount FROM links l JOIN outlets o ON o.id = l.outlet_id
			WHERE l.created_by = $1 AND l.kind = 'charge' AND l.state = 'active' AND l.expires_at > $2 AND o.state = 'open'
			ORDER BY l.id DESC LIMIT 1) newest`, p.ID, k.now()).Scan(&uri, &amount)
	if err != nil || uri == "" {
		return err
	}
	_, err = k.Operator.Pay(ctx, uri, amount)
	return err
}

// look reads what is new in a chat.
func (k *walk) look(p *walker, what string) {
	for _, m := range k.Telegram.History(p.ID, p.seen) {
		p.seen = max(p.seen, m.Version)
		if m.Deleted {
			continue
		}
		if !m.FromBot {
			continue
		}
		for _, apology := range k.apology {
			if strings.Contains(m.Text, apology) {
				k.t.Errorf("%s gets an apology after %q: %s", p.Username, what, m.Text)
			}
		}
		for _, row := range m.Buttons {
			for _, b := range row {
				if p.isAlien(b.Text) {
					k.t.Errorf("%s sees another merchant's button %q", p.Username, b.Text)
				}
			}
		}
		if p.isAlien(m.Text) {
			k.t.Errorf("%s reads what is another merchant's: %q", p.Username, m.Text)
		}
		if showsCard(m.Text) {
			k.t.Errorf("%s is shown a card number: %q", p.Username, m.Text)
		}
		if strings.Contains(m.Text, "⟦") || strings.Contains(m.Text, "<no value>") {
			k.t.Errorf("a text is missing: %q", m.Text)
		}
	}
}

// showsCard reports whether a text has a card number that somebody typed. Ids of
// operations may look like others.
func showsCard(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	return strings.Contains(text, "9417000000") || strings.Contains(text, "4111111111111111")
}

// typed demands that no card number stays in a chat.
func (k *walk) typed(p *walker) {
	messages := k.Telegram.Chat(p.ID).Messages
	for _, m := range messages[max(0, len(messages)-20):] {
		if showsCard(m.Text) {
			k.t.Errorf("a card number stays in the chat of %s: %q", p.Username, m.Text)
		}
	}
}

// Every button that exists, pressed by somebody whose merchant is another: with
// the ids of the first one's things, with none, and with nonsense.
func TestStrangersReachNothing(t *testing.T) {
	k := newWalk(t, 1)
	ctx := t.Context()
	stranger := k.people[slices.IndexFunc(k.people, func(p *walker) bool { return p.Username == "stranger" })]
	owner := k.people[slices.IndexFunc(k.people, func(p *walker) bool { return p.Username == "owner" })]
	if _, err := k.Telegram.SendText(owner.ID, "500 ourtag"); err != nil {
		t.Fatal(err)
	}
	if err := k.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if err := k.payNewest(ctx, owner); err != nil {
		t.Fatal(err)
	}
	if err := k.settle(ctx); err != nil {
		t.Fatal(err)
	}
	before := k.state(ctx, owner.ID)
	for action := range k.app.bot.Routes().Buttons {
		// Ids begin at 1, and the owner came first: whatever is 1 is theirs.
		for _, args := range []string{"", ":1", ":2", ":1:1", ":1:2", ":1:name", ":1:here", ":1:50000:7", ":1:1:1", ":x", ":-1", ":1:A4"} {
			if _, err := k.Telegram.PressData(ctx, stranger.ID, lastOfBot(k.Telegram.Chat(stranger.ID)), action+args); err != nil {
				t.Fatalf("%s%s: %v", action, args, err)
			}
			if err := k.settle(ctx); err != nil {
				t.Fatal(err)
			}
			k.look(stranger, action+args)
			k.look(owner, action+args)
			if t.Failed() {
				t.Fatalf("after %s%s", action, args)
			}
		}
		if _, err := k.Telegram.SendText(stranger.ID, "/cancel"); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if after := k.state(ctx, owner.ID); after != before {
		t.Errorf("the stranger changed something:\n%s\nwas\n%s", after, before)
	}
}

// state is everything that a person's merchant has.
func (k *walk) state(ctx context.Context, person int64) string {
	k.t.Helper()
	var b strings.Builder
	for _, table := range []string{"outlets", "cards", "links", "members", "payments", "credits", "refunds", "debts", "audit_log"} {
		var rows string
		err := k.pool.QueryRow(ctx, `
			SELECT COALESCE(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM `+table+` t
			WHERE merchant_id = (SELECT merchant_id FROM people WHERE id = $1)`, person).Scan(&rows)
		if err != nil {
			k.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s:\n%s\n", table, rows)
	}
	return b.String()
}
