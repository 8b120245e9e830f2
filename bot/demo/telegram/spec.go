package telegram

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// botapi.json holds the methods served here and every type a bot can send with them, taken from the published
// Bot API 9.4 (https://core.telegram.org/bots/api, 9 February 2026). It was derived from a machine-readable copy
// of that page (methods and types, each with fields of name, types, required) like this: keep the methods of the
// handler table; for each, and for each type reachable from their parameters, write name → types joined by "|",
// with "!" in front where required; for each type with subtypes ("unions") map the constant of its "type" field
// ("must be photo", "always emoji") to the subtypes that carry it, "" where there is no such field; "reactions" is
// the list in the description of ReactionTypeEmoji.emoji. To move to a newer Bot API, derive it again.
//
//go:embed botapi.json
var botAPI []byte

// spec is the table of requests a bot may make.
type spec struct {
	Version   string                       `json:"version"`
	Methods   map[string]map[string]string `json:"methods"`
	Types     map[string]map[string]string `json:"types"`
	Unions    map[string]map[string]string `json:"unions"`
	Reactions []string                     `json:"reactions"`

	names map[string]string // lower-case method name → name; Telegram ignores the case
}

func loadSpec() *spec {
	var sp spec
	if err := json.Unmarshal(botAPI, &sp); err != nil {
		panic("telegram: embedded botapi.json: " + err.Error())
	}
	sp.names = make(map[string]string, len(sp.Methods))
	for name := range sp.Methods {
		sp.names[strings.ToLower(name)] = name
	}
	return &sp
}

// missing is Telegram's wording for an absent parameter, where it has one of its own.
func missing(method, param string) *apiError {
	switch param {
	case "chat_id":
		if method == "deleteMessage" || method == "deleteMessages" {
			return badRequest("chat identifier is not specified")
		}
		return badRequest("chat_id is empty")
	case "text":
		return badRequest("message text is empty")
	case "photo", "document":
		return badRequest("there is no %s in the request", param)
	case "message_id":
		return badRequest("message identifier is not specified")
	case "message_ids":
		return badRequest("message identifiers are not specified")
	case "latitude", "longitude":
		return badRequest("%s is empty", param)
	case "action":
		return badRequest("wrong parameter action in request")
	case "file_id":
		return badRequest("file_id not specified")
	}
	return badRequest("parameter %q is required", param)
}

// emptyAllowed names required parameters that Telegram takes empty: an empty url removes the webhook.
func emptyAllowed(method, param string) bool {
	return method == "setWebhook" && param == "url"
}

// check validates names, presence and types of a request's parameters. With lenient, parameters and fields that
// the specification doesn't know pass, as Telegram itself lets them pass in silence.
func (sp *spec) check(c *call, lenient bool) *apiError {
	fields := sp.Methods[c.method]
	for _, name := range sortedKeys(c.params) {
		types, known := fields[name]
		if !known {
			if lenient || c.attached(name) {
				continue
			}
			return badRequest("unknown parameter %q of method %s", name, c.method)
		}
		if c.params[name] == "" {
			continue
		}
		if err := sp.checkText(name, c.params[name], types, lenient); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(c.files) {
		if types, known := fields[name]; known && !strings.Contains(types, "InputFile") {
			return badRequest("parameter %q can't be a file", name)
		} else if !known && !lenient && !c.attached(name) {
			return badRequest("unknown file %q of method %s", name, c.method)
		}
	}
	for _, name := range sortedKeys(fields) {
		if !strings.HasPrefix(fields[name], "!") || emptyAllowed(c.method, name) {
			continue
		}
		if _, ok := c.files[name]; !ok && c.params[name] == "" {
			return missing(c.method, name)
		}
	}
	return nil
}

// checkText checks a parameter in its form value: scalars as text, everything else as JSON.
func (sp *spec) checkText(name, value, types string, lenient bool) *apiError {
	alternatives := strings.Split(strings.TrimPrefix(types, "!"), "|")
	if slices.Contains(alternatives, "String") {
		return nil
	}
	switch alternatives[0] {
	case "Integer":
		if _, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil {
			return badRequest("parameter %q must be of type Integer", name)
		}
		return nil
	case "Float":
		if _, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
			return badRequest("parameter %q must be of type Float", name)
		}
		return nil
	case "Boolean":
		switch strings.ToLower(value) {
		case "true", "false", "yes", "no", "0", "1":
			return nil
		}
		return badRequest("parameter %q must be of type Boolean", name)
	case "InputFile":
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil || decoder.More() {
		return badRequest("can't parse %s JSON object", strings.ReplaceAll(name, "_", " "))
	}
	if problem := sp.checkValue(name, v, alternatives, lenient); problem != "" {
		return badRequest("can't parse %s: %s", strings.ReplaceAll(name, "_", " "), problem)
	}
	return nil
}

// checkValue reports what is wrong with a JSON value that should be of one of the types, "" for nothing.
func (sp *spec) checkValue(path string, v any, alternatives []string, lenient bool) string {
	problem := ""
	for _, typ := range sp.expand(alternatives, v) {
		p := sp.checkType(path, v, typ, lenient)
		if p == "" {
			return ""
		}
		if problem == "" {
			problem = p
		}
	}
	if problem == "" {
		problem = fmt.Sprintf("%s has an unsupported type", path)
	}
	return problem
}

// expand replaces unions by the subtypes that the value can be, and picks among keyboards by their key.
func (sp *spec) expand(alternatives []string, v any) []string {
	object, _ := v.(map[string]any)
	if len(alternatives) > 1 && slices.Contains(alternatives, "InlineKeyboardMarkup") {
		for key, typ := range map[string]string{"inline_keyboard": "InlineKeyboardMarkup", "keyboard": "ReplyKeyboardMarkup",
			"remove_keyboard": "ReplyKeyboardRemove", "force_reply": "ForceReply"} {
			if _, ok := object[key]; ok {
				return []string{typ}
			}
		}
	}
	var out []string
	for _, typ := range alternatives {
		union, ok := sp.Unions[typ]
		if !ok {
			out = append(out, typ)
			continue
		}
		kind, _ := object["type"].(string)
		if _, plain := union[""]; plain {
			kind = ""
		}
		if subtypes := union[kind]; subtypes != "" {
			out = append(out, strings.Split(subtypes, "|")...)
		}
	}
	return out
}

func (sp *spec) checkType(path string, v any, typ string, lenient bool) string {
	wrong := fmt.Sprintf("field %q must be of type %s", path, typ)
	if item, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, isList := v.([]any)
		if !isList {
			return wrong
		}
		for i, element := range list {
			if p := sp.checkValue(fmt.Sprintf("%s[%d]", path, i), element, []string{item}, lenient); p != "" {
				return p
			}
		}
		return ""
	}
	switch typ {
	case "String", "InputFile":
		if _, ok := v.(string); !ok {
			return wrong
		}
		return ""
	case "Integer":
		n, ok := v.(json.Number)
		if text, isText := v.(string); isText { // Telegram takes numbers written as strings
			n, ok = json.Number(text), true
		}
		if _, err := n.Int64(); !ok || err != nil {
			return wrong
		}
		return ""
	case "Float":
		if _, ok := v.(json.Number); !ok {
			return wrong
		}
		return ""
	case "Boolean", "True":
		if _, ok := v.(bool); !ok {
			return wrong
		}
		return ""
	}
	if text, isText := v.(string); isText && typ == "KeyboardButton" {
		_ = text // a plain text button may be given as its text
		return ""
	}
	object, ok := v.(map[string]any)
	if !ok {
		return wrong
	}
	return sp.checkObject(path, object, typ, lenient)
}

func (sp *spec) checkObject(path string, object map[string]any, typ string, lenient bool) string {
	fields := sp.Types[typ]
	for _, name := range sortedKeys(object) {
		types, known := fields[name]
		switch {
		case !known && !lenient:
			return fmt.Sprintf("unknown field %q of %s", path+"."+name, typ)
		case !known, object[name] == nil: // null means absent
			continue
		}
		if p := sp.checkValue(path+"."+name, object[name], strings.Split(strings.TrimPrefix(types, "!"), "|"), lenient); p != "" {
			return p
		}
	}
	for _, name := range sortedKeys(fields) {
		if _, present := object[name]; !present && strings.HasPrefix(fields[name], "!") {
			return fmt.Sprintf("can't find field %q", name)
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
