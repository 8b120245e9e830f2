package chatscript

import (
	"context"
	"fmt"
	"strings"

	"elkart.kg/trade/bot/demo/telegram"
)

// choose sends one of the offered cards to another chat.
func (s *Session) choose(label string) error {
	for _, r := range s.Offered.Results {
		if strings.Contains(r.Title, label) {
			sent, err := s.run.Server.ChooseInline(s.User.ID, r.ID, s.Query)
			s.Inline = sent
			return err
		}
	}
	return fmt.Errorf("no card contains %q: %s", label, describeOffer(s.Offered))
}

func (s *Session) offer(want string) error {
	for _, r := range s.Offered.Results {
		if want != "" && strings.Contains(r.Title+"\n"+r.Description, want) {
			return nil
		}
	}
	if want == "" && len(s.Offered.Results) == 0 {
		return nil
	}
	return fmt.Errorf("what is offered is %s", describeOffer(s.Offered))
}

func describeOffer(a telegram.InlineAnswer) string {
	line := fmt.Sprintf("[%s]", a.Way)
	for _, r := range a.Results {
		line += fmt.Sprintf(" {%s | %s | %s}", r.Title, r.Description, describe(r.Message))
	}
	return line
}

func (s *Session) inline(ctx context.Context, want string) error {
	m, err := s.run.Server.WaitInlineMessage(ctx, s.Inline.InlineID, func(m telegram.Message) bool { return strings.Contains(m.Text, want) })
	if err != nil {
		return fmt.Errorf("the message in the other chat is %s: %w", describe(m), err)
	}
	s.Inline = m
	return nil
}

func (s *Session) inlineButton(label string) error {
	label = strings.TrimSuffix(strings.TrimPrefix(label, "["), "]")
	_, row, _ := inlineButton(telegram.ChatView{Messages: []telegram.Message{s.Inline}}, label)
	if label == "" && len(s.Inline.Buttons) == 0 || label != "" && row >= 0 {
		return nil
	}
	return fmt.Errorf("the message in the other chat is %s", describe(s.Inline))
}
