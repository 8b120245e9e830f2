package chatscript

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"elkart.kg/trade/bot/demo/telegram"
)

// do plays a line that begins with ">".
func (s *Session) do(ctx context.Context, word, rest string) error {
	server, me := s.run.Server, s.User.ID
	var id int
	var err error
	switch word {
	case ">":
		id, err = server.SendText(me, strings.ReplaceAll(rest, `\n`, "\n"))
	case ">>":
		return s.press(ctx, strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]"))
	case ">contact":
		id, err = s.contact(strings.Fields(rest))
	case ">location":
		lat, lon, _ := strings.Cut(rest, " ")
		latitude, errLat := strconv.ParseFloat(lat, 64)
		longitude, errLon := strconv.ParseFloat(strings.TrimSpace(lon), 64)
		if err = errors.Join(errLat, errLon); err == nil {
			id, err = server.SendLocation(me, latitude, longitude)
		}
	case ">sticker":
		id, err = server.SendSticker(me)
	case ">voice":
		id, err = server.SendVoice(me)
	case ">photo", ">document":
		var data []byte
		if data, err = os.ReadFile(filepath.Join(s.dir, rest)); err == nil && word == ">photo" {
			id, err = server.SendPhoto(me, data, "")
		} else if err == nil {
			id, err = server.SendDocument(me, filepath.Base(rest), data, "")
		}
	case ">edit":
		return server.EditText(me, s.last[me], strings.ReplaceAll(rest, `\n`, "\n"))
	case ">forge":
		return s.forge(ctx, rest)
	case ">inline":
		s.Query = rest
		s.Offered, err = server.Inline(ctx, me, rest)
		return err
	case ">choose":
		return s.choose(rest)
	case ">group", ">in", ">kick", ">return", ">migrate":
		return s.inGroup(word, rest)
	case ">block":
		server.Block(me)
		return nil
	case ">unblock":
		server.Unblock(me)
		return nil
	default:
		return fmt.Errorf("no such action %q", word)
	}
	if err == nil {
		s.last[me] = id
	}
	return err
}

func (s *Session) contact(words []string) (int, error) {
	card := telegram.Contact{Phone: s.User.Phone, FirstName: s.User.FirstName, UserID: s.User.ID}
	if len(words) == 0 {
		return s.run.Server.ShareContact(s.User.ID)
	}
	for _, word := range words {
		if word == "forwarded" {
			card.Forwarded = true
			continue
		}
		card = telegram.Contact{Phone: word, FirstName: "Somebody", UserID: 1_000_001, Forwarded: card.Forwarded}
	}
	return s.run.Server.SendContact(s.User.ID, card)
}

// press waits for a button and presses it.
func (s *Session) press(ctx context.Context, label string) error {
	server, me := s.run.Server, s.User.ID
	for {
		v := server.Chat(me)
		m, row, col := inlineButton(v, label)
		key := replyKey(v.ReplyKeyboard, label)
		if key != "" && (row < 0 || v.ReplyKeyboard.MessageID > m) {
			id, err := server.PressReply(me, key)
			s.last[me] = id
			return err
		}
		if row >= 0 {
			var err error
			if s.Pressed, err = server.Press(ctx, me, m, row, col); err != nil {
				return fmt.Errorf("the bot didn't answer the press: %w", err)
			}
			return nil
		}
		if _, err := server.Wait(ctx, me, v.Version); err != nil {
			return fmt.Errorf("no button contains %q: %w", label, err)
		}
	}
}

// inlineButton finds the newest message with a button of that label; an exact one is preferred. row is -1 if there
// is none.
func inlineButton(v telegram.ChatView, label string) (message, row, col int) {
	for i := len(v.Messages) - 1; i >= 0; i-- {
		row, col = -1, -1
		for y, buttons := range v.Messages[i].Buttons {
			for x, b := range buttons {
				if b.Text == label || row < 0 && strings.Contains(b.Text, label) {
					row, col = y, x
				}
			}
		}
		if row >= 0 {
			return v.Messages[i].ID, row, col
		}
	}
	return 0, -1, -1
}

func replyKey(k *telegram.ReplyKeyboard, label string) string {
	found := ""
	if k == nil {
		return ""
	}
	for _, row := range k.Buttons {
		for _, b := range row {
			if b.Text == label || found == "" && strings.Contains(b.Text, label) {
				found = b.Text
			}
		}
	}
	return found
}

// forge presses with any data on the newest message of the bot.
func (s *Session) forge(ctx context.Context, data string) error {
	id := 0
	for _, m := range s.run.Server.Chat(s.User.ID).Messages {
		if m.FromBot && m.Service == "" {
			id = m.ID
		}
	}
	var err error
	if s.Pressed, err = s.run.Server.PressData(ctx, s.User.ID, id, data); err != nil {
		return fmt.Errorf("the bot didn't answer the press: %w", err)
	}
	return nil
}
