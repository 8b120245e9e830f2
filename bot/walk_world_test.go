package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
)

// walkGroup is the number of the staff's group.
const walkGroup = -4_730_001

// happen lets something come from elsewhere than buttons and words: another
// chat, a page, a group, the clock.
func (k *walk) happen(ctx context.Context, p *walker) (string, error) {
	switch k.random.IntN(8) {
	case 0:
		return k.fillCard(ctx, p)
	case 1:
		return k.fromElsewhere(ctx, p)
	case 2:
		return k.openInvited(p)
	case 3, 4:
		return k.passTime(ctx)
	case 5:
		return k.inGroup(p)
	case 6:
		return k.edit(p)
	}
	k.Telegram.Block(p.ID)
	if err := k.settle(ctx); err != nil {
		return "", err
	}
	k.Telegram.Unblock(p.ID)
	return "blocks the bot and lets it in again", nil
}

// fillCard fills the newest card form in somebody's chat, if it is open still.
func (k *walk) fillCard(ctx context.Context, p *walker) (string, error) {
	address := ""
	for _, m := range k.Telegram.Chat(p.ID).Messages {
		for _, row := range m.Buttons {
			for _, b := range row {
				if found := cardForm.FindString(b.URL); found != "" {
					address = found
				}
			}
		}
	}
	what := "fills the card form " + address
	if address == "" {
		return "has no card form to fill", nil
	}
	if page, _ := get(ctx, address); !strings.Contains(page, `inputmode="numeric"`) {
		return what + ", which is over", nil
	}
	return what, fillForm(ctx, address, fmt.Sprintf("9417000000%06d", k.random.IntN(1_000_000)))
}

// fromElsewhere types a sum behind the bot's name in another chat, and sends
// what is offered.
func (k *walk) fromElsewhere(ctx context.Context, p *walker) (string, error) {
	query := []string{"500 " + p.tag, "", "70", "0", "9417000000009999", "12 50"}[k.random.IntN(6)]
	offered, err := k.Telegram.Inline(ctx, p.ID, query)
	if err != nil || len(offered.Results) == 0 {
		return "is offered nothing for " + query, err
	}
	sent, err := k.Telegram.ChooseInline(p.ID, offered.Results[0].ID, query)
	if err == nil && p.isAlien(sent.Text) {
		err = fmt.Errorf("the card is another merchant's: %q", sent.Text)
	}
	return "sends a card for " + query, err
}

// openInvited opens the newest invitation of the owner's.
func (k *walk) openInvited(p *walker) (string, error) {
	payload := "join_00000000000000000000000000"
	for _, other := range k.people {
		if other.tag != p.tag {
			continue
		}
		for _, m := range k.Telegram.Chat(other.ID).Messages {
			if found := joinLink.FindStringSubmatch(m.Text); found != nil && m.FromBot {
				payload = found[1]
			}
		}
	}
	_, err := k.Telegram.SendText(p.ID, "/start "+payload)
	return "writes /start " + payload, err
}

// passTime moves the clock, and does what is due then.
func (k *walk) passTime(ctx context.Context) (string, error) {
	d := []time.Duration{time.Minute, 16 * time.Minute, 61 * time.Minute, 9 * time.Hour, 25 * time.Hour}[k.random.IntN(5)]
	k.advance(d)
	if err := k.app.service.Sweep(ctx); err != nil {
		return "", err
	}
	return d.String() + " go by", k.app.service.MakeReports(ctx)
}

// inGroup does something with a group in which all but the stranger are.
func (k *walk) inGroup(p *walker) (string, error) {
	if p.tag == "theirtag" {
		return "is in no group", nil
	}
	if k.groups == 0 {
		k.groups++
		members := []int64{p.ID}
		for _, other := range k.people {
			if other.ID != p.ID && other.tag == p.tag {
				members = append(members, other.ID)
			}
		}
		k.Telegram.AddGroup(walkGroup, "Smena "+p.tag, members...)
		return "makes a group", nil
	}
	switch k.random.IntN(6) {
	case 0:
		if err := k.Telegram.RemoveFromGroup(walkGroup, p.ID); err != nil {
			return "puts the bot out of the group", err
		}
		return "puts the bot out of the group and lets it in again", k.Telegram.ReturnToGroup(walkGroup, p.ID)
	case 1:
		_, err := k.Telegram.SendTextTo(p.ID, walkGroup, "/start@elkart_trade_bot staff")
		return "asks the bot to write to the group", err
	}
	_, err := k.Telegram.SendTextTo(p.ID, walkGroup, []string{"500 " + p.tag, "/pay 500", "/menu", "сколько взяли?"}[k.random.IntN(4)])
	return "talks in the group", err
}

// edit changes the last text that somebody wrote.
func (k *walk) edit(p *walker) (string, error) {
	last := telegram.Message{}
	for _, m := range k.Telegram.Chat(p.ID).Messages {
		if !m.FromBot && m.Text != "" && m.Contact == nil && m.Location == nil && m.Photo == nil && m.Document == nil {
			last = m
		}
	}
	if last.ID == 0 {
		return "has nothing to edit", nil
	}
	text := []string{"501 " + p.tag, "9417 0000 0000 9999", "no", "/menu"}[k.random.IntN(4)]
	return "edits into " + text, k.Telegram.EditText(p.ID, last.ID, text)
}
