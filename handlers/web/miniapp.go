package web

import "elkart.kg/trade/payments"

// telegramWeb shows Mini Apps in a frame; its other apps open them as pages.
const telegramWeb = "https://web.telegram.org"

// inTelegram lets a page be shown inside Telegram, where there is a way to
// know who opened it.
func (s *Site) inTelegram(handle func(*visit) error) func(*visit) error {
	if s.initData == nil || !s.secure {
		return handle
	}
	return func(v *visit) error {
		v.framer = telegramWeb
		v.w.Header().Del("X-Frame-Options") // it knows no exceptions; frame-ancestors does
		return handle(v)
	}
}

// openedBy reports whether Telegram says that this person opened the page. It
// is proof beyond the address, which is the permission: a page in a browser has
// none, but a wrong one means that the address has got into other hands.
func (s *Site) openedBy(person payments.PersonID, data string) bool {
	if s.initData == nil {
		return false
	}
	id, err := s.initData(data)
	return err == nil && id == person
}
