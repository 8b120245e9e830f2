package chat

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/go-telegram/bot/models"
)

// Limits of the Bot API, in UTF-16 units.
const (
	maxText        = 4096
	maxCaption     = 1024
	maxToast       = 200
	maxCopy        = 256
	maxPlaceholder = 64
)

// Screen is one message as data. Text is HTML that is ready to be sent: whoever made it has escaped what people typed.
type Screen struct {
	Text       string
	Photo      []byte    // PNG; Text becomes the caption, or a second message when it is longer than 1024 UTF-16 units
	Document   *Document // a file; Text as with Photo
	Caption    bool      // on Edit: the message is a photo or document; keep it, change caption and buttons
	Buttons    [][]Button
	Keys       *Keyboard // reply keyboard
	RemoveKeys bool      // take the reply keyboard away
	Silent     bool      // arrives without a sound
}

// Document is a file to send.
type Document struct {
	Name string
	Data []byte
}

// Button is one button under a message: Text and exactly one of the others.
type Button struct {
	Text       string
	Action     Action // comes back as a press
	URL        string // http, https or tg
	Copy       string // put on the clipboard, at most 256 UTF-16 units
	WebApp     string // https page opened inside Telegram
	ShareQuery string // choose a chat and begin an inline query with this text
}

// Keyboard replaces the person's keyboard until it is removed.
type Keyboard struct {
	Rows        [][]Key
	Placeholder string // shown in the empty input field, cut at 64 UTF-16 units
	OneTime     bool
}

// Key is one key of a Keyboard; it sends its text, or the person's own contact or location.
type Key struct {
	Text            string
	RequestContact  bool
	RequestLocation bool
}

// The markup is written with types of our own: the library's button always carries an empty copy_text.
type inlineMarkup struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text   string                              `json:"text"`
	Data   string                              `json:"callback_data,omitempty"`
	URL    string                              `json:"url,omitempty"`
	Copy   *models.CopyTextButton              `json:"copy_text,omitempty"`
	WebApp *models.WebAppInfo                  `json:"web_app,omitempty"`
	Share  *models.SwitchInlineQueryChosenChat `json:"switch_inline_query_chosen_chat,omitempty"`
}

// check finds what Telegram would refuse, before anything is sent.
func (s Screen) check() error {
	switch {
	case len(s.Photo) > 0 && s.Document != nil:
		return errors.New("screen has a photo and a document")
	case s.Document != nil && (len(s.Document.Data) == 0 || s.Document.Name == ""):
		return errors.New("screen has a document without a name or content")
	case len(s.Photo) == 0 && s.Document == nil && s.Text == "" && !s.Caption:
		return errors.New("screen is empty")
	case len(s.Buttons) > 0 && (s.Keys != nil || s.RemoveKeys), s.Keys != nil && s.RemoveKeys:
		return errors.New("screen has more than one of Buttons, Keys, RemoveKeys")
	}
	return nil
}

// markup is what goes into reply_markup; nil (left out, never null) when there is nothing to show.
func (s Screen) markup() (models.ReplyMarkup, error) {
	if s.RemoveKeys {
		return models.ReplyKeyboardRemove{RemoveKeyboard: true}, nil
	}
	if s.Keys != nil {
		return s.Keys.markup()
	}
	var rows [][]inlineButton
	for _, row := range s.Buttons {
		var out []inlineButton
		for _, b := range row {
			button, err := b.encode()
			if err != nil {
				return nil, fmt.Errorf("button %q: %w", b.Text, err)
			}
			out = append(out, button)
		}
		if len(out) > 0 {
			rows = append(rows, out)
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return inlineMarkup{Rows: rows}, nil
}

func (b Button) encode() (inlineButton, error) {
	out := inlineButton{Text: b.Text}
	if b.Text == "" {
		return out, errors.New("no text")
	}
	kinds := 0
	if b.Action.Name != "" || len(b.Action.Args) > 0 {
		kinds++
		data, err := b.Action.Data()
		if err != nil {
			return out, err
		}
		out.Data = data
	}
	if b.URL != "" {
		kinds++
		if err := checkLink(b.URL, "http", "https", "tg"); err != nil {
			return out, err
		}
		out.URL = b.URL
	}
	if b.Copy != "" {
		kinds++
		if units(b.Copy) > maxCopy {
			return out, fmt.Errorf("%d UTF-16 units to copy, at most %d fit", units(b.Copy), maxCopy)
		}
		out.Copy = &models.CopyTextButton{Text: b.Copy}
	}
	if b.WebApp != "" {
		kinds++
		if err := checkLink(b.WebApp, "https", "http"); err != nil {
			return out, err
		}
		out.WebApp = &models.WebAppInfo{URL: b.WebApp}
	}
	if b.ShareQuery != "" {
		kinds++
		out.Share = &models.SwitchInlineQueryChosenChat{
			Query: b.ShareQuery, AllowUserChats: true, AllowGroupChats: true, AllowChannelChats: true,
		}
	}
	if kinds != 1 {
		return out, fmt.Errorf("%d kinds, want exactly one", kinds)
	}
	return out, nil
}

func checkLink(link string, schemes ...string) error {
	u, err := url.Parse(link)
	if err != nil {
		return errors.New("link cannot be read")
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme && u.Host != "" {
			return nil
		}
	}
	return fmt.Errorf("link of scheme %q without a host, or of a scheme that cannot be opened", u.Scheme)
}

func (k *Keyboard) markup() (models.ReplyMarkup, error) {
	out := models.ReplyKeyboardMarkup{
		ResizeKeyboard: true, OneTimeKeyboard: k.OneTime, InputFieldPlaceholder: cut(k.Placeholder, maxPlaceholder),
	}
	for _, row := range k.Rows {
		var keys []models.KeyboardButton
		for _, key := range row {
			if key.Text == "" || key.RequestContact && key.RequestLocation {
				return nil, fmt.Errorf("key %q: no text, or asks for two things", key.Text)
			}
			keys = append(keys, models.KeyboardButton{
				Text: key.Text, RequestContact: key.RequestContact, RequestLocation: key.RequestLocation,
			})
		}
		if len(keys) > 0 {
			out.Keyboard = append(out.Keyboard, keys)
		}
	}
	if len(out.Keyboard) == 0 {
		return nil, errors.New("keyboard without keys")
	}
	return out, nil
}
