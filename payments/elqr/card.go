package elqr

const cardDigits = 16

// holdsCard reports whether text holds what looks like the number of a payment
// card: sixteen digits with nothing but single spaces or dashes between them,
// the first digits of ELKART, Visa, Mastercard, Mir or UnionPay, and a right
// Luhn digit. Bank accounts of the country also have sixteen digits but begin
// with 1.
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
	var number [cardDigits]byte
	i := 0
	for n := range number {
		if n > 0 && i < len(text) && (text[i] == ' ' || text[i] == '-') {
			i++
		}
		if i == len(text) || !digit(text[i]) {
			return false
		}
		number[n] = text[i] - '0'
		i++
	}
	if i < len(text) && digit(text[i]) {
		return false
	}
	return cardIssuer(number) && luhn(number)
}

func cardIssuer(n [cardDigits]byte) bool {
	two := n[0]*10 + n[1]
	switch {
	case n[0] == 4, two >= 51 && two <= 55, two >= 22 && two <= 27, two == 62:
		return true
	}
	return two == 94 && n[2] == 1 && n[3] == 7 // ELKART
}

func luhn(n [cardDigits]byte) bool {
	sum := 0
	for i, d := range n {
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
