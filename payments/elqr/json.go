package elqr

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
)

// longestKey is how much of a wrong key an error repeats, in characters.
const longestKey = 40

// MarshalJSON writes the link with the keys of testdata/production.json. A
// Link has passed the checksum or will be given one, so checksum_ok is true.
func (l Link) MarshalJSON() ([]byte, error) {
	type link Link // without this method
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // an outer encoder that wants it does it again
	err := enc.Encode(struct {
		link
		ChecksumOK bool `json:"checksum_ok"`
	}{link(l), true})
	return out.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON writes. An absent amount_editable,
// account_editable or visible means yes, as in the regulation. Keys are taken
// as they are spelt: unknown and repeated ones, and a checksum_ok that is
// false, are errors (*Error). The keys "link" and "producer", with which a
// vector file describes its entries, are passed over.
func (l *Link) UnmarshalJSON(data []byte) error {
	read := Link{AmountEditable: true, AccountEditable: true}
	err := readObject(data, "", func(key string, value json.RawMessage) error {
		switch key {
		case "type":
			return into(key, value, &read.Type)
		case "provider_id":
			return into(key, value, &read.ProviderID)
		case "service_code":
			return into(key, value, &read.ServiceCode)
		case "account":
			return into(key, value, &read.Account)
		case "transaction_id":
			return into(key, value, &read.TransactionID)
		case "amount_editable":
			return into(key, value, &read.AmountEditable)
		case "account_editable":
			return into(key, value, &read.AccountEditable)
		case "merchant_id":
			return into(key, value, &read.MerchantID)
		case "service_name":
			return into(key, value, &read.ServiceName)
		case "comment":
			return into(key, value, &read.Comment)
		case "extra":
			return read.extraFromJSON(value)
		case "mcc":
			return into(key, value, &read.MCC)
		case "currency":
			return into(key, value, &read.Currency)
		case "amount":
			return into(key, value, &read.Amount)
		case "name":
			return into(key, value, &read.Name)
		case "checksum_ok":
			return mustBeTrue(key, value)
		case "link", "producer":
			return nil
		}
		return jsonError(quoted(key, longestKey), "unknown key")
	})
	if err != nil {
		return err
	}
	*l = read
	return nil
}

func (l *Link) extraFromJSON(data json.RawMessage) error {
	var items []json.RawMessage
	if err := into("extra", data, &items); err != nil {
		return err
	}
	for i, item := range items {
		x := Extra{Visible: true}
		path := "extra[" + strconv.Itoa(i) + "]"
		err := readObject(item, path, func(key string, value json.RawMessage) error {
			name := path + "." + key
			switch key {
			case "key":
				return into(name, value, &x.Key)
			case "label":
				return into(name, value, &x.Label)
			case "value":
				return into(name, value, &x.Value)
			case "title":
				return into(name, value, &x.Title)
			case "visible":
				return into(name, value, &x.Visible)
			}
			return jsonError(quoted(name, longestKey), "unknown key")
		})
		if err != nil {
			return err
		}
		l.Extra = append(l.Extra, x)
	}
	return nil
}

func mustBeTrue(key string, value json.RawMessage) error {
	ok := true
	if err := into(key, value, &ok); err != nil {
		return err
	}
	if !ok {
		return jsonError(key, "these details come from a damaged link")
	}
	return nil
}

// readObject calls member for each key of a JSON object. The standard decoder
// alone would fold case and let the last of two equal keys win.
func readObject(data []byte, field string, member func(key string, value json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return jsonError(field, "not a JSON object")
	}
	seen := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return jsonError(field, "not JSON")
		}
		if seen[key] {
			return jsonError(quoted(key, longestKey), "given twice")
		}
		seen[key] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return jsonError(quoted(key, longestKey), "not JSON")
		}
		if err := member(key, value); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return jsonError(field, "not JSON")
	}
	if _, err := dec.Token(); err != io.EOF {
		return jsonError(field, "more than one JSON value")
	}
	return nil
}

// into reads one value. Null means absent, as for every key of Link.
func into(field string, value json.RawMessage, target any) error {
	if err := json.Unmarshal(value, target); err == nil {
		return nil
	}
	want := "a text"
	switch target.(type) {
	case *bool:
		want = "true or false"
	case **int64:
		want = "a whole number of tyiyn or null"
	case *[]json.RawMessage:
		want = "a list"
	}
	return jsonError(field, "not "+want)
}

func jsonError(field, detail string) error {
	return &Error{Code: CodeInvalid, Field: field, At: -1, Detail: detail}
}
