package main

import (
	"context"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"elkart.kg/trade/locales"
)

// introduce tells Telegram the bot's commands and descriptions in every
// language. They are decoration: a failure is logged, and the next start tries
// again.
func (a *app) introduce(ctx context.Context) {
	api := a.sender.Bot()
	for _, language := range locales.Languages() {
		code := language.Code
		if code == locales.Default {
			code = "" // also for those whose language we do not speak
		}
		var commands []models.BotCommand
		for _, c := range a.bot.Commands(language.Code) {
			commands = append(commands, models.BotCommand{Command: c.Name, Description: c.Description})
		}
		profile := a.bot.Profile(language.Code)
		_, err := api.SetMyCommands(ctx, &tg.SetMyCommandsParams{
			Commands: commands, Scope: &models.BotCommandScopeAllPrivateChats{}, LanguageCode: code,
		})
		if err == nil {
			_, err = api.SetMyDescription(ctx, &tg.SetMyDescriptionParams{Description: profile.Description, LanguageCode: code})
		}
		if err == nil {
			_, err = api.SetMyShortDescription(ctx, &tg.SetMyShortDescriptionParams{ShortDescription: profile.Short, LanguageCode: code})
		}
		if err != nil {
			if ctx.Err() == nil {
				a.log.WarnContext(ctx, "Telegram did not take the bot's commands and descriptions", "language", language.Code, "error", err)
			}
			return
		}
	}
}
