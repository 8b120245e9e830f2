package elqr

import (
	"strconv"
	"strings"
)

// readService reads the template 32.
func (t *top) readService(link *Link) error {
	if !t.service.found {
		return missing("32")
	}
	var sumEditable, accountEditable object
	s := scanner{text: t.service.value, at: t.service.at, parent: "32"}
	for {
		o, err := s.next()
		if err != nil {
			return err
		}
		if !o.found {
			break
		}
		switch o.id {
		case 0:
			link.ProviderID, err = o.value, o.fits("32/00", maxProviderID)
		case 1:
			link.ServiceCode, err = o.value, o.fits("32/01", maxServiceCode)
		case 10:
			link.Account, err = o.value, o.fits("32/10", maxAccount)
		case 11:
			link.TransactionID, err = o.value, o.fits("32/11", maxTransaction)
		case 12:
			sumEditable = o
		case 13:
			accountEditable = o
		}
		if err != nil {
			return err
		}
	}
	if link.ProviderID == "" {
		return missing("32/00")
	}
	var err error
	if link.AmountEditable, err = sumEditable.yes("32/12"); err != nil {
		return err
	}
	link.AccountEditable, err = accountEditable.yes("32/13")
	return err
}

// readMerchant reads the template 33, which many producers leave out.
func (t *top) readMerchant(link *Link) error {
	s := scanner{text: t.merchant.value, at: t.merchant.at, parent: "33"}
	for {
		o, err := s.next()
		if err != nil {
			return err
		}
		if !o.found {
			return nil
		}
		switch o.id {
		case 0:
			link.MerchantID, err = o.value, o.fits("33/00", maxMerchantID)
		case 1:
			link.ServiceName, err = o.value, o.fits("33/01", maxServiceName)
		}
		if err != nil {
			return err
		}
	}
}

// readExtra reads the templates 35–39, the additional fields.
func (t *top) readExtra(link *Link) error {
	for i, template := range t.extra {
		if !template.found {
			continue
		}
		s := scanner{text: template.value, at: template.at, parent: strconv.Itoa(35 + i)}
		for {
			o, err := s.next()
			if err != nil {
				return err
			}
			if !o.found {
				break
			}
			extra, detail := parseExtra(o.value)
			if detail != "" {
				return o.invalid(s.path(twoDigit(o.id)), detail)
			}
			link.Extra = append(link.Extra, extra)
		}
	}
	return nil
}

func twoDigit(id uint8) string { return string([]byte{'0' + id/10, '0' + id%10}) }

// parseExtra takes key:label:value:title:state apart, or says what is wrong.
// A value may be a time or an address, so colons to spare belong to it. We
// never write such a field, since other readers may cut it elsewhere.
func parseExtra(text string) (extra Extra, detail string) {
	const wrong = "not of the form key:label:value:title:state"
	var ok [4]bool
	extra.Key, text, ok[0] = strings.Cut(text, ":")
	extra.Label, text, ok[1] = strings.Cut(text, ":")
	text, state, last := cutLast(text)
	extra.Value, extra.Title, ok[2] = cutLast(text)
	ok[3] = last
	if ok != [4]bool{true, true, true, true} {
		return Extra{}, wrong
	}
	switch state {
	case "11":
		extra.Visible = true
	case "12":
	default:
		return Extra{}, "visible state is neither 11 nor 12"
	}
	return extra, ""
}

func cutLast(s string) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
