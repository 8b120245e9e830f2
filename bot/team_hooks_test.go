package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

var joinLink = regexp.MustCompile(`https://t\.me/[A-Za-z0-9_]+\?start=([A-Za-z0-9_-]{1,64})`)

// hookJoin opens an invitation's link as Telegram does: it sends /start with
// what is in it. "1" is not the newest link in any chat but the one before.
func (w *world) hookJoin(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	back, err := strconv.Atoi(args + "0")
	if err != nil {
		return err
	}
	back /= 10
	var links []telegram.Message
	for _, u := range w.Telegram.Users() {
		for _, m := range w.Telegram.Chat(u.ID).Messages {
			if m.FromBot && joinLink.MatchString(m.Text) {
				links = append(links, m)
			}
		}
	}
	if len(links) <= back {
		return fmt.Errorf("%d links of invitations in all chats", len(links))
	}
	slices.SortStableFunc(links, func(a, b telegram.Message) int { return a.Date.Compare(b.Date) })
	payload := joinLink.FindStringSubmatch(links[len(links)-1-back].Text)[1]
	_, err = w.Telegram.SendText(s.User.ID, "/start "+payload)
	return err
}
