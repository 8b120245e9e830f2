package telegram

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// typingLasts is how long "typing…" stands (Bot API, sendChatAction).
const typingLasts = 5 * time.Second

// historyKept is how many states of messages a chat remembers.
const historyKept = 2000

// chat is a private chat of a user with the bot, or a group.
type chat struct {
	id           int64
	kind, title  string // kind: private, group, supergroup
	user         *User  // of a private chat
	members      []int64
	started      bool  // the user has written to the bot
	blocked      bool  // by the user
	left         bool  // the bot has left the group
	movedTo      int64 // the supergroup that the group has become
	messages     []*message
	version      uint64
	history      []Message // states that messages went through, oldest first
	keyboard     *ReplyKeyboard
	keyboardFrom int // the message that brought it
	typingUntil  time.Time
	pinned       []int
}

// message is a message of a chat, or one sent via the bot by inline mode (chat is nil then).
type message struct {
	wire        wireMessage
	chat        *chat
	fromBot     bool
	otherMarkup bool // came with a keyboard that isn't inline: Telegram won't edit it
	forwarded   bool
	version     uint64
	deleted     bool
	service     string
	reaction    string
}

func (c *chat) private() bool { return c.kind == "private" }

func (c *chat) wire() wireChat {
	w := wireChat{ID: c.id, Type: c.kind, Title: c.title}
	if c.user != nil {
		w.Username, w.FirstName, w.LastName = c.user.Username, c.user.FirstName, c.user.LastName
	}
	return w
}

func (c *chat) find(id int) *message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *message, id int) int { return m.wire.MessageID - id })
	if !ok {
		return nil
	}
	return c.messages[i]
}

// remove deletes a message as everybody sees it, and the keyboard it brought. s.mu must be held.
func (s *Server) remove(c *chat, m *message) {
	c.messages = slices.DeleteFunc(c.messages, func(other *message) bool { return other == m })
	c.pinned = slices.DeleteFunc(c.pinned, func(id int) bool { return id == m.wire.MessageID })
	if c.keyboardFrom == m.wire.MessageID {
		c.keyboard, c.keyboardFrom = nil, 0
	}
	m.deleted = true
	s.touch(m)
}

// post puts a message into its chat: id, chat and date are given here. s.mu must be held.
func (s *Server) post(c *chat, m *message) *message {
	s.lastMessage++
	m.chat = c
	m.wire.MessageID, m.wire.Chat, m.wire.Date = s.lastMessage, c.wire(), s.cfg.Now().Unix()
	c.messages = append(c.messages, m)
	s.touch(m)
	return m
}

// touch marks a message as changed and wakes who waits. s.mu must be held.
func (s *Server) touch(m *message) {
	if m.chat != nil {
		m.chat.version++
		m.version = m.chat.version
		h := append(m.chat.history, s.messageView(m))
		m.chat.history = h[max(len(h)-historyKept, 0):]
	}
	s.broadcast()
}

// chatByID finds the chat a parameter names, as Telegram's servers see it: private chats exist once started.
func (s *Server) chatByID(id string) (*chat, *apiError) {
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if err != nil { // @names are of channels, there are none here
		return nil, badRequest("chat not found")
	}
	c, ok := s.chats[n]
	if !ok {
		return nil, badRequest("chat not found")
	}
	return c, nil
}

// readable is a chat the bot may look at.
func (s *Server) readable(c *call) (*chat, *apiError) {
	ch, err := s.chatByID(c.params["chat_id"])
	if err == nil && ch.private() && !ch.started {
		return nil, badRequest("chat not found")
	}
	return ch, err
}

// writable is a chat the bot may write to.
func (s *Server) writable(c *call) (*chat, *apiError) {
	ch, err := s.chatByID(c.params["chat_id"])
	switch {
	case err != nil:
		return nil, err
	case ch.movedTo != 0:
		return nil, &apiError{Code: http.StatusBadRequest, MigrateTo: ch.movedTo,
			Description: "Bad Request: group chat was upgraded to a supergroup chat"}
	case ch.left:
		return nil, forbidden("bot is not a member of the " + ch.kind + " chat")
	case ch.blocked:
		return nil, forbidden("bot was blocked by the user")
	case ch.private() && !ch.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return ch, nil
}

func (s *Server) userByText(id string) *wireUser {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || s.users[n] == nil {
		return nil
	}
	u := s.users[n].wire()
	return &u
}

// show applies a reply keyboard, its removal, or nothing.
func (c *chat) show(mk markup, m *message) {
	switch {
	case mk.reply != nil:
		mk.reply.MessageID = m.wire.MessageID
		c.keyboard, c.keyboardFrom = mk.reply, m.wire.MessageID
	case mk.remove:
		c.keyboard, c.keyboardFrom = nil, 0
	}
}
