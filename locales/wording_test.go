package locales

import (
	"regexp"
	"testing"
)

// An ending takes its vowels and its first consonant from what it stands on
// («500гө», «300гө» but «400дү», «Базарга», «Көлгө»), and nobody knows what a
// placeholder will say. So no ending hangs on one, nor on a figure.
var (
	ending = regexp.MustCompile(`(?:\}\}|[0-9])[а-яёңөү]+`)
	asks   = regexp.MustCompile(`\}\}(?:</?[a-z]+>|»)* (?:чейин|карата|караганда|тартып|баштап|кийин|мурун)(?:$|[^\pL])`) // for an ending before it
)

func TestKyrgyzHangsNoEndingOnWhatItDoesNotKnow(t *testing.T) {
	for key, texts := range readCatalogues(t)[Kyrgyz] {
		for _, text := range texts {
			for _, wrong := range append(ending.FindAllString(text, -1), asks.FindAllString(text, -1)...) {
				t.Errorf("ky %s: %q in %q", key, wrong, text)
			}
		}
	}
}

// TestOneWordForOneThing holds the texts to the words that were agreed.
func TestOneWordForOneThing(t *testing.T) {
	notInside := func(words string) *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:^|[^\pL])(?:` + words + `)`)
	}
	for lang, words := range map[string]map[string]*regexp.Regexp{
		Kyrgyz: {
			"карт":       notInside(`карта(?:|сы|сын|сына|га|ны|нын|дан|лар\pL*|ң\pL*)(?:$|[^\pL])`),
			"тиркеме":    notInside(`колдонмо`),
			"башкаруучу": notInside(`менеджер`),
			"ишкана":     notInside(`бизнес`),
			"таржымал":   notInside(`тарых`),
			"билдирме":   notInside(`эскертме`),
			"апта, since «жума» is Friday too": notInside(`жума`),
		},
		Russian: {
			"управляющий": notInside(`менеджер`),
			"покупатель":  notInside(`клиент`),
			"предприятие": notInside(`бизнес`),
		},
	} {
		for key, texts := range readCatalogues(t)[lang] {
			for _, text := range texts {
				for want, wrong := range words {
					if found := wrong.FindString(text); found != "" && key != "format.weekday.5" && key != "outlets.edit.hours" {
						t.Errorf("%s %s: %q should be %s in %q", lang, key, found, want, text)
					}
				}
			}
		}
	}
}

// TestUnitsStayWithTheirNumbers: «12,5%» in Kyrgyz and English, «12,5 %» in
// Russian, and no line ends between a number and the sign of its unit.
func TestUnitsStayWithTheirNumbers(t *testing.T) {
	for lang, c := range readCatalogues(t) {
		apart := regexp.MustCompile(`[0-9}] (?:%|мс|МБ|ч|см|мм|ms|MB|cm|mm)(?:$|[^\pL])|\x{a0}%`)
		if lang == Russian {
			apart = regexp.MustCompile(`[0-9}] (?:%|мс|МБ|ч|см|мм)(?:$|[^\pL])|[0-9]%`)
		}
		for key, texts := range c {
			for _, text := range texts {
				if wrong := apart.FindString(text); wrong != "" {
					t.Errorf("%s %s: %q in %q", lang, key, wrong, text)
				}
			}
		}
	}
}
