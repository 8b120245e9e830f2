package payments

import "unicode"

// MaskNumbers hides what may be a card's number, or one with a digit too few, in a
// text: thirteen digits or more with at most two marks between them.
func MaskNumbers(text string) string {
	runes := []rune(text)
	for start := 0; start < len(runes); {
		if !unicode.IsDigit(runes[start]) {
			start++
			continue
		}
		count, end := 0, start
		for i := start; i < len(runes) && i-end <= 3; i++ {
			if unicode.IsDigit(runes[i]) {
				count, end = count+1, i
			} else if unicode.IsLetter(runes[i]) {
				break
			}
		}
		for i := start; count >= 13 && i <= end; i++ {
			if unicode.IsDigit(runes[i]) {
				runes[i] = '•'
			}
		}
		start = end + 1
	}
	return string(runes)
}

// shownLine makes one line of what people wrote and others will read, in links,
// messages and files: a comment, a cell of a file, a payer's words. A card number
// in it is hidden, wherever it came from.
func shownLine(text string) string {
	text = CleanLine(text)
	if _, found := FindCardNumber(text); found {
		return MaskNumbers(text)
	}
	return text
}
