package telegram

import "encoding/json"

// The types of this file are what the bot receives, field for field as the Bot API names them.

type wireUser struct {
	ID                      int64  `json:"id"`
	IsBot                   bool   `json:"is_bot"`
	FirstName               string `json:"first_name"`
	LastName                string `json:"last_name,omitempty"`
	Username                string `json:"username,omitempty"`
	LanguageCode            string `json:"language_code,omitempty"`
	CanJoinGroups           *bool  `json:"can_join_groups,omitempty"`
	CanReadAllGroupMessages *bool  `json:"can_read_all_group_messages,omitempty"`
	SupportsInlineQueries   *bool  `json:"supports_inline_queries,omitempty"`
	CanConnectToBusiness    *bool  `json:"can_connect_to_business,omitempty"`
	HasMainWebApp           *bool  `json:"has_main_web_app,omitempty"`
}

type wireChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

type wireMessage struct {
	MessageID           int               `json:"message_id"`
	From                *wireUser         `json:"from,omitempty"`
	Chat                wireChat          `json:"chat"`
	Date                int64             `json:"date"`
	ForwardOrigin       *wireOrigin       `json:"forward_origin,omitempty"`
	ReplyToMessage      *wireMessage      `json:"reply_to_message,omitempty"`
	ViaBot              *wireUser         `json:"via_bot,omitempty"`
	EditDate            int64             `json:"edit_date,omitempty"`
	HasProtectedContent bool              `json:"has_protected_content,omitempty"`
	MediaGroupID        string            `json:"media_group_id,omitempty"`
	Text                string            `json:"text,omitempty"`
	Entities            []entity          `json:"entities,omitempty"`
	LinkPreviewOptions  json.RawMessage   `json:"link_preview_options,omitempty"`
	Photo               []photoSize       `json:"photo,omitempty"`
	Document            *wireDocument     `json:"document,omitempty"`
	Sticker             *wireSticker      `json:"sticker,omitempty"`
	Voice               *wireVoice        `json:"voice,omitempty"`
	Caption             string            `json:"caption,omitempty"`
	CaptionEntities     []entity          `json:"caption_entities,omitempty"`
	CaptionAbove        bool              `json:"show_caption_above_media,omitempty"`
	HasMediaSpoiler     bool              `json:"has_media_spoiler,omitempty"`
	Contact             *wireContact      `json:"contact,omitempty"`
	Location            *wireLocation     `json:"location,omitempty"`
	PinnedMessage       *wireMessage      `json:"pinned_message,omitempty"`
	NewChatMembers      []wireUser        `json:"new_chat_members,omitempty"`
	LeftChatMember      *wireUser         `json:"left_chat_member,omitempty"`
	MigrateToChatID     int64             `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID   int64             `json:"migrate_from_chat_id,omitempty"`
	ReplyMarkup         *wireInlineMarkup `json:"reply_markup,omitempty"`
}

type wireOrigin struct {
	Type           string    `json:"type"`
	Date           int64     `json:"date"`
	SenderUser     *wireUser `json:"sender_user,omitempty"`
	SenderUserName string    `json:"sender_user_name,omitempty"`
}

type entity struct {
	Type     string    `json:"type"`
	Offset   int       `json:"offset"` // UTF-16 code units
	Length   int       `json:"length"` // UTF-16 code units
	URL      string    `json:"url,omitempty"`
	User     *wireUser `json:"user,omitempty"`
	Language string    `json:"language,omitempty"`
	EmojiID  string    `json:"custom_emoji_id,omitempty"`
}

type photoSize struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileSize     int    `json:"file_size,omitempty"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
}

type wireDocument struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
}

type wireSticker struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Type         string `json:"type"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	IsAnimated   bool   `json:"is_animated"`
	IsVideo      bool   `json:"is_video"`
	Emoji        string `json:"emoji,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
}

type wireVoice struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Duration     int    `json:"duration"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
}

type wireContact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name,omitempty"`
	UserID      int64  `json:"user_id,omitempty"`
	VCard       string `json:"vcard,omitempty"`
}

type wireLocation struct {
	Latitude           float64 `json:"latitude"`
	Longitude          float64 `json:"longitude"`
	HorizontalAccuracy float64 `json:"horizontal_accuracy,omitempty"`
	LivePeriod         int     `json:"live_period,omitempty"`
}

// wireInlineMarkup is an inline keyboard as Telegram echoes it: the kind that counts, and nothing beside it.
type wireInlineMarkup struct {
	InlineKeyboard [][]wireButton `json:"inline_keyboard"`
}

type wireButton struct {
	Text          string          `json:"text"`
	IconEmojiID   string          `json:"icon_custom_emoji_id,omitempty"`
	Style         string          `json:"style,omitempty"`
	URL           string          `json:"url,omitempty"`
	CallbackData  string          `json:"callback_data,omitempty"`
	WebApp        *wireURL        `json:"web_app,omitempty"`
	LoginURL      *wireURL        `json:"login_url,omitempty"`
	SwitchInline  *string         `json:"switch_inline_query,omitempty"`
	SwitchCurrent *string         `json:"switch_inline_query_current_chat,omitempty"`
	SwitchChosen  *wireChosenChat `json:"switch_inline_query_chosen_chat,omitempty"`
	CopyText      *wireCopyText   `json:"copy_text,omitempty"`
	CallbackGame  *struct{}       `json:"callback_game,omitempty"`
	Pay           bool            `json:"pay,omitempty"`
}

type wireURL struct {
	URL string `json:"url"`
}

type wireCopyText struct {
	Text string `json:"text"`
}

type wireChosenChat struct {
	Query             string `json:"query,omitempty"`
	AllowUserChats    bool   `json:"allow_user_chats,omitempty"`
	AllowBotChats     bool   `json:"allow_bot_chats,omitempty"`
	AllowGroupChats   bool   `json:"allow_group_chats,omitempty"`
	AllowChannelChats bool   `json:"allow_channel_chats,omitempty"`
}
