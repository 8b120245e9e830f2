package chat

import (
	"strings"
	"unicode"
)

// parseCommand reads "/name@bot args". It goes by the text alone: Telegram's entities count UTF-16 units and mark only
// Latin commands, while people also type /помощь and deserve an answer. ours is false when another bot is addressed.
// The name is in lower case; ok is false when the text is no command.
func parseCommand(text, username string) (name, args string, ours, ok bool) {
	rest, found := strings.CutPrefix(text, "/")
	if !found {
		return "", "", false, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	if end < 0 {
		end = len(rest)
	}
	name, rest = rest[:end], rest[end:]
	if name == "" || len([]rune(name)) > 32 {
		return "", "", false, false
	}
	ours = true
	if after, addressed := strings.CutPrefix(rest, "@"); addressed {
		end = strings.IndexFunc(after, func(r rune) bool {
			return r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		})
		if end < 0 {
			end = len(after)
		}
		ours = strings.EqualFold(after[:end], username)
		rest = after[end:]
	}
	if rest != "" && !unicode.IsSpace([]rune(rest)[0]) {
		return "", "", false, false
	}
	return strings.ToLower(name), strings.TrimSpace(rest), ours, true
}
