package telegram

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chatActions are the values of sendChatAction's action.
var chatActions = []string{"cancel", "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
	"record_audio", "upload_audio", "upload_document", "choose_sticker", "find_location", "pick_up_location",
	"record_video_note", "upload_video_note"}

// deliver finishes a send: target, reply and keyboard, in the order Telegram checks them. s.mu must be held.
func (s *Server) deliver(c *call, m *message) (any, *apiError) {
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	mk, err := s.markup(c, ch.private())
	if err != nil {
		return nil, err
	}
	if err := s.replyTo(c, ch, m); err != nil {
		return nil, err
	}
	bot := s.botUser()
	m.fromBot = true
	m.wire.From = &bot
	m.wire.HasProtectedContent = c.boolean("protect_content")
	m.wire.ReplyMarkup = mk.inline
	m.otherMarkup = mk.reply != nil || mk.remove || mk.force
	s.post(ch, m)
	ch.show(mk, m)
	ch.typingUntil = time.Time{}
	return m.wire, nil
}

// botUser is the bot as it stands in messages, without what only getMe tells.
func (s *Server) botUser() wireUser {
	return wireUser{ID: s.bot.ID, IsBot: true, FirstName: s.bot.FirstName, Username: s.bot.Username}
}

func (s *Server) replyTo(c *call, ch *chat, m *message) *apiError {
	var reply struct {
		MessageID json.Number `json:"message_id"`
		Without   bool        `json:"allow_sending_without_reply"`
	}
	if !c.decode("reply_parameters", &reply) {
		return nil
	}
	id, _ := strconv.Atoi(reply.MessageID.String())
	to := ch.find(id)
	if to == nil {
		if reply.Without {
			return nil
		}
		return badRequest("message to be replied not found")
	}
	quoted := to.wire
	quoted.ReplyToMessage = nil
	m.wire.ReplyToMessage = &quoted
	return nil
}

func (s *Server) sendMessage(c *call) (any, *apiError) {
	text, entities, err := s.formatted(c.params["text"], c.params["parse_mode"], c.params["entities"], maxText)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, badRequest("text must be non-empty")
	}
	return s.deliver(c, &message{wire: wireMessage{Text: text, Entities: entities, LinkPreviewOptions: c.raw("link_preview_options")}})
}

// raw is a JSON parameter to be echoed.
func (c *call) raw(name string) json.RawMessage {
	if c.params[name] == "" {
		return nil
	}
	return json.RawMessage(c.params[name])
}

// caption parses the caption beside a file.
func (s *Server) caption(c *call, m *message) *apiError {
	text, entities, err := s.formatted(c.params["caption"], c.params["parse_mode"], c.params["caption_entities"], maxCaption)
	m.wire.Caption, m.wire.CaptionEntities = text, entities
	m.wire.CaptionAbove = c.boolean("show_caption_above_media") && text != ""
	return err
}

// photo resolves a photo to send into its sizes.
func (s *Server) photo(c *call, field, value string) ([]photoSize, *apiError) {
	up, stored, err := s.inputFile(c, field, value, "Photo")
	switch {
	case err != nil:
		return nil, err
	case up == nil:
		for stored.origin != nil {
			stored = stored.origin
		}
		return s.sizesOf(stored), nil
	case up.pictureErr != nil:
		return nil, up.pictureErr
	}
	return s.storePhoto(up.data, up.picture), nil
}

// sizesOf gathers the sizes of a stored photo, smallest first.
func (s *Server) sizesOf(full *file) []photoSize {
	sizes := []photoSize{{FileID: full.id, FileUniqueID: full.unique, FileSize: len(full.data), Width: full.width, Height: full.height}}
	for _, f := range s.files {
		if f.origin == full {
			sizes = append(sizes, photoSize{FileID: f.id, FileUniqueID: f.unique, Width: f.width, Height: f.height})
		}
	}
	slices.SortFunc(sizes, func(a, b photoSize) int { return a.Width*a.Height - b.Width*b.Height })
	return sizes
}

func (s *Server) document(c *call, field, value string) (*wireDocument, *apiError) {
	up, stored, err := s.inputFile(c, field, value, "Document")
	switch {
	case err != nil:
		return nil, err
	case up == nil:
		return &wireDocument{FileID: stored.id, FileUniqueID: stored.unique, FileName: stored.name, MimeType: stored.contentType, FileSize: len(stored.data)}, nil
	case len(up.data) == 0:
		return nil, badRequest("file must be non-empty")
	}
	return s.storeDocument(up.name, up.contentType, up.data), nil
}

func (s *Server) sendPhoto(c *call) (any, *apiError) {
	m := &message{}
	if err := s.caption(c, m); err != nil {
		return nil, err
	}
	if _, err := s.writable(c); err != nil {
		return nil, err
	}
	sizes, err := s.photo(c, "photo", c.params["photo"])
	if err != nil {
		return nil, err
	}
	m.wire.Photo, m.wire.HasMediaSpoiler = sizes, c.boolean("has_spoiler")
	return s.deliver(c, m)
}

func (s *Server) sendDocument(c *call) (any, *apiError) {
	m := &message{}
	if err := s.caption(c, m); err != nil {
		return nil, err
	}
	if _, err := s.writable(c); err != nil {
		return nil, err
	}
	doc, err := s.document(c, "document", c.params["document"])
	if err != nil {
		return nil, err
	}
	m.wire.Document = doc
	return s.deliver(c, m)
}

// inputMedia is an element of sendMediaGroup and the media of editMessageMedia.
type inputMedia struct {
	Type         string          `json:"type"`
	Media        string          `json:"media"`
	Caption      string          `json:"caption"`
	ParseMode    string          `json:"parse_mode"`
	Entities     json.RawMessage `json:"caption_entities"`
	CaptionAbove bool            `json:"show_caption_above_media"`
	HasSpoiler   bool            `json:"has_spoiler"`
}

// media makes a message's content of an inputMedia.
func (s *Server) media(c *call, in inputMedia) (*message, *apiError) {
	text, entities, err := s.formatted(in.Caption, in.ParseMode, string(in.Entities), maxCaption)
	if err != nil {
		return nil, err
	}
	m := &message{wire: wireMessage{Caption: text, CaptionEntities: entities, CaptionAbove: in.CaptionAbove && text != "", HasMediaSpoiler: in.HasSpoiler}}
	switch in.Type {
	case "photo":
		m.wire.Photo, err = s.photo(c, "", in.Media)
	case "document":
		m.wire.Document, err = s.document(c, "", in.Media)
	default:
		err = badRequest("can't parse InputMedia: media of type %s is not served by this emulator", in.Type)
	}
	return m, err
}

func (s *Server) sendMediaGroup(c *call) (any, *apiError) {
	var list []inputMedia
	c.decode("media", &list)
	if len(list) < 2 || len(list) > 10 {
		return nil, badRequest("wrong number of media in the album: it must contain 2-10 elements")
	}
	if _, err := s.writable(c); err != nil {
		return nil, err
	}
	var album []*message
	for _, in := range list {
		if in.Type != list[0].Type {
			return nil, badRequest("can't use the media of the specified type in the album")
		}
		m, err := s.media(c, in)
		if err != nil {
			return nil, err
		}
		album = append(album, m)
	}
	var sent []any
	group := strconv.Itoa(s.lastMessage + 1)
	for _, m := range album {
		m.wire.MediaGroupID = group
		w, err := s.deliver(c, m)
		if err != nil {
			return nil, err
		}
		sent = append(sent, w)
	}
	return sent, nil
}

func (s *Server) sendLocation(c *call) (any, *apiError) {
	latitude, longitude := c.float("latitude"), c.float("longitude")
	if latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180 {
		return nil, badRequest("invalid location specified")
	}
	return s.deliver(c, &message{wire: wireMessage{Location: &wireLocation{Latitude: latitude, Longitude: longitude,
		HorizontalAccuracy: c.float("horizontal_accuracy"), LivePeriod: int(c.integer("live_period"))}}})
}

func (s *Server) sendContact(c *call) (any, *apiError) {
	phone := strings.TrimSpace(c.params["phone_number"])
	if strings.Trim(phone, "+0123456789 ()-") != "" {
		return nil, badRequest("PHONE_NUMBER_INVALID")
	}
	return s.deliver(c, &message{wire: wireMessage{Contact: &wireContact{PhoneNumber: phone, FirstName: c.params["first_name"],
		LastName: c.params["last_name"], VCard: c.params["vcard"]}}})
}

func (s *Server) sendChatAction(c *call) (any, *apiError) {
	action := strings.ToLower(c.params["action"])
	if !slices.Contains(chatActions, action) {
		return nil, badRequest("wrong parameter action in request")
	}
	ch, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	ch.typingUntil = s.cfg.Now()
	if action != "cancel" {
		ch.typingUntil = ch.typingUntil.Add(typingLasts)
	}
	ch.version++
	s.broadcast()
	return true, nil
}

// source is the message that forwardMessage and copyMessage take.
func (s *Server) source(c *call, what string) (*message, *apiError) {
	from, err := s.chatByID(c.params["from_chat_id"])
	if err != nil {
		return nil, err
	}
	m := from.find(int(c.integer("message_id")))
	if m == nil || m.service != "" {
		return nil, badRequest("message to %s not found", what)
	}
	return m, nil
}

// content is a message's content without its place, sender and keyboard.
func (m *message) content() wireMessage {
	w := m.wire
	return wireMessage{Text: w.Text, Entities: w.Entities, LinkPreviewOptions: w.LinkPreviewOptions, Photo: w.Photo, Document: w.Document,
		Sticker: w.Sticker, Voice: w.Voice, Caption: w.Caption, CaptionEntities: w.CaptionEntities, CaptionAbove: w.CaptionAbove,
		HasMediaSpoiler: w.HasMediaSpoiler, Contact: w.Contact, Location: w.Location}
}

func (s *Server) forwardMessage(c *call) (any, *apiError) {
	m, err := s.source(c, "forward")
	if err != nil {
		return nil, err
	}
	if m.wire.HasProtectedContent {
		return nil, badRequest("message can't be forwarded")
	}
	copied := &message{wire: m.content(), forwarded: true}
	copied.wire.ForwardOrigin = m.wire.ForwardOrigin
	if copied.wire.ForwardOrigin == nil {
		copied.wire.ForwardOrigin = &wireOrigin{Type: "user", Date: m.wire.Date, SenderUser: m.wire.From}
	}
	return s.deliver(c, copied)
}

func (s *Server) copyMessage(c *call) (any, *apiError) {
	m, err := s.source(c, "copy")
	if err != nil {
		return nil, err
	}
	copied := &message{wire: m.content()}
	if _, given := c.params["caption"]; given && m.wire.Text == "" {
		if err := s.caption(c, copied); err != nil {
			return nil, err
		}
	}
	if _, err := s.deliver(c, copied); err != nil {
		return nil, err
	}
	return map[string]int{"message_id": copied.wire.MessageID}, nil
}
