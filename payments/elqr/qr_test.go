package elqr_test

import (
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"elkart.kg/trade/payments/elqr"
)

// ourLink is a link of this program with everything that cannot be left out.
func ourLink(kind elqr.Type, account, serviceName string) elqr.Link {
	l := charge()
	l.Type, l.Account, l.ServiceName, l.Name = kind, account, serviceName, "Kafe Ak-Keme Bishkek"
	if kind == elqr.Static {
		l.Amount, l.AmountEditable = nil, true
	}
	return l
}

// modules returns the width of the QR code at level M, and its version.
func modules(t testing.TB, text string) (width, version int) {
	t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return 17 + 4*code.VersionNumber, code.VersionNumber
}

// The table behind the choice of code alphabet and service name; -v prints it.
// A QR code packs runs of digits and of capitals tighter than small letters, so
// account codes are written in capitals: that spares a version, four modules
// each way, where it matters. A later change that makes our codes denser fails.
func TestQRModules(t *testing.T) {
	const (
		code    = "MFRGGZDFMZTWQ2LKNNWG23TPOA"
		host    = "https://pay.payqr.kg"
		short   = "https://payqr.kg"
		version = 8
	)
	accounts := map[string]string{"capitals": code, "small letters": strings.ToLower(code), "digits": "12345678901234567890123456"}
	for _, kind := range []elqr.Type{elqr.Static, elqr.Dynamic} {
		for _, service := range []string{"ELKART Trade", "ELKART", "E"} {
			for _, base := range []string{host, short} {
				got := map[string]int{}
				for name, account := range accounts {
					uri, err := ourLink(kind, account, service).Encode(base)
					if err != nil {
						t.Fatal(err)
					}
					var width int
					width, got[name] = modules(t, uri)
					t.Logf("%-7s %-12s %-20s %-13s %d bytes, version %d, %d modules", kind, service, base, name, len(uri), got[name], width)
				}
				if got["capitals"] > version {
					t.Errorf("%s, %s, %s: version %d, want at most %d", kind, service, base, got["capitals"], version)
				}
				if service == "ELKART Trade" && base == host && got["small letters"] <= got["capitals"] {
					t.Errorf("%s: capitals no longer spare a version", kind)
				}
			}
		}
	}
}
