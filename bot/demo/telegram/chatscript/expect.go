package chatscript

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"elkart.kg/trade/bot/demo/telegram"
)

// expect plays a line that begins with "<".
func (s *Session) expect(ctx context.Context, word, rest string) error {
	switch word {
	case "<":
		return s.find(ctx, fmt.Sprintf("no message contains %q", rest), func(m telegram.Message) error {
			if !strings.Contains(m.Text, strings.ReplaceAll(rest, `\n`, "\n")) {
				return errOther
			}
			return nil
		})
	case "<photo":
		return s.photo(ctx, rest)
	case "<document":
		return s.find(ctx, fmt.Sprintf("no file with %q in its name", rest), func(m telegram.Message) error {
			if m.Document == nil || !strings.Contains(m.Document.Name, rest) {
				return errOther
			}
			return nil
		})
	case "<button":
		label := strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")
		if _, row, _ := inlineButton(telegram.ChatView{Messages: []telegram.Message{s.Message}}, label); row < 0 {
			return fmt.Errorf("the message matched last has no button with %q: %s", label, describe(s.Message))
		}
		return nil
	case "<toast", "<alert":
		return part("the answer to the press", s.Pressed.Toast, rest, word == "<alert" && !s.Pressed.Alert)
	case "<url":
		return part("what the press opened", s.Pressed.URL, rest, false)
	case "<copy":
		return part("what the press copied", s.Pressed.Copy, rest, false)
	case "<offer":
		return s.offer(rest)
	case "<way":
		return part("the line over the cards", s.Offered.Way, rest, false)
	case "<inline":
		return s.inline(ctx, rest)
	case "<inline-button":
		return s.inlineButton(rest)
	case "<deleted":
		return s.deleted(ctx)
	case "<in", "<silent":
		return s.expectGroup(ctx, word, rest)
	case "<none":
		return s.none(ctx)
	case "<count":
		return s.count(ctx, rest)
	}
	return fmt.Errorf("no such expectation %q", word)
}

func part(what, got, want string, wrongKind bool) error {
	if wrongKind {
		return fmt.Errorf("%s is no alert: %q", what, got)
	}
	if got == "" || !strings.Contains(got, want) {
		return fmt.Errorf("%s is %q, without %q", what, got, want)
	}
	return nil
}

// errOther says that a message isn't the one looked for.
var errOther = errors.New("another message")

// find waits for a message of the bot, at or after the cursor, that the check accepts, and moves the cursor there.
// A check's error other than errOther is reported if no message fits.
func (s *Session) find(ctx context.Context, problem string, check func(telegram.Message) error) error {
	me := s.User.ID
	var closest error
	for {
		version := s.run.Server.Chat(me).Version
		for _, m := range s.news(s.cursor[me]) {
			err := check(m)
			if err == nil {
				s.cursor[me], s.found[me], s.Message = m.Version, m.Version, m
				return nil
			}
			if !errors.Is(err, errOther) {
				closest = err
			}
		}
		if _, err := s.run.Server.Wait(ctx, me, version); err != nil {
			return errors.Join(errors.New(problem), closest, err)
		}
	}
}

// news are the bot's messages in all their states from a version on.
func (s *Session) news(from uint64) []telegram.Message {
	var out []telegram.Message
	for _, m := range s.run.Server.History(s.User.ID, max(from, 1)-1) {
		if m.FromBot && m.Service == "" && !m.Deleted {
			out = append(out, m)
		}
	}
	return out
}

func (s *Session) photo(ctx context.Context, rest string) error {
	want, isQR := strings.CutPrefix(rest, "qr")
	want = strings.TrimSpace(want)
	return s.find(ctx, "no picture that fits", func(m telegram.Message) error {
		switch {
		case m.Photo == nil:
			return errOther
		case !isQR && !strings.Contains(m.Text, rest):
			return fmt.Errorf("its caption is %q", m.Text)
		case !isQR:
			return nil
		case s.run.DecodeQR == nil:
			return errors.New("the runner has no DecodeQR")
		}
		_, _, data, err := s.run.Server.File(m.Photo.ID)
		if err != nil {
			return err
		}
		content, err := s.run.DecodeQR(data)
		if err != nil {
			return fmt.Errorf("decode QR: %w", err)
		}
		if err := s.checkQR(content, want); err != nil {
			return err
		}
		s.QR = content
		return nil
	})
}

// checkQR compares a code's content with a part of it or a JSON object of checks.
func (s *Session) checkQR(content, want string) error {
	if !strings.HasPrefix(want, "{") {
		if !strings.Contains(content, want) {
			return fmt.Errorf("the QR code holds %q", content)
		}
		return nil
	}
	var checks map[string]any
	if err := json.Unmarshal([]byte(want), &checks); err != nil {
		return fmt.Errorf("checks: %w", err)
	}
	if s.run.CheckQR != nil {
		if err := s.run.CheckQR(content, checks); err != nil {
			return fmt.Errorf("the QR code %q: %w", content, err)
		}
		return nil
	}
	for name, value := range checks {
		if text := fmt.Sprint(value); !strings.Contains(content, text) {
			return fmt.Errorf("the QR code %q lacks %s %q", content, name, text)
		}
	}
	return nil
}

// deleted waits until the last message of the acting person is gone.
func (s *Session) deleted(ctx context.Context) error {
	me := s.User.ID
	id := s.last[me]
	if id == 0 {
		return errors.New("nothing was sent yet")
	}
	for {
		version := s.run.Server.Chat(me).Version
		for _, m := range s.run.Server.History(me, 0) {
			if m.ID == id && m.Deleted {
				return nil
			}
		}
		if _, err := s.run.Server.Wait(ctx, me, version); err != nil {
			return fmt.Errorf("message %d is still there: %w", id, err)
		}
	}
}

func (s *Session) settle(ctx context.Context) error {
	if s.run.Settle == nil {
		return errors.New("the runner has no Settle")
	}
	return s.run.Settle(ctx)
}

// none looks past the message matched last, or past the action if nothing was matched since.
func (s *Session) none(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	me := s.User.ID
	from := max(s.cursor[me], s.found[me]+1)
	if more := s.news(from); len(more) > 0 {
		return fmt.Errorf("%d messages came, the first is %s", len(more), describe(more[0]))
	}
	return nil
}

func (s *Session) count(ctx context.Context, rest string) error {
	number, text, _ := strings.Cut(rest, " ")
	want, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("<count needs a number: %w", err)
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, m := range s.news(s.since[s.User.ID] + 1) {
		if strings.Contains(m.Text, strings.TrimSpace(text)) {
			seen[m.ID] = true
		}
	}
	if len(seen) != want {
		return fmt.Errorf("%d messages contain %q", len(seen), strings.TrimSpace(text))
	}
	return nil
}

func (s *Session) seen() []string {
	var out []string
	for _, m := range s.run.Server.History(s.User.ID, s.since[s.User.ID]) {
		out = append(out, describe(m))
	}
	if s.Pressed.Answered {
		out = append(out, fmt.Sprintf("press: %+v", s.Pressed))
	}
	return out
}

func (s *Session) transcript() []string {
	var out []string
	for _, m := range s.run.Server.History(s.User.ID, 0) {
		out = append(out, describe(m))
	}
	if k := s.run.Server.Chat(s.User.ID).ReplyKeyboard; k != nil {
		line := "keyboard:"
		for _, row := range k.Buttons {
			for _, b := range row {
				line += " [" + b.Text + "]"
			}
		}
		out = append(out, line)
	}
	return out
}

// describe writes a state of a message on one line.
func describe(m telegram.Message) string {
	line := m.From + ": "
	if m.FromBot {
		line = "bot: "
	}
	switch {
	case m.Deleted:
		line += "(deleted) "
	case m.Edited:
		line += "(edited) "
	}
	if m.Service != "" {
		line += "(" + m.Service + ") "
	}
	if m.Photo != nil {
		line += fmt.Sprintf("(picture %d×%d) ", m.Photo.Width, m.Photo.Height)
	}
	if m.Document != nil {
		line += "(file " + m.Document.Name + ") "
	}
	if m.Contact != nil {
		line += "(contact " + m.Contact.Phone + ") "
	}
	if m.Location != nil {
		line += fmt.Sprintf("(place %v %v) ", m.Location.Latitude, m.Location.Longitude)
	}
	if m.Sticker != "" {
		line += "(sticker) "
	}
	line += strings.ReplaceAll(m.Text, "\n", `\n`)
	for _, row := range m.Buttons {
		line += " "
		for _, b := range row {
			line += "[" + b.Text + "]"
		}
	}
	return line
}
