package operator_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// crowd is a payee with a name for each account.
type crowd struct{ settled }

func (crowd) Check(_ context.Context, scan payments.Scan) (payments.Beneficiary, error) {
	return payments.Beneficiary{Name: scan.Account, Type: payments.TypeC2B}, nil
}

// What is remembered of an answer to check is its own signature, also when many
// ask at once about more payees than are remembered.
func TestRememberedSignaturesHold(t *testing.T) {
	const payees = 5
	for _, tt := range []struct{ remember, want int }{{1, 1}, {3, 3}, {0, payees}} {
		handler, err := operator.NewHandler(operator.HandlerConfig{
			Beneficiary: crowd{}, Verify: verifier(t, operatorKey()), Sign: signer(t, ourKey()),
			Log: slog.New(slog.DiscardHandler), Now: noon, Remember: tt.remember,
		})
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for worker := range 4 {
			group.Go(func() {
				for i := range 2 * payees {
					body := with(t, checkBody, "beneficiaryAccountNumber", fmt.Sprintf(`"Payee %cx"`, 'a'+(i+worker)%payees))
					r := httptest.NewRequest("POST", "/in/qr/1/tx/check", strings.NewReader(body))
					r.Header = signed(t, operatorKey(), "", body)
					w := httptest.NewRecorder()
					handler.ServeHTTP(w, r)
					if w.Code != 200 || !holds(&ourKey().PublicKey, w.Body.String(), w.Header().Get("H-HASH")) {
						t.Errorf("remembering %d: answer %d %s, and its signature does not hold", tt.remember, w.Code, w.Body)
					}
				}
			})
		}
		group.Wait()
		if got := handler.Remembered(); got != tt.want {
			t.Errorf("%d are remembered, want %d", got, tt.want)
		}
	}
}
