package chat

import (
	"bytes"
	"encoding/json"
	"strings"
)

// wordsOf are the fields of an update that hold what people wrote; the others (ids, callback_data) stay as they are.
func wordsOf(field string) bool {
	switch field {
	case "text", "caption", "title", "question", "explanation", "description", "first_name", "last_name", "name",
		"file_name", "performer", "address", "url", "phone_number", "vcard", "emoji", "query":
		return true
	}
	return false
}

// masked applies Config.Mask to everything people wrote in an update's JSON.
func (r *Runtime) masked(body []byte) []byte {
	if r.cfg.Mask == nil {
		return body
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return body // readUpdate has read it, so this cannot be
	}
	changed := false
	maskTree(tree, func(s string) string {
		m := r.cfg.Mask(s)
		changed = changed || m != s
		return m
	})
	if !changed {
		return body
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return body
	}
	return []byte(out.String())
}

func maskTree(node any, mask func(string) string) {
	switch n := node.(type) {
	case []any:
		for i := range n {
			maskTree(n[i], mask)
		}
	case map[string]any:
		for k, v := range n {
			if s, ok := v.(string); ok && wordsOf(k) {
				n[k] = mask(s)
				continue
			}
			maskTree(v, mask)
		}
	}
}
