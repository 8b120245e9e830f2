package main

import (
	"testing"
	"time"
)

// Without a PUBLIC_URL the button is the national link itself, which the
// operator asks about before we have heard that it was sent.
func TestInlineWithoutPages(t *testing.T) {
	w := newWorld(t, withoutPages)
	w.Telegram.SetInlineFeedback(false)
	r := w.runner()
	r.Timeout = 20 * time.Second
	setup := `
@user nurlan ru +996555000111
> /start
>> [Русский]
>contact
>> [Согласен]
> Тандыр
>> [Кафе]
>> [Пропустить]
> 9417000000004321
< Готово!
>inline 500 кофе
>choose 500
<inline-button [Төлөө · Оплатить]
!inline pay 500
!inline links 1
!inline drafts 0
!inline refused 500
>inline
>choose Тандыр
!inline pay 120
`
	if err := r.Run(t.Context(), "trial", setup); err != nil {
		t.Fatal(err)
	}
}

// A restart between the offer and the choice loses nothing.
func TestInlineOverARestart(t *testing.T) {
	w := newWorld(t)
	r := w.runner()
	script := `
@user nurlan ru +996555000111
> /start
>> [Русский]
>contact
>> [Согласен]
> Тандыр
>> [Кафе]
>> [Пропустить]
< «ЭЛКАРТ»
!card 9417000000004321
< Готово!
>inline 500 кофе
!restart
>choose 500
!restart
!inline pay 500
<inline ✅ Оплачено
`
	if err := r.Run(t.Context(), "restart", script); err != nil {
		t.Fatal(err)
	}
}
