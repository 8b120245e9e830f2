package telegram

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Limits on buttons (Bot API, InlineKeyboardButton and CopyTextButton) and on a keyboard as a whole.
const (
	maxCallbackData = 64  // bytes
	maxCopyText     = 256 // characters
	maxButtons      = 100
)

// markup is what a request says about keyboards; at most one of the fields is set.
type markup struct {
	inline *wireInlineMarkup
	reply  *ReplyKeyboard
	remove bool
	force  bool
}

// rawButton is a button as requested: a kind is there if its pointer is.
type rawButton struct {
	Text         string           `json:"text"`
	IconEmojiID  string           `json:"icon_custom_emoji_id"`
	Style        string           `json:"style"`
	URL          string           `json:"url"`
	CallbackData string           `json:"callback_data"`
	WebApp       *wireURL         `json:"web_app"`
	LoginURL     *wireURL         `json:"login_url"`
	Switch       *string          `json:"switch_inline_query"`
	Current      *string          `json:"switch_inline_query_current_chat"`
	Chosen       *wireChosenChat  `json:"switch_inline_query_chosen_chat"`
	CopyText     *wireCopyText    `json:"copy_text"`
	CallbackGame *json.RawMessage `json:"callback_game"`
	Pay          bool             `json:"pay"`
}

type rawKey struct {
	Text            string           `json:"text"`
	Style           string           `json:"style"`
	RequestContact  bool             `json:"request_contact"`
	RequestLocation bool             `json:"request_location"`
	RequestUsers    *json.RawMessage `json:"request_users"`
	RequestChat     *json.RawMessage `json:"request_chat"`
	RequestPoll     *json.RawMessage `json:"request_poll"`
	WebApp          *wireURL         `json:"web_app"`
}

// UnmarshalJSON takes a key given as its text alone.
func (k *rawKey) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &k.Text) == nil {
		return nil
	}
	type plain rawKey
	return json.Unmarshal(data, (*plain)(k))
}

type rawMarkup struct {
	InlineKeyboard [][]rawButton `json:"inline_keyboard"`
	Keyboard       [][]rawKey    `json:"keyboard"`
	RemoveKeyboard bool          `json:"remove_keyboard"`
	ForceReply     bool          `json:"force_reply"`
	Persistent     bool          `json:"is_persistent"`
	Resize         bool          `json:"resize_keyboard"`
	OneTime        bool          `json:"one_time_keyboard"`
	Placeholder    string        `json:"input_field_placeholder"`
}

// markup reads and checks reply_markup for a chat; private tells whether it is a private one. An absent or empty
// keyboard gives the zero markup.
func (s *Server) markup(c *call, private bool) (markup, *apiError) {
	var raw rawMarkup
	if !c.decode("reply_markup", &raw) {
		return markup{}, nil
	}
	inline, err := s.inlineMarkup(raw.InlineKeyboard, private)
	if err != nil || inline != nil {
		return markup{inline: inline}, err
	}
	reply, err := replyKeyboard(raw, private)
	if err != nil || reply != nil {
		return markup{reply: reply}, err
	}
	if utf8.RuneCountInString(raw.Placeholder) > 64 {
		return markup{}, badRequest("input field placeholder is too long")
	}
	return markup{remove: raw.RemoveKeyboard, force: raw.ForceReply}, nil
}

func (s *Server) inlineMarkup(rows [][]rawButton, private bool) (*wireInlineMarkup, *apiError) {
	var out [][]wireButton
	count := 0
	for _, row := range rows {
		var buttons []wireButton
		for _, raw := range row {
			button, err := s.inlineButton(raw, private)
			if err != nil {
				return nil, err
			}
			buttons = append(buttons, button)
		}
		if len(buttons) > 0 {
			out = append(out, buttons)
			count += len(buttons)
		}
	}
	if count > maxButtons {
		return nil, badRequest("reply markup is too long")
	}
	if count == 0 {
		return nil, nil
	}
	return &wireInlineMarkup{InlineKeyboard: out}, nil
}

// inlineButton checks one button and keeps its one kind.
func (s *Server) inlineButton(raw rawButton, private bool) (wireButton, *apiError) {
	b := wireButton{Text: raw.Text, IconEmojiID: raw.IconEmojiID, Style: raw.Style}
	if strings.TrimSpace(raw.Text) == "" {
		return b, badRequest("inline keyboard button text must be non-empty")
	}
	if err := checkStyle(raw.Style, "inline keyboard button"); err != nil {
		return b, err
	}
	kinds := 0
	for _, there := range []bool{raw.URL != "", raw.CallbackData != "", raw.WebApp != nil, raw.LoginURL != nil, raw.Switch != nil,
		raw.Current != nil, raw.Chosen != nil, raw.CallbackGame != nil, raw.Pay} {
		if there {
			kinds++
		}
	}
	// An empty copy_text beside another kind is how a Go client with a struct for it looks; Telegram reads
	// copy_text last of all.
	if raw.CopyText != nil && (raw.CopyText.Text != "" || kinds == 0) {
		kinds++
	}
	switch {
	case kinds == 0:
		return b, badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case kinds > 1 && !s.cfg.Lenient:
		return b, badRequest("can't parse inline keyboard button: exactly one kind of button must be specified")
	}
	switch {
	case raw.URL != "":
		b.URL = raw.URL
		return b, s.checkButtonLink(raw.URL, "inline keyboard button", anyScheme)
	case raw.CallbackData != "":
		if len(raw.CallbackData) > maxCallbackData {
			return b, badRequest("BUTTON_DATA_INVALID")
		}
		b.CallbackData = raw.CallbackData
	case raw.CallbackGame != nil, raw.Pay:
		return b, badRequest("BUTTON_TYPE_INVALID") // games and invoices only
	case raw.Switch != nil:
		b.SwitchInline = raw.Switch
	case raw.Chosen != nil:
		if to := raw.Chosen; !to.AllowUserChats && !to.AllowBotChats && !to.AllowGroupChats && !to.AllowChannelChats {
			return b, badRequest("at least one chat type must be allowed")
		}
		b.SwitchChosen = raw.Chosen
	case raw.Current != nil:
		b.SwitchCurrent = raw.Current
	case raw.LoginURL != nil:
		b.LoginURL = raw.LoginURL
		return b, s.checkButtonLink(raw.LoginURL.URL, "inline keyboard button login", httpsOnly)
	case raw.WebApp != nil:
		if !private {
			return b, badRequest("BUTTON_TYPE_INVALID")
		}
		b.WebApp = raw.WebApp
		return b, s.checkButtonLink(raw.WebApp.URL, "inline keyboard button Web App", httpsOnly)
	case raw.CopyText != nil:
		if n := utf8.RuneCountInString(raw.CopyText.Text); n == 0 || n > maxCopyText {
			return b, badRequest("BUTTON_COPY_TEXT_INVALID")
		}
		b.CopyText = raw.CopyText
	}
	return b, nil
}

func checkStyle(style, what string) *apiError {
	switch style {
	case "", "danger", "success", "primary":
		return nil
	}
	return badRequest("can't parse %s: invalid button style specified", what)
}

type linkScheme bool

const (
	anyScheme linkScheme = false
	httpsOnly linkScheme = true
)

// checkButtonLink refuses what isn't a public address or, with httpsOnly, isn't https. Loopback passes by option.
func (s *Server) checkButtonLink(link, what string, scheme linkScheme) *apiError {
	u, err := url.Parse(link)
	if err == nil && s.cfg.AllowLoopbackButtons && (u.Scheme == "http" || u.Scheme == "https") && isLoopback(u.Hostname()) {
		return nil
	}
	_, problem := checkLink(link)
	if problem == "" && scheme == httpsOnly && u.Scheme != "https" {
		problem = "Only HTTPS links are allowed"
	}
	if problem != "" {
		return badRequest("%s URL '%s' is invalid: %s", what, link, problem)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()) {
		return badRequest("BUTTON_URL_INVALID")
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// replyKeyboard checks the keyboard under the input field; nil where there is none.
func replyKeyboard(raw rawMarkup, private bool) (*ReplyKeyboard, *apiError) {
	k := &ReplyKeyboard{OneTime: raw.OneTime, Persistent: raw.Persistent, Resize: raw.Resize, Placeholder: raw.Placeholder}
	count := 0
	for _, row := range raw.Keyboard {
		var keys []ReplyButton
		for _, key := range row {
			button, err := replyButton(key, private)
			if err != nil {
				return nil, err
			}
			keys = append(keys, button)
		}
		if len(keys) > 0 {
			k.Buttons = append(k.Buttons, keys)
			count += len(keys)
		}
	}
	switch {
	case count == 0:
		return nil, nil
	case count > 3*maxButtons:
		return nil, badRequest("reply markup is too long")
	case utf8.RuneCountInString(raw.Placeholder) > 64:
		return nil, badRequest("input field placeholder is too long")
	}
	return k, nil
}

func replyButton(key rawKey, private bool) (ReplyButton, *apiError) {
	b := ReplyButton{Text: key.Text, Style: key.Style}
	if strings.TrimSpace(key.Text) == "" {
		return b, badRequest("keyboard button text must be non-empty")
	}
	if err := checkStyle(key.Style, "keyboard button"); err != nil {
		return b, err
	}
	kinds := 0
	for kind, there := range map[string]bool{"contact": key.RequestContact, "location": key.RequestLocation, "users": key.RequestUsers != nil,
		"chat": key.RequestChat != nil, "poll": key.RequestPoll != nil, "web_app": key.WebApp != nil} {
		if there {
			kinds++
			b.Request = kind
		}
	}
	switch {
	case kinds > 1:
		return b, badRequest("can't parse keyboard button: at most one kind of request may be specified")
	case kinds == 1 && !private:
		what := map[string]string{"contact": "phone number", "location": "location", "users": "users", "chat": "chats",
			"poll": "poll", "web_app": "Web App"}[b.Request]
		return b, badRequest("%s can be requested in private chats only", what)
	}
	return b, nil
}
