package telegram

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// deletableFor is how long the bot can delete a message of a private chat (Bot API, deleteMessage).
const deletableFor = 48 * time.Hour

// errNotModified is Telegram's answer to an edit that changes nothing.
func errNotModified() *apiError {
	return badRequest("message is not modified: specified new message content and reply markup are exactly the same as a " +
		"current content and reply markup of the message")
}

// editable finds the message an edit names, in a chat or sent through inline mode.
func (s *Server) editable(c *call) (*message, *apiError) {
	if c.params["chat_id"] == "" && c.integer("message_id") == 0 {
		id := c.params["inline_message_id"]
		if id == "" {
			return nil, badRequest("message identifier is not specified")
		}
		m, ok := s.inlineMessages[id]
		if !ok {
			return nil, badRequest("MESSAGE_ID_INVALID")
		}
		return m, nil
	}
	if c.params["chat_id"] == "" {
		return nil, badRequest("chat_id is empty")
	}
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	m := ch.find(int(c.integer("message_id")))
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case !m.fromBot || m.forwarded || m.otherMarkup || m.service != "":
		return nil, badRequest("message can't be edited")
	}
	return m, nil
}

// edit changes a message unless nothing would change, and answers with it.
func (s *Server) edit(c *call, m *message, change func(*wireMessage)) (any, *apiError) {
	private := m.chat == nil || m.chat.private()
	mk, err := s.markup(c, private)
	if err != nil {
		return nil, err
	}
	after := m.wire
	change(&after)
	after.ReplyMarkup = mk.inline
	if sameJSON(after, m.wire) {
		return nil, errNotModified()
	}
	after.EditDate = s.cfg.Now().Unix()
	m.wire = after
	s.touch(m)
	if m.chat == nil {
		return true, nil
	}
	return m.wire, nil
}

// sameJSON compares what the bot would see.
func sameJSON(a, b wireMessage) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && reflect.DeepEqual(left, right)
}

func (s *Server) editMessageText(c *call) (any, *apiError) {
	text, entities, err := s.formatted(c.params["text"], c.params["parse_mode"], c.params["entities"], maxText)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, badRequest("text must be non-empty")
	}
	m, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	if m.wire.Text == "" {
		return nil, badRequest("there is no text in the message to edit")
	}
	return s.edit(c, m, func(w *wireMessage) {
		w.Text, w.Entities, w.LinkPreviewOptions = text, entities, c.raw("link_preview_options")
	})
}

func (s *Server) editMessageCaption(c *call) (any, *apiError) {
	var with message
	if err := s.caption(c, &with); err != nil {
		return nil, err
	}
	m, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	if m.wire.Photo == nil && m.wire.Document == nil {
		return nil, badRequest("there is no caption in the message to edit")
	}
	return s.edit(c, m, func(w *wireMessage) {
		w.Caption, w.CaptionEntities, w.CaptionAbove = with.wire.Caption, with.wire.CaptionEntities, with.wire.CaptionAbove
	})
}

func (s *Server) editMessageMedia(c *call) (any, *apiError) {
	var in inputMedia
	c.decode("media", &in)
	m, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	if m.wire.Photo == nil && m.wire.Document == nil && m.wire.Text == "" {
		return nil, badRequest("message can't be edited")
	}
	with, err := s.media(c, in)
	if err != nil {
		return nil, err
	}
	return s.edit(c, m, func(w *wireMessage) {
		w.Text, w.Entities, w.LinkPreviewOptions = "", nil, nil
		w.Photo, w.Document, w.HasMediaSpoiler = with.wire.Photo, with.wire.Document, with.wire.HasMediaSpoiler
		w.Caption, w.CaptionEntities, w.CaptionAbove = with.wire.Caption, with.wire.CaptionEntities, with.wire.CaptionAbove
	})
}

func (s *Server) editMessageReplyMarkup(c *call) (any, *apiError) {
	m, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	return s.edit(c, m, func(*wireMessage) {})
}

// removable says why a message can't be deleted by the bot, nil if it can.
func (s *Server) removable(ch *chat, m *message) *apiError {
	if !ch.private() && !m.fromBot { // the bot is no administrator
		return badRequest("message can't be deleted")
	}
	if s.cfg.Now().Sub(time.Unix(m.wire.Date, 0)) >= deletableFor {
		return badRequest("message can't be deleted for everyone")
	}
	return nil
}

func (s *Server) deleteMessage(c *call) (any, *apiError) {
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	m := ch.find(int(c.integer("message_id")))
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	if err := s.removable(ch, m); err != nil {
		return nil, err
	}
	s.remove(ch, m)
	return true, nil
}

func (s *Server) deleteMessages(c *call) (any, *apiError) {
	var ids []int
	c.decode("message_ids", &ids)
	if len(ids) == 0 {
		return nil, badRequest("message identifiers are not specified")
	}
	if len(ids) > 100 {
		return nil, badRequest("too many message identifiers specified")
	}
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	var gone []*message
	for _, id := range ids {
		m := ch.find(id)
		if m == nil { // skipped, as the Bot API says
			continue
		}
		if err := s.removable(ch, m); err != nil {
			return nil, err
		}
		gone = append(gone, m)
	}
	for _, m := range gone {
		s.remove(ch, m)
	}
	return true, nil
}

func (s *Server) pinChatMessage(c *call) (any, *apiError) {
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	m := ch.find(int(c.integer("message_id")))
	if m == nil {
		return nil, badRequest("message to pin not found")
	}
	if !ch.private() {
		return nil, badRequest("not enough rights to manage pinned messages in the chat")
	}
	if slices.Contains(ch.pinned, m.wire.MessageID) {
		return true, nil
	}
	ch.pinned = append(ch.pinned, m.wire.MessageID)
	pinned, bot := m.wire, s.botUser()
	s.touch(m)
	s.post(ch, &message{fromBot: true, service: "pinned", wire: wireMessage{From: &bot, PinnedMessage: &pinned}})
	return true, nil
}

func (s *Server) unpinChatMessage(c *call) (any, *apiError) {
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	id := int(c.integer("message_id"))
	if id == 0 && len(ch.pinned) > 0 {
		id = ch.pinned[len(ch.pinned)-1]
	}
	i := slices.Index(ch.pinned, id)
	if i < 0 {
		return nil, badRequest("message to unpin not found")
	}
	ch.pinned = slices.Delete(ch.pinned, i, i+1)
	ch.version++
	s.broadcast()
	return true, nil
}

func (s *Server) unpinAllChatMessages(c *call) (any, *apiError) {
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	ch.pinned = nil
	ch.version++
	s.broadcast()
	return true, nil
}

func (s *Server) setMessageReaction(c *call) (any, *apiError) {
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	m := ch.find(int(c.integer("message_id")))
	if m == nil {
		return nil, badRequest("message to react not found")
	}
	var reactions []struct{ Type, Emoji string }
	c.decode("reaction", &reactions)
	if len(reactions) > 1 { // bots aren't premium
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	m.reaction = ""
	for _, r := range reactions {
		if r.Type != "emoji" || !slices.Contains(s.spec.Reactions, r.Emoji) {
			return nil, badRequest("REACTION_INVALID")
		}
		m.reaction = r.Emoji
	}
	s.touch(m)
	return true, nil
}
