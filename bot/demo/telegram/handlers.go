package telegram

// handlers are the methods served, by their name in the specification. Those that wait or talk to the network
// take the lock themselves.
var handlers = map[string]handler{
	"getMe":      {locked: func(s *Server, _ *call) (any, *apiError) { return s.bot, nil }},
	"logOut":     {locked: yes},
	"close":      {locked: yes},
	"getUpdates": {free: (*Server).getUpdates},

	"setWebhook":     {locked: (*Server).setWebhook},
	"deleteWebhook":  {locked: (*Server).deleteWebhook},
	"getWebhookInfo": {locked: (*Server).getWebhookInfo},

	"sendMessage":    {locked: (*Server).sendMessage},
	"sendPhoto":      {locked: (*Server).sendPhoto},
	"sendDocument":   {locked: (*Server).sendDocument},
	"sendMediaGroup": {locked: (*Server).sendMediaGroup},
	"sendLocation":   {locked: (*Server).sendLocation},
	"sendContact":    {locked: (*Server).sendContact},
	"sendChatAction": {locked: (*Server).sendChatAction},
	"forwardMessage": {locked: (*Server).forwardMessage},
	"copyMessage":    {locked: (*Server).copyMessage},

	"editMessageText":        {locked: (*Server).editMessageText},
	"editMessageCaption":     {locked: (*Server).editMessageCaption},
	"editMessageMedia":       {locked: (*Server).editMessageMedia},
	"editMessageReplyMarkup": {locked: (*Server).editMessageReplyMarkup},
	"deleteMessage":          {locked: (*Server).deleteMessage},
	"deleteMessages":         {locked: (*Server).deleteMessages},
	"pinChatMessage":         {locked: (*Server).pinChatMessage},
	"unpinChatMessage":       {locked: (*Server).unpinChatMessage},
	"unpinAllChatMessages":   {locked: (*Server).unpinAllChatMessages},
	"setMessageReaction":     {locked: (*Server).setMessageReaction},

	"answerCallbackQuery": {locked: (*Server).answerCallbackQuery},
	"answerInlineQuery":   {locked: (*Server).answerInlineQuery},

	"setMyCommands":         {locked: (*Server).setMyCommands},
	"getMyCommands":         {locked: (*Server).getMyCommands},
	"deleteMyCommands":      {locked: (*Server).deleteMyCommands},
	"setMyName":             {locked: setText("name", maxBotName)},
	"getMyName":             {locked: getText("name")},
	"setMyDescription":      {locked: setText("description", maxBotDescription)},
	"getMyDescription":      {locked: getText("description")},
	"setMyShortDescription": {locked: setText("short_description", maxBotShortDescription)},
	"getMyShortDescription": {locked: getText("short_description")},
	"setChatMenuButton":     {locked: (*Server).setChatMenuButton},
	"getChatMenuButton":     {locked: (*Server).getChatMenuButton},

	"getChat":              {locked: (*Server).getChat},
	"getChatMember":        {locked: (*Server).getChatMember},
	"leaveChat":            {locked: (*Server).leaveChat},
	"getUserProfilePhotos": {locked: (*Server).getUserProfilePhotos},
	"getFile":              {locked: (*Server).getFile},
}

func yes(*Server, *call) (any, *apiError) { return true, nil }
