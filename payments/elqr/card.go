package elqr

// The lengths of card numbers: sixteen digits, nineteen in some ranges of
// ELKART.
const (
	cardDigits     = 16
	longCardDigits = 19
)

// holdsCard reports whether text holds what looks like the number of a payment
// card, with nothing but single spaces or dashes between its digits: an ELKART
// number of either length, which carries no check digit, or sixteen digits with
// the first ones of Visa, Mastercard, Mir or UnionPay and a right Luhn digit.
// Bank accounts of the country also have sixteen digits but begin with 1.
func holdsCard(text string) bool {
	for i := 0; i+cardDigits <= len(text); i++ {
		if digit(text[i]) && (i == 0 || !digit(text[i-1])) && cardAt(text[i:]) {
			return true
		}
	}
	return false
}

// cardAt reports whether text begins with a card number.
func cardAt(text string) bool {
	var number [longCardDigits]byte
	n := 0
	for i := 0; i < len(text); i++ {
		if n > 0 && (text[i] == ' ' || text[i] == '-') && i+1 < len(text) && digit(text[i+1]) {
			continue
		}
		if !digit(text[i]) {
			break
		}
		if n == len(number) {
			return false
		}
		number[n] = text[i] - '0'
		n++
	}
	if elkart(number) {
		return n == cardDigits || n == longCardDigits
	}
	return n == cardDigits && cardIssuer(number) && luhn(number)
}

func elkart(n [longCardDigits]byte) bool { return n[0] == 9 && n[1] == 4 && n[2] == 1 && n[3] == 7 }

func cardIssuer(n [longCardDigits]byte) bool {
	two := n[0]*10 + n[1]
	return n[0] == 4 || two >= 51 && two <= 55 || two >= 22 && two <= 27 || two == 62
}

func luhn(n [longCardDigits]byte) bool {
	sum := 0
	for i, d := range n[:cardDigits] {
		v := int(d)
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
