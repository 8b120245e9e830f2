package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

// hookBoth lets things happen at the same moment, on what the screens show
// before any of them: "marat [Пауза] | aida [Отменить] | marat 500 кофе". What is
// in brackets is pressed, anything else written.
func (w *world) hookBoth(ctx context.Context, _ *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	people := make(map[string]int64)
	for _, u := range w.Telegram.Users() {
		people[u.Username] = u.ID
	}
	var acts []func() error
	for part := range strings.SplitSeq(args, " | ") {
		name, what, _ := strings.Cut(strings.TrimSpace(part), " ")
		id := people[name]
		if id == 0 || what == "" {
			return fmt.Errorf("%q: want a person and what they do", part)
		}
		label, isPress := strings.CutPrefix(what, "[")
		if !isPress {
			acts = append(acts, func() error {
				_, err := w.Telegram.SendText(id, what)
				return err
			})
			continue
		}
		message, data := newestButton(w.Telegram.Chat(id), strings.TrimSuffix(label, "]"))
		if data == "" {
			return fmt.Errorf("%s has no button that contains %q", name, label)
		}
		acts = append(acts, func() error {
			pressed, err := w.Telegram.PressData(ctx, id, message, data)
			if err == nil && !pressed.Answered {
				err = fmt.Errorf("the press of %s by %s is not answered", data, name)
			}
			return err
		})
	}
	var all errgroup.Group
	for _, act := range acts {
		all.Go(act)
	}
	if err := all.Wait(); err != nil {
		return err
	}
	return w.settle(ctx)
}

// newestButton is the data of the newest button whose label contains the text, or
// is the text where one is, and the message that it is below.
func newestButton(view telegram.ChatView, label string) (message int, data string) {
	for _, m := range slices.Backward(view.Messages) {
		for _, row := range m.Buttons {
			for _, b := range row {
				if b.Text == label || data == "" && strings.Contains(b.Text, label) {
					message, data = m.ID, b.Data
				}
			}
		}
		if data != "" {
			break
		}
	}
	return message, data
}
