// Package chatscript plays conversations written as text files against the Telegram emulator, for tests. A line is
// a step:
//
//	# comment
//	@user aigul ky +996555123456    from here on Aigul acts; language and phone at her first mention
//	> 500 кофе                      she writes; \n is a new line
//	>> [Төлөм]                      she presses the inline or reply button whose label contains the text, in the
//	                                newest message that has one; a press must be answered
//	>contact                        she shares her own contact; ">contact +996700000000" sends another's,
//	                                ">contact forwarded" a forwarded one
//	>location 42.87 74.59   >sticker   >voice   >photo FILE   >document FILE
//	>edit text                      she edits the last text she wrote
//	>forge data                     a press with this data on the newest message of the bot
//	>block   >unblock
//	>inline 500 кофе                she types it behind the bot's name in another chat; it must be answered
//	>choose part                    she sends the offered card whose title contains the text
//	< part                          a message of the bot, new or edited since the last action, contains the text;
//	                                further lines are looked for in the same message and after it
//	<count 2 part                   exactly so many have come once everything has settled
//	<photo                          … is a picture; "<photo qr" one that decodes, "<photo qr part" to that content,
//	                                `<photo qr {"sum":"500"}` to content that passes Runner.CheckQR
//	<document part                  … is a file with that in its name
//	<button [label]                 the message matched last has such a button
//	<toast part   <alert part       the answer to the last press
//	<url part   <copy part          what the last press opened or copied
//	<offer part                     a card is offered whose title or description contains the text; alone: none is
//	<way part                       the line over the cards, which leads to the private chat
//	<inline part                    the message sent last from a card contains the text, now or when it is edited
//	<inline-button [label]          … and has such a button; alone: it has none
//	>group Name                     she makes a group with the bot in it; its members are all people of the script
//	>in Name text                   she writes into the group; >kick Name, >return Name: she puts the bot out, lets it
//	                                in again; >migrate Name: it becomes a supergroup
//	<in Name part                   a message of the bot in the group, since the last action, contains the text
//	<silent Name                    the bot has said nothing there since what was matched last, once all has settled
//	<deleted                        the bot has deleted her last message
//	<none                           nothing has come since what was matched last, once everything has settled
//	!name arguments                 calls Runner.Hooks["name"]
//
// Waiting is by the emulator's signals, never by sleeping.
package chatscript

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
)

// Hook is called by a line "!name arguments".
type Hook func(ctx context.Context, s *Session, args string) error

// Runner plays scripts. Server is required.
type Runner struct {
	Server *telegram.Server
	Hooks  map[string]Hook

	// DecodeQR reads the QR code in a picture, CheckQR compares its content with the JSON object of "<photo qr {…}"
	// (without CheckQR each value must occur in the content).
	DecodeQR func(picture []byte) (string, error)
	CheckQR  func(content string, want map[string]any) error

	// Settle returns when the bot has done all it was going to do; "<none" and "<count" need it.
	Settle func(ctx context.Context) error

	Timeout time.Duration // for each step (default 10 s)
}

// Session is the state of a running script, for hooks.
type Session struct {
	User    telegram.User    // who acts
	Message telegram.Message // what was matched last
	Pressed telegram.Pressed // by the last press
	QR      string           // content of the last QR code
	Query   string           // typed behind the bot's name last
	Offered telegram.InlineAnswer
	Inline  telegram.Message // sent last from an offered card

	run    *Runner
	people map[string]telegram.User
	cursor map[int64]uint64 // version of each chat: what is looked for comes after it, or at it
	since  map[int64]uint64 // version of each chat at the last action
	found  map[int64]uint64 // version of the message matched last in each chat
	last   map[int64]int    // the last message each person sent
	groups map[string]int64 // ids by name
	dir    string
}

// firstUser is where the ids of scripts' people begin.
const firstUser = 710_000_001

// Failure is a step that didn't go as written.
type Failure struct {
	File       string
	Line       int
	Step       string
	Problem    error
	Seen       []string // what came since the last action
	Transcript []string // of the acting person's chat
}

func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s\n\t%v\n", f.File, f.Line, f.Step, f.Problem)
	b.WriteString("seen since the last action:\n")
	for _, line := range f.Seen {
		b.WriteString("\t" + line + "\n")
	}
	b.WriteString("the whole conversation:\n")
	for _, line := range f.Transcript {
		b.WriteString("\t" + line + "\n")
	}
	return b.String()
}

func (f *Failure) Unwrap() error { return f.Problem }

// RunFile plays a script file. Pictures and documents are looked for beside it. The error is a *Failure.
func (r *Runner) RunFile(ctx context.Context, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return r.run(ctx, path, string(data), filepath.Dir(path))
}

// Run plays a script; name stands in failures. The error is a *Failure.
func (r *Runner) Run(ctx context.Context, name, script string) error {
	return r.run(ctx, name, script, ".")
}

func (r *Runner) run(ctx context.Context, name, script, dir string) error {
	s := &Session{run: r, people: map[string]telegram.User{}, cursor: map[int64]uint64{}, since: map[int64]uint64{}, found: map[int64]uint64{}, last: map[int64]int{}, groups: map[string]int64{}, dir: dir}
	for i, line := range strings.Split(script, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := s.timed(ctx, line); err != nil {
			return &Failure{File: name, Line: i + 1, Step: line, Problem: err, Seen: s.seen(), Transcript: s.transcript()}
		}
	}
	return nil
}

func (s *Session) timed(ctx context.Context, line string) error {
	timeout := s.run.Timeout
	if timeout <= 0 {
		timeout = time.Minute // against a script that hangs; a busy machine is slow
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return s.step(ctx, line)
}

// step plays one line.
func (s *Session) step(ctx context.Context, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case word == "@user":
		return s.become(rest)
	case strings.HasPrefix(word, "!"):
		hook, ok := s.run.Hooks[word[1:]]
		if !ok {
			return fmt.Errorf("no hook %q", word[1:])
		}
		s.act()
		return hook(ctx, s, rest)
	case s.User.ID == 0:
		return errors.New("nobody acts yet: begin with @user")
	case strings.HasPrefix(word, ">"):
		s.act()
		return s.do(ctx, word, rest)
	case strings.HasPrefix(word, "<"):
		return s.expect(ctx, word, rest)
	}
	return fmt.Errorf("not a step: lines begin with @user, >, <, ! or #")
}

// become switches to a person, who is declared at the first mention: name, language, phone.
func (s *Session) become(rest string) error {
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return errors.New("@user needs a name")
	}
	name := fields[0]
	u, known := s.people[name]
	if !known {
		u = s.known(name)
		if len(fields) > 1 {
			u.LanguageCode = fields[1]
		}
		if len(fields) > 2 {
			u.Phone = fields[2]
		}
		s.run.Server.AddUser(u)
		s.people[name] = u
	} else if len(fields) > 1 {
		return fmt.Errorf("%s was declared before", name)
	}
	s.User = u
	return nil
}

// known is the person of that name from an earlier script on the same server, or a new one.
func (s *Session) known(name string) telegram.User {
	id := int64(firstUser)
	for _, u := range s.run.Server.Users() {
		if u.Username == name {
			return u
		}
		id = max(id, u.ID+1)
	}
	return telegram.User{ID: id, FirstName: strings.ToUpper(name[:1]) + name[1:], Username: name}
}

// act marks the moment before an action: what is expected next comes after it, in everybody's chat.
func (s *Session) act() {
	for _, u := range s.people {
		s.mark(u.ID)
	}
	for _, id := range s.groups {
		s.mark(id)
	}
	s.Pressed = telegram.Pressed{}
}

func (s *Session) mark(chat int64) {
	v := s.run.Server.Chat(chat).Version
	s.cursor[chat], s.since[chat] = v+1, v
}
