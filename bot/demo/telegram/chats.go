package telegram

import "slices"

// The methods that ask about chats and their members.

func (s *Server) getChat(c *call) (any, *apiError) {
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	w := ch.wire()
	info := map[string]any{"id": w.ID, "type": w.Type, "accent_color_id": int(ch.id&1) + 1, "max_reaction_count": 11,
		"accepted_gift_types": map[string]bool{"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
			"premium_subscription": false, "gifts_from_channels": false}}
	for name, value := range map[string]string{"title": w.Title, "username": w.Username, "first_name": w.FirstName, "last_name": w.LastName} {
		if value != "" {
			info[name] = value
		}
	}
	if n := len(ch.pinned); n > 0 {
		if m := ch.find(ch.pinned[n-1]); m != nil {
			info["pinned_message"] = m.wire
		}
	}
	return info, nil
}

func (s *Server) getChatMember(c *call) (any, *apiError) {
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	id := c.integer("user_id")
	u := s.userByText(c.params["user_id"])
	switch {
	case id == s.bot.ID:
		bot, status := s.botUser(), "member"
		if ch.left {
			status = "left"
		}
		return map[string]any{"status": status, "user": bot}, nil
	case u == nil:
		return nil, badRequest("PARTICIPANT_ID_INVALID")
	case ch.id == id || slices.Contains(ch.members, id):
		return map[string]any{"status": "member", "user": u}, nil
	}
	return map[string]any{"status": "left", "user": u}, nil
}

func (s *Server) leaveChat(c *call) (any, *apiError) {
	ch, err := s.chatByID(c.params["chat_id"])
	switch {
	case err != nil:
		return nil, err
	case ch.private():
		return nil, badRequest("chat member status can't be changed in private chats")
	case ch.left:
		return nil, forbidden("bot is not a member of the " + ch.kind + " chat")
	}
	ch.left = true
	bot := s.botUser()
	s.post(ch, &message{fromBot: true, service: "left", wire: wireMessage{From: &bot, LeftChatMember: &bot}})
	return true, nil
}

func (s *Server) getUserProfilePhotos(c *call) (any, *apiError) {
	if s.userByText(c.params["user_id"]) == nil {
		return nil, badRequest("user not found")
	}
	return map[string]any{"total_count": 0, "photos": []any{}}, nil
}
