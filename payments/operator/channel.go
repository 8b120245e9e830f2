package operator

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
)

// Channel writes links that are paid through the operator. It is the national
// link with our place in it: the acquirer's id (32/00), the service code
// (32/01) and, as the account (32/10), the link's own code. A static code and
// a charge differ in their type and sum alone, so that one code finds either.
type Channel struct {
	Provider    string // 32/00, such as elcart.kg
	ServiceCode string // 32/01, at most 10 characters
	Base        string // scheme://host before the fragment
}

var _ payments.Channel = Channel{}

// serviceName is 33/01, and the payee's name where an outlet's own has nothing
// that can be written in Latin letters. Shortening it would not make the picture
// smaller: measured, both fit QR version 8.
const serviceName = "ELKART Trade"

// linkComment is how many characters of a comment a link carries (ID 34).
const linkComment = 32

// Write gives a link its national form.
func (c Channel) Write(i payments.Issue) (payments.Version, error) {
	link := elqr.Link{
		Type: elqr.Static, ProviderID: c.Provider, ServiceCode: c.ServiceCode, Account: i.Code,
		AmountEditable: true, MerchantID: strconv.FormatInt(int64(i.MerchantID), 10), ServiceName: serviceName,
		Comment: cut(i.Comment, linkComment), MCC: fmt.Sprintf("%04d", i.Outlet.MCC), Currency: elqr.Currency,
		Name: elqr.Latin(i.Outlet.Name),
	}
	if i.Kind == payments.LinkCharge {
		link.Type = elqr.Dynamic
	}
	if i.Amount != 0 {
		amount := int64(i.Amount)
		link.Amount, link.AmountEditable = &amount, false
	}
	if link.Name == "" {
		link.Name = serviceName
	}
	uri, err := link.Encode(c.Base)
	if err != nil {
		// What a person wrote may look like a card number, or hold a character
		// that no link may: the payment matters more than the words.
		link.Comment, link.Name = "", serviceName
		if uri, err = link.Encode(c.Base); err != nil {
			return payments.Version{}, fmt.Errorf("encode link: %w", err)
		}
	}
	return payments.Version{Hash: uri[len(uri)-4:], MCC: i.Outlet.MCC, URI: uri}, nil
}

// Fill writes a sum into a link of open sum. The bank's app shows it and lets
// nobody change it there: the checksum is that of this sum.
func (c Channel) Fill(v payments.Version, sum payments.Money) (payments.Version, error) {
	link, err := elqr.Decode(v.URI)
	if err != nil {
		return payments.Version{}, fmt.Errorf("fill link: %w", err)
	}
	amount := int64(sum)
	link.Amount, link.AmountEditable = &amount, false
	uri, err := link.Encode(link.Base)
	if err != nil {
		return payments.Version{}, fmt.Errorf("fill link: %w", err)
	}
	return payments.Version{Hash: uri[len(uri)-4:], MCC: v.MCC, URI: uri}, nil
}

// Ours reports whether a scan names this place and the merchant.
func (c Channel) Ours(s payments.Scan, merchant payments.MerchantID) bool {
	return s.Provider == c.Provider &&
		(s.ServiceID == "" || s.ServiceID == c.ServiceCode) &&
		(s.MerchantCode == "" || s.MerchantCode == strconv.FormatInt(int64(merchant), 10))
}

// cut shortens a text to n characters without leaving half of one.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	end := n
	for end > 0 && (unicode.Is(unicode.M, runes[end]) || runes[end] == '\u200d' || runes[end-1] == '\u200d') {
		end--
	}
	return strings.TrimSpace(string(runes[:end]))
}
