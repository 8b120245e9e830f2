package telegram

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Lengths in characters and numbers of what a bot says about itself (Bot API, setMyCommands, setMyName …).
const (
	maxCommands            = 100
	maxCommandName         = 32
	maxCommandDescription  = 256
	maxBotName             = 64
	maxBotDescription      = 512
	maxBotShortDescription = 120
)

// profile is what the bot says about itself, per language where it may differ.
type profile struct {
	commands map[string][]Command // by scope and language
	texts    map[string]string    // by field and language
	menus    map[int64]json.RawMessage
}

// Command is one entry of the menu of commands.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

func newProfile(name string) profile {
	return profile{commands: map[string][]Command{}, texts: map[string]string{"name ": name}, menus: map[int64]json.RawMessage{}}
}

// scopeKey names a list of commands: scope, chat, user, language.
func (s *Server) scopeKey(c *call) (string, *apiError) {
	scope := struct {
		Type   string      `json:"type"`
		ChatID json.Number `json:"chat_id"`
		UserID int64       `json:"user_id"`
	}{Type: "default"}
	c.decode("scope", &scope)
	language := c.params["language_code"]
	if language != "" && (len(language) != 2 || strings.Trim(language, "abcdefghijklmnopqrstuvwxyz") != "") {
		return "", badRequest("invalid language code specified")
	}
	if strings.HasPrefix(scope.Type, "chat") {
		ch, err := s.chatByID(scope.ChatID.String())
		if err != nil {
			return "", err
		}
		if ch.private() && scope.Type != "chat" {
			return "", badRequest("can't change commands in private chats for a part of the members")
		}
	}
	return commandKey(scope.Type, scope.ChatID.String(), scope.UserID, language), nil
}

func commandKey(scope, chat string, user int64, language string) string {
	return fmt.Sprintf("%s %s %d %s", scope, chat, user, language)
}

func (s *Server) setMyCommands(c *call) (any, *apiError) {
	key, err := s.scopeKey(c)
	if err != nil {
		return nil, err
	}
	var list []Command
	c.decode("commands", &list)
	if len(list) > maxCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for i, command := range list {
		name := strings.TrimPrefix(command.Command, "/")
		if name == "" || len(name) > maxCommandName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(command.Description); n < 1 || n > maxCommandDescription {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		list[i].Command = name
	}
	s.profile.commands[key] = list
	s.everybodyChanged()
	return true, nil
}

// everybodyChanged renews the view of all private chats: their menus may differ now.
func (s *Server) everybodyChanged() {
	for _, ch := range s.chats {
		ch.version++
	}
	s.broadcast()
}

func (s *Server) getMyCommands(c *call) (any, *apiError) {
	key, err := s.scopeKey(c)
	if err != nil {
		return nil, err
	}
	list := s.profile.commands[key]
	if list == nil {
		list = []Command{}
	}
	return list, nil
}

func (s *Server) deleteMyCommands(c *call) (any, *apiError) {
	key, err := s.scopeKey(c)
	if err != nil {
		return nil, err
	}
	delete(s.profile.commands, key)
	s.everybodyChanged()
	return true, nil
}

// commandsFor is the menu a user sees in their private chat: the narrowest scope that has one, in the user's
// language before none (Bot API, "Determining list of commands").
func (s *Server) commandsFor(u *User) []Command {
	for _, scope := range [][2]string{{"chat", fmt.Sprint(u.ID)}, {"all_private_chats", ""}, {"default", ""}} {
		for _, language := range []string{baseLanguage(u.LanguageCode), ""} {
			if list, ok := s.profile.commands[commandKey(scope[0], scope[1], 0, language)]; ok && len(list) > 0 {
				return append([]Command(nil), list...)
			}
		}
	}
	return nil
}

func baseLanguage(code string) string {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	return base
}

// setText serves setMyName and its like; an empty text removes the one for that language.
func setText(field string, limit int) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		text, key := c.params[field], field+" "+c.params["language_code"]
		if utf8.RuneCountInString(text) > limit {
			return nil, badRequest("BOT_%s_TOO_LONG", strings.ToUpper(field))
		}
		if text == "" {
			delete(s.profile.texts, key)
			return true, nil
		}
		s.profile.texts[key] = text
		if key == "name " {
			s.bot.FirstName = text
		}
		return true, nil
	}
}

// getText serves getMyName and its like: the text for the language, or the one without.
func getText(field string) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		text, ok := s.profile.texts[field+" "+c.params["language_code"]]
		if !ok {
			text = s.profile.texts[field+" "]
		}
		return map[string]string{field: text}, nil
	}
}

func (s *Server) setChatMenuButton(c *call) (any, *apiError) {
	id, err := s.menuChat(c)
	if err != nil {
		return nil, err
	}
	var button struct {
		Type   string   `json:"type"`
		Text   string   `json:"text"`
		WebApp *wireURL `json:"web_app"`
	}
	if !c.decode("menu_button", &button) {
		delete(s.profile.menus, id)
		return true, nil
	}
	if button.WebApp != nil {
		if err := s.checkButtonLink(button.WebApp.URL, "menu button Web App", httpsOnly); err != nil {
			return nil, err
		}
	}
	s.profile.menus[id] = c.raw("menu_button")
	return true, nil
}

func (s *Server) getChatMenuButton(c *call) (any, *apiError) {
	id, err := s.menuChat(c)
	if err != nil {
		return nil, err
	}
	for _, key := range []int64{id, 0} {
		if button, ok := s.profile.menus[key]; ok {
			return button, nil
		}
	}
	return map[string]string{"type": "default"}, nil
}

// menuChat is the private chat a menu button belongs to, 0 for the default of all.
func (s *Server) menuChat(c *call) (int64, *apiError) {
	if c.params["chat_id"] == "" || c.integer("chat_id") == 0 {
		return 0, nil
	}
	ch, err := s.readable(c)
	if err != nil {
		return 0, err
	}
	if !ch.private() {
		return 0, badRequest("invalid user_id specified")
	}
	return ch.id, nil
}
