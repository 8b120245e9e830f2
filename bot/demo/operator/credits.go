package operator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// Credit is money put on a card, or asked to be.
type Credit struct {
	ID     string
	Token  string
	Card   string // masked
	Amount int64  // tyiyn
	Status string // accepted, done, refused
	At     time.Time
}

// Credits is what was asked for, newest first.
func (s *Server) Credits() []Credit {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Credit, 0, len(s.creditOrder))
	for _, c := range slices.Backward(s.creditOrder) {
		list = append(list, *c)
	}
	return list
}

// creditCall is one of the calls about cards and credits.
func (s *Server) creditCall(r request) (int, []byte) {
	switch {
	case r.name == "cards" && r.id == "" && r.method == http.MethodPost:
		return s.tokenize(r.body)
	case r.name == "credits" && r.id == "" && r.method == http.MethodPost:
		return s.credit(r.body)
	case r.name == "credits" && r.id != "" && r.method == http.MethodGet:
		return s.creditStatus(r.id)
	}
	return refuse(http.StatusNotFound)
}

// tokenize gives the same card the same token. The number is not kept, nor is
// the token: it vouches for itself, so that a later run with the same CardKey
// pays to the cards of an earlier one.
func (s *Server) tokenize(body []byte) (int, []byte) {
	number, err := wire.DecodeCard(body)
	if err != nil {
		return refuse(http.StatusBadRequest)
	}
	token := s.cardToken(s.cardMAC(number.Reveal(), 8) + hex.EncodeToString([]byte(number.Last4())))
	card, _ := s.card(token)
	return encoded(wire.EncodeCardToken(wire.CardToken{Token: token, Masked: card}))
}

// cardHead is the length of what a token says: a digest of the number, and the
// last four digits. A digest of that follows.
const cardHead = 16 + 8

func (s *Server) cardToken(head string) string { return head + s.cardMAC(head, 4) }

// card returns the masked number of a token of ours.
func (s *Server) card(token string) (masked string, known bool) {
	if len(token) != cardHead+8 || s.cardToken(token[:cardHead]) != token {
		return "", false
	}
	last4, err := hex.DecodeString(token[cardHead-8 : cardHead])
	return "9417 **** **** " + string(last4), err == nil
}

func (s *Server) cardMAC(text string, size int) string {
	mac := hmac.New(sha256.New, s.cardKey)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:size])
}

func (s *Server) credit(body []byte) (int, []byte) {
	order, err := wire.DecodeCreditOrder(body)
	if err != nil {
		return refuse(http.StatusBadRequest)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, isKnown := s.credits[order.ID]; isKnown {
		if known.Token != order.Token || payments.Money(known.Amount) != order.Amount {
			return refuse(http.StatusUnprocessableEntity)
		}
		return tellCredit(known)
	}
	card, isKnown := s.card(order.Token)
	if !isKnown {
		return refuse(wire.HTTPRecipientWrong)
	}
	status := wire.CreditDone
	switch {
	case s.mischief.RefuseCredits:
		status = wire.CreditRefused
	case s.mischief.SlowCredits:
		status = wire.CreditAccepted
	}
	c := &Credit{ID: order.ID, Token: order.Token, Card: card, Amount: int64(order.Amount),
		Status: string(status), At: s.now().UTC()}
	s.credits[order.ID] = c
	s.creditOrder = append(s.creditOrder, c)
	return tellCredit(c)
}

// creditStatus answers how a credit stands; an accepted one is done by the time
// somebody asks.
func (s *Server) creditStatus(id string) (int, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, isKnown := s.credits[id]
	if !isKnown {
		return refuse(http.StatusNotFound)
	}
	if c.Status == string(wire.CreditAccepted) {
		c.Status = string(wire.CreditDone)
	}
	return tellCredit(c)
}

func tellCredit(c *Credit) (int, []byte) {
	state := wire.CreditState{ID: c.ID, Status: wire.CreditStatus(c.Status)}
	if state.Status == wire.CreditRefused {
		state.Reason = "card closed"
	}
	return encoded(wire.EncodeCreditState(state))
}
