package elqr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

// vector is a link that a bank really printed, with what it means.
type vector struct {
	Producer string `json:"producer"`
	Link     string `json:"link"`
	Fields   map[string]any
}

func production(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/production.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	var fields []map[string]any
	if err := errors.Join(json.Unmarshal(data, &vectors), json.Unmarshal(data, &fields)); err != nil {
		t.Fatal(err)
	}
	for i := range vectors {
		delete(fields[i], "producer")
		delete(fields[i], "link")
		vectors[i].Fields = fields[i]
	}
	if len(vectors) < 4 {
		t.Fatalf("%d vectors, want at least 4", len(vectors))
	}
	return vectors
}

func TestProductionLinks(t *testing.T) {
	for _, v := range production(t) {
		t.Run(v.Producer, func(t *testing.T) {
			link, err := elqr.Decode(v.Link)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(link)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, v.Fields); diff != "" {
				t.Errorf("JSON of the link (-got +want):\n%s", diff)
			}
			if base, _, _ := strings.Cut(v.Link, "#"); strings.Contains(v.Link, "#") && link.Base != base {
				t.Errorf("base %q, want %q", link.Base, base)
			}
		})
	}
}

// A vector file's entry is itself good input, and comes back as the same link
// details once the rules for writers are met.
func TestProductionLinksWrittenAnew(t *testing.T) {
	data, err := os.ReadFile("testdata/production.json")
	if err != nil {
		t.Fatal(err)
	}
	var links []elqr.Link
	if err := json.Unmarshal(data, &links); err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		l.MerchantID, l.ServiceName = "1", "S"
		l.ServiceCode = "1"
		if l.TransactionID != "" {
			l.TransactionID = "1" // 32 as a whole must fit
		}
		l.Base = "https://payqr.kg"
		uri, err := l.Encode(l.Base)
		if err != nil {
			t.Fatal(err)
		}
		got, err := elqr.Decode(uri)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, l); diff != "" {
			t.Errorf("written and read (-got +want):\n%s", diff)
		}
	}
}

// No damaged character of a production link goes unnoticed.
func TestProductionLinksDamaged(t *testing.T) {
	for _, v := range production(t) {
		start := len(v.Link) - len(elqr.Fragment(v.Link))
		for i := start; i < len(v.Link); i++ {
			for _, c := range []byte("0179zZ%# ") {
				damaged := []byte(v.Link)
				damaged[i] = c
				if bytes.EqualFold(damaged, []byte(v.Link)) {
					continue
				}
				if got, err := elqr.Decode(string(damaged)); err == nil {
					t.Errorf("%s: with %q at %d it reads as %+v", v.Producer, c, i, got)
				}
			}
		}
		for n := range len(v.Link) - 1 {
			if _, err := elqr.Decode(v.Link[:n]); err == nil {
				t.Errorf("%s: the first %d bytes are taken for the whole", v.Producer, n)
			}
		}
	}
}
