package handlers

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
)

// claim is what a person shows as a proof of payment, read.
type claim struct {
	payments.Claim
	Sum     payments.Money // that it claims; 0: not said
	Foreign string         // the host of an address that is made to look like ours
}

// Bounds of a claim: a QR code holds up to 3 KB, numbers are counted on from 1,
// the operator's ids have at most 64 characters.
const (
	maxClaim       = 3000
	maxNumberDigit = 12
)

var operatorID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._:-]{2,63}$`)

// readClaim reads a receipt's number, its address or key, a code to pay by, or
// the operator's id; behind it may stand the sum that is claimed. ok is false
// where there is none of these.
func readClaim(text, publicURL string) (c claim, ok bool) {
	if len(text) > maxClaim {
		return claim{}, false
	}
	// A national link holds the outlet's name, spaces and all.
	if link, err := elqr.Decode(strings.TrimSpace(text)); err == nil {
		return claim{Claim: payments.Claim{Code: link.Account}}, true
	}
	words := strings.Fields(text)
	for len(words) > 1 && isReceiptWord(words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return claim{}, false
	}
	if len(words) > 1 {
		sum, err := payments.ParseMoney(strings.Join(words[1:], " "))
		if err != nil {
			return claim{}, false
		}
		c.Sum = sum
	}
	return c.read(strings.TrimLeft(words[0], "№#"), publicURL)
}

// read reads what claims, without the sum.
func (c claim) read(word, publicURL string) (claim, bool) {
	if isAddress(word) {
		return c.readAddress(word, publicURL)
	}
	if key, ok := payments.NormalCode(word); ok {
		c.Key = key
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil && n > 0 && len(word) <= maxNumberDigit {
		c.Number = n
	}
	if operatorID.MatchString(word) && strings.ContainsAny(word, "0123456789") {
		c.OperatorID = word
	}
	return c, c.Claim != payments.Claim{}
}

// isAddress reports whether a word can be an address, which people also copy
// without its beginning.
func isAddress(word string) bool { return strings.Contains(word, "/") }

// readAddress reads an address of a receipt or of a payment page. It counts
// only on our own host, to the letter: on any other, what looks like ours is
// made to deceive, whatever key it holds.
func (c claim) readAddress(address, publicURL string) (claim, bool) {
	address = strings.TrimRight(strings.TrimLeft(address, "(<«“\""), ".,;:!?)>»”\"") // of the sentence around it
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return claim{}, false
	}
	ours, err := url.Parse(publicURL)
	if err != nil {
		return claim{}, false
	}
	path := u.Path
	mine := publicURL != "" && strings.EqualFold(u.Host, ours.Host) && u.User == nil
	if mine {
		path = strings.TrimPrefix(path, ours.Path)
	}
	page, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	rest, _, _ = strings.Cut(rest, "/")
	code, isCode := payments.NormalCode(rest)
	switch {
	case !isCode || page != "r" && page != "p":
		return claim{}, false
	case !mine:
		return claim{Foreign: u.Host}, true
	case page == "r":
		c.Key = code
	default:
		c.Code = code
	}
	return c, true
}

// isReceiptWord is a word that people write before a receipt's number.
func isReceiptWord(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ".:")) {
	case "№", "#", "no", "n", "чек", "чектин", "чека", "номер", "номери", "receipt":
		return true
	}
	return false
}
