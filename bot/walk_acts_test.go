package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"elkart.kg/trade/bot/demo/telegram"
)

// sendFile sends a picture or a file, as people do: a code to pay by, which may
// be their own, a picture of nothing, a list, something that is no list.
func (k *walk) sendFile(ctx context.Context, p *walker) (string, error) {
	list := []byte("Имя;Сумма;Комментарий\n" + p.tag + ";100;" + p.tag + "\n;" + fmt.Sprint(k.random.IntN(3)) + ";9417000000009999\n")
	switch k.random.IntN(6) {
	case 0:
		var uri string
		if err := k.pool.QueryRow(ctx, `SELECT uri FROM links ORDER BY (id * 7919) % $1 LIMIT 1`, 1+k.random.IntN(97)).Scan(&uri); err != nil {
			return "", err
		}
		data, err := k.app.bot.QR(uri)
		if err == nil {
			_, err = k.Telegram.SendPhoto(p.ID, data, p.tag)
		}
		return "writes: sends a picture of " + uri, err
	case 1:
		_, err := k.Telegram.SendPhoto(p.ID, blank(), "4111111111111111")
		return "writes: sends a picture with a card number below it", err
	case 2:
		_, err := k.Telegram.SendDocument(p.ID, "receipt.png", blank(), "")
		return "writes: sends a picture as a file", err
	case 3:
		_, err := k.Telegram.SendVoice(p.ID)
		return "writes: speaks", err
	case 4:
		_, err := k.Telegram.SendDocument(p.ID, "list.xlsx", []byte("PK\x03\x04"+p.tag), "")
		return "writes: sends a broken list", err
	}
	_, err := k.Telegram.SendDocument(p.ID, "list.csv", list, "")
	return "writes: sends a list", err
}

// place is where a button is.
type place struct {
	message, row, col int
	text, data        string
}

// places are the buttons of the last messages that call the bot, the newest last.
func (k *walk) places(view telegram.ChatView) (all []place) {
	for _, m := range view.Messages[max(0, len(view.Messages)-12):] {
		for row, buttons := range m.Buttons {
			for col, b := range buttons {
				if b.Kind != "callback" {
					continue
				}
				all = append(all, place{m.ID, row, col, b.Text + " " + b.Data, b.Data})
				if !slices.Contains(k.old, b.Data) {
					k.old = append(k.old, b.Data)
				}
			}
		}
	}
	return all
}

// reachOf is what a button leads to: "name", or "f:form:step" of a question's.
func reachOf(data string) string {
	parts := strings.Split(data, ":")
	if parts[0] == "f" && len(parts) > 2 {
		return strings.Join(parts[:3], ":")
	}
	return parts[0]
}

// missed says which buttons nobody pressed where they stood, and which forms
// nobody was in.
func (k *walk) missed() {
	routes := k.app.bot.Routes()
	var missed []string
	for name := range routes.Buttons {
		if k.reached[name] == 0 {
			missed = append(missed, name)
		}
	}
	for _, form := range routes.Forms {
		for _, step := range form.Steps {
			if k.reached[form.Name+"."+step.Name] == 0 {
				missed = append(missed, form.Name+"."+step.Name)
			}
		}
	}
	slices.Sort(missed)
	k.t.Logf("%d buttons, %d forms; never reached: %s", len(routes.Buttons), len(routes.Forms), strings.Join(missed, " "))
}

// twoPhones presses two buttons at once, or one twice: a person has two phones.
// What one phone changes may take the other's button away.
func (k *walk) twoPhones(ctx context.Context, p *walker, view telegram.ChatView) (string, error) {
	all := k.places(view)
	if len(all) == 0 {
		return "has nothing to press on two phones", nil
	}
	one, other := all[k.random.IntN(len(all))], all[k.random.IntN(len(all))]
	if k.random.IntN(2) == 0 {
		other = one
	}
	var both errgroup.Group
	for _, at := range []place{one, other} {
		k.reached[reachOf(at.data)]++
		both.Go(func() error {
			pressed, err := k.Telegram.PressData(ctx, p.ID, at.message, at.data)
			if err == nil && !pressed.Answered {
				err = fmt.Errorf("the press of %s was not answered", at.text)
			}
			return err
		})
	}
	return "presses on two phones " + one.text + " and " + other.text, both.Wait()
}

// leads demands that whoever works for a merchant can go on from what they see:
// of what was said or changed since a version something has a button, is a file,
// or asks something. What they forged took the buttons of its message.
func (k *walk) leads(ctx context.Context, p *walker, since uint64, what string) {
	var works bool
	var asked string
	err := k.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM members WHERE person_id = $1),
			COALESCE((SELECT form || '.' || step FROM sessions WHERE chat_id = $1), '')`, p.ID).Scan(&works, &asked)
	if err != nil {
		k.t.Errorf("where %s is: %v", p.Username, err)
		return
	}
	k.reached[asked]++
	if !works || asked != "" {
		return
	}
	said := k.Telegram.History(p.ID, since)
	blind := ""
	for _, m := range said {
		switch {
		case !m.FromBot || m.Deleted || m.Service != "":
		case len(m.Buttons) > 0 || m.Document != nil || p.forged[m.ID]:
			return
		default:
			blind = m.Text
		}
	}
	if blind != "" {
		k.t.Errorf("%s can go nowhere after %q: %q", p.Username, what, blind)
	}
}

// goHome demands that /menu answers with a screen that leads on, whatever went
// before.
func (k *walk) goHome(ctx context.Context, p *walker) error {
	since := k.Telegram.Chat(p.ID).Version
	if _, err := k.Telegram.SendText(p.ID, "/menu"); err != nil {
		return err
	}
	if err := k.answer(ctx, p); err != nil {
		return fmt.Errorf("%s asks for the menu, and nobody answers: %w", p.Username, err)
	}
	if err := k.settle(ctx); err != nil {
		return err
	}
	k.look(p, "/menu")
	k.leads(ctx, p, since, "/menu")
	return nil
}
