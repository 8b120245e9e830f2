package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
)

// event is one server-sent event.
type event struct{ name, data string }

// listen opens the stream of one user's page.
func (r *rig) listen(ctx context.Context, user int64) <-chan event {
	r.t.Helper()
	request, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/demo/events?user=%d", r.url, user), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
		r.t.Errorf("Content-Type %q", got)
	}
	events := make(chan event, 64)
	go func() {
		defer close(events)
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		var e event
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				if e.name != "" {
					events <- e
				}
				e = event{}
			}
		}
	}()
	return events
}

// await reads events until one of the name satisfies the condition.
func await(t *testing.T, events <-chan event, name string, ok func(data string) bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %s", name)
			}
			if e.name == name && ok(e.data) {
				return
			}
		case <-limit:
			t.Fatalf("no %s came", name)
		}
	}
}

func contains(part string) func(string) bool {
	return func(data string) bool { return strings.Contains(data, part) }
}

func TestEventsCarryWhatHappens(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	events := r.listen(ctx, aigul)
	await(t, events, "chat", func(data string) bool {
		var chat telegram.ChatView
		if err := json.Unmarshal([]byte(data), &chat); err != nil {
			t.Fatal(err)
		}
		return chat.User.ID == aigul && chat.Messages[0].Text == "/start"
	})
	r.bot("sendMessage", map[string]any{"chat_id": aigul, "text": "Саламатсызбы\n<script>", "entities": []any{}})
	await(t, events, "chat", contains(`Саламатсызбы\n\u003cscript`))
	r.bot("sendMessage", map[string]any{"chat_id": ivan, "text": "тайна"})
	await(t, events, "badge", func(data string) bool {
		if strings.Contains(data, "тайна") {
			t.Error("the badge tells what was said")
		}
		return data == fmt.Sprintf(`{"user":%d,"ids":[%d]}`, ivan, r.newest(ivan).ID)
	})
	r.post("messenger", map[string]any{"url": link})
	await(t, events, "messenger", contains(link))
	r.post("bank/pay", map[string]any{"link": link, "sum": "5"})
	await(t, events, "bank", contains(`"amount":500,`))
	r.post("users", map[string]any{"first_name": "Нурбек", "language_code": "ky"})
	await(t, events, "users", contains("Нурбек"))
	r.bot("getMe", nil)
	if _, err := r.telegram.SendText(1003, "/start"); err != nil {
		t.Fatal(err)
	}
	r.bot("sendMessage", map[string]any{"chat_id": 1003, "text": "hello"})
	await(t, events, "badge", contains(`"user":1003,"ids":[`+fmt.Sprint(r.newest(1003).ID)))
}

// What happens at the operator without our asking (a late cancellation) shows
// as well.
func TestEventsLookAtTheBank(t *testing.T) {
	r := newRig(t)
	events := r.listen(t.Context(), aigul)
	await(t, events, "bank", contains(`"payments":[]`))
	if _, err := r.bank.Pay(t.Context(), link, 700); err != nil {
		t.Fatal(err)
	}
	await(t, events, "bank", contains(`"amount":700,`))
	close(r.closing)
	for range events { // ends, or the test's limit strikes
	}
}

func TestPayOutlivesTheTab(t *testing.T) {
	r := newRig(t)
	r.bank.entered, r.bank.gate = make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "POST", r.url+"/demo/bank/pay", strings.NewReader(`{"link":"`+link+`","sum":"5"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	failed := make(chan error, 1)
	go func() {
		response, err := r.client.Do(request)
		if err == nil {
			response.Body.Close()
		}
		failed <- err
	}()
	<-r.bank.entered
	events := r.listen(t.Context(), aigul)
	cancel() // the tab is closed
	if err := <-failed; err == nil {
		t.Fatal("the request was answered")
	}
	close(r.bank.gate)
	await(t, events, "bank", contains(`"amount":500,`))
	close(r.closing)
}
