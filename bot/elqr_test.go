package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments/elqr"
)

// elqrCommand runs the command and checks what holds for every run: nothing on
// standard output beside an error, and an error of one line.
func elqrCommand(t *testing.T, env map[string]string, stdin string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := runELQR(args, func(key string) string { return env[key] }, strings.NewReader(stdin), &out)
	if err != nil && (out.Len() > 0 || strings.ContainsAny(err.Error(), "\r\n")) {
		t.Errorf("elqr %q: output %q, error %q", args, out.String(), err)
	}
	return out.String(), err
}

func TestELQRDecodePrintsProductionLinks(t *testing.T) {
	data, err := os.ReadFile("../payments/elqr/testdata/production.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []map[string]any
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, want := range vectors {
		link := want["link"].(string)
		delete(want, "link")
		delete(want, "producer")
		fromArgument, err := elqrCommand(t, nil, "", "decode", link)
		if err != nil {
			t.Fatal(err)
		}
		fromInput, err := elqrCommand(t, nil, link+"\n", "decode", "-")
		if err != nil || fromInput != fromArgument {
			t.Errorf("from standard input: %s, %v", fromInput, err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(fromArgument), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", link, diff)
		}
	}
}

const chargeJSON = `{"type": "dynamic", "provider_id": "elcart.kg", "service_code": "trade", "account": "MFRGG",
	"amount_editable": false, "merchant_id": "1000123", "service_name": "ELKART Trade",
	"mcc": "5814", "currency": "417", "amount": 50000, "name": "NAME", "checksum_ok": true}`

func TestELQREncode(t *testing.T) {
	const fragment = "#00020101021232370009elcart.kg0105trade1005MFRGG1202123327000710001230112ELKART%20Trade52045814530341754055000059"
	input := func(name string) string { return strings.Replace(chargeJSON, "NAME", name, 1) }
	for name, tt := range map[string]struct {
		env   map[string]string
		args  []string
		stdin string
		want  string // all but the checksum
	}{
		"the operator's site":            {nil, nil, input("Kafe"), "https://pay.payqr.kg" + fragment + "04Kafe6304"},
		"base from the environment":      {map[string]string{"ELQR_LINK_BASE": "https://payqr.kg"}, nil, input("Kafe"), "https://payqr.kg" + fragment + "04Kafe6304"},
		"base from the flag wins":        {map[string]string{"ELQR_LINK_BASE": "https://payqr.kg"}, []string{"--base", "https://x.example/"}, input("Kafe"), "https://x.example/" + fragment + "04Kafe6304"},
		"Kyrgyz name":                    {nil, nil, input("Өрүк кафеси"), "https://pay.payqr.kg" + fragment + "11Oruk%20kafesi6304"},
		"long Russian name is cut whole": {nil, nil, input(strings.Repeat("а", 22) + "щи"), "https://pay.payqr.kg" + fragment + "22" + strings.Repeat("a", 22) + "6304"},
	} {
		got, err := elqrCommand(t, tt.env, tt.stdin, append([]string{"encode"}, tt.args...)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, ended := strings.CutSuffix(got, "\n")
		if diff := cmp.Diff(got[:len(got)-4], tt.want); diff != "" || !ended {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
		if _, err := elqr.Decode(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What decode prints, encode takes: the same link comes back.
func TestELQRRoundTrip(t *testing.T) {
	link, err := elqrCommand(t, nil, strings.Replace(chargeJSON, "NAME", "Kafe & Co", 1), "encode")
	if err != nil {
		t.Fatal(err)
	}
	printed, err := elqrCommand(t, nil, "", "decode", link)
	if err != nil {
		t.Fatal(err)
	}
	again, err := elqrCommand(t, nil, printed, "encode")
	if err != nil || again != link {
		t.Errorf("got %q, %v, want %q", again, err, link)
	}
}

func TestELQRBadInput(t *testing.T) {
	const wrongSum = "https://payqr.kg#00020101021132180009elcart.kg0101152045999530341759041234"
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"length past the end":    {"", []string{"decode", "0002010102113299"}, "elqr decode: object 32: length 99 runs past the end at 14"},
		"wrong checksum":         {"", []string{"decode", wrongSum + "6304zzzz"}, `elqr decode: object 63: checksum "zzzz", computed "` + elqr.Checksum(elqr.Fragment(wrongSum)) + `" at 61`},
		"not a link":             {"", []string{"decode", "hello"}, "elqr decode: not a payment link: nothing to pay after '#'"},
		"empty standard input":   {"", []string{"decode", "-"}, "elqr decode: not a payment link: nothing to pay after '#'"},
		"endless input":          {strings.Repeat("0", 1<<17), []string{"decode", "-"}, "elqr decode: standard input holds more than 65536 bytes"},
		"endless JSON":           {strings.Repeat(" ", 1<<17), []string{"encode"}, "elqr encode: standard input holds more than 65536 bytes"},
		"JSON that is not UTF-8": {strings.Replace(chargeJSON, `"name": "`, `"name": "`+"\xff", 1), []string{"encode"}, "elqr encode: not UTF-8"},
		"unknown key":            {`{"type":"static","sum":1}`, []string{"encode"}, `elqr encode: "sum": unknown key`},
		"no JSON":                {"", []string{"encode"}, "elqr encode: unexpected end of JSON input"},
		"missing merchant":       {strings.Replace(chargeJSON, `"merchant_id": "1000123", `, "", 1), []string{"encode"}, "elqr encode: merchant_id (object 33/00): absent"},
		"name without letters":   {strings.Replace(chargeJSON, "NAME", "名前", 1), []string{"encode"}, "elqr encode: name (object 59): not in Latin letters"},
		"Latin name too long":    {strings.Replace(chargeJSON, "NAME", strings.Repeat("n", 26), 1), []string{"encode"}, "elqr encode: name (object 59): 26 characters, at most 25"},
		"base that is no base":   {strings.Replace(chargeJSON, "NAME", "n", 1), []string{"encode", "--base", "payqr.kg"}, "elqr encode: base: not of the form scheme://host"},
		"line break in a value":  {`{"type":"static","a\nb":1}`, []string{"encode"}, `elqr encode: "a\nb": unknown key`},
	} {
		_, err := elqrCommand(t, nil, tt.stdin, tt.args...)
		if err == nil || err.Error() != tt.want || exitCode(err) != 1 {
			t.Errorf("%s: got %v (exit %d), want %s", name, err, exitCode(err), tt.want)
		}
	}
}

func TestELQRUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"no command":         {},
		"unknown command":    {"explain"},
		"no link":            {"decode"},
		"two links":          {"decode", "a", "b"},
		"unknown flag":       {"decode", "--json", "a"},
		"flag over lines":    {"encode", "--a\nb"},
		"flag without value": {"encode", "--base"},
		"encode an argument": {"encode", "{}"},
	} {
		if _, err := elqrCommand(t, nil, "", args...); exitCode(err) != 2 {
			t.Errorf("%s: %v, exit %d, want 2", name, err, exitCode(err))
		}
	}
	for _, args := range [][]string{{"--help"}, {"help"}, {"decode", "-h"}, {"encode", "--help"}} {
		if out, err := elqrCommand(t, nil, "", args...); err != nil || !strings.HasPrefix(out, "usage: elqr decode LINK") {
			t.Errorf("elqr %q: %q, %v", args, out, err)
		}
	}
}
