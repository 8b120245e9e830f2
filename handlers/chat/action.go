package chat

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxData is the length of callback_data in bytes that Telegram accepts (Bot API, InlineKeyboardButton).
const maxData = 64

// Action is what a button does: a name and its arguments. It comes back from the client, so every handler authorises
// it anew.
type Action struct {
	Name string
	Args []string
}

// Act builds an Action from strings, integers, booleans and types made of them; any other argument is a broken
// promise of the caller and panics.
func Act(name string, args ...any) Action {
	a := Action{Name: name}
	for _, arg := range args {
		v := reflect.ValueOf(arg)
		switch {
		case v.Kind() == reflect.String:
			a.Args = append(a.Args, v.String())
		case v.IsValid() && v.CanInt():
			a.Args = append(a.Args, strconv.FormatInt(v.Int(), 10))
		case v.IsValid() && v.CanUint():
			a.Args = append(a.Args, strconv.FormatUint(v.Uint(), 10))
		case v.Kind() == reflect.Bool:
			a.Args = append(a.Args, strconv.FormatBool(v.Bool()))
		default:
			panic(fmt.Sprintf("chat: action %s: argument of type %T", name, arg))
		}
	}
	return a
}

// Data is the action as callback_data: "name:arg:arg", at most 64 bytes, colons and percent signs escaped. An action
// that does not fit is an error of whoever built it; nothing is cut.
func (a Action) Data() (string, error) {
	if !validName(a.Name) {
		return "", fmt.Errorf("action name %q: want lower-case letters, digits, '_', '-', '.'", a.Name)
	}
	var b strings.Builder
	b.WriteString(a.Name)
	for _, arg := range a.Args {
		if !utf8.ValidString(arg) {
			return "", fmt.Errorf("action %s: argument is not UTF-8", a.Name)
		}
		b.WriteByte(':')
		escapeArg(&b, arg)
	}
	if b.Len() > maxData {
		return "", fmt.Errorf("action %s: %d bytes of callback data, at most %d fit", a.Name, b.Len(), maxData)
	}
	return b.String(), nil
}

// ParseAction reads callback_data. Only what Data writes is accepted, so two spellings of one action do not exist.
func ParseAction(data string) (Action, error) {
	if data == "" || len(data) > maxData {
		return Action{}, fmt.Errorf("callback data of %d bytes", len(data))
	}
	parts := strings.Split(data, ":")
	a := Action{Name: parts[0]}
	for _, part := range parts[1:] {
		arg, err := unescapeArg(part)
		if err != nil {
			return Action{}, err
		}
		a.Args = append(a.Args, arg)
	}
	if again, err := a.Data(); err != nil || again != data {
		return Action{}, errors.New("callback data is not of our making")
	}
	return a, nil
}

// Arg is the i-th argument, empty where there is none.
func (a Action) Arg(i int) string {
	if i < 0 || i >= len(a.Args) {
		return ""
	}
	return a.Args[i]
}

// Int64 is the i-th argument as a number; an absent, odd or out-of-range one is an error.
func (a Action) Int64(i int) (int64, error) {
	n, err := strconv.ParseInt(a.Arg(i), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != a.Arg(i) {
		return 0, fmt.Errorf("action %s: argument %d is not a number", a.Name, i)
	}
	return n, nil
}

func validName(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return name != ""
}

func escapeArg(b *strings.Builder, arg string) {
	for _, c := range []byte(arg) {
		if c == ':' || c == '%' || c < 0x20 || c == 0x7f {
			fmt.Fprintf(b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
}

func unescapeArg(s string) (string, error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errors.New("callback data ends inside an escape")
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", errors.New("callback data has a broken escape")
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}
