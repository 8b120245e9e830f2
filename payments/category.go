package payments

import (
	"strings"
	"unicode"
)

// CategoryID names what an outlet sells; its text stands in the catalogues
// under "category.<id>".
type CategoryID string

// Category is a line of business with its merchant category code.
type Category struct {
	ID  CategoryID
	MCC int // ISO 18245
}

// Categories lists what an outlet can be, the most usual first.
func Categories() []Category {
	return []Category{
		{"grocery", 5411},
		{"cafe", 5812},
		{"clothing", 5651},
		{"household", 5719},
		{"electronics", 5732},
		{"pharmacy", 5912},
		{"beauty", 7230},
		{"taxi", 4121},
		{"auto", 7538},
		{"services", 7299},
		{"education", 8299},
		{"other", 5999},
	}
}

// CategoryByID finds a category.
func CategoryByID(id CategoryID) (Category, bool) {
	for _, c := range Categories() {
		if c.ID == id {
			return c, true
		}
	}
	return Category{}, false
}

func hasLetterOrDigit(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}
