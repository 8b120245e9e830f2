package operator_test

import (
	"strings"
	"testing"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// The simulation must be able to do what a forger does, or tests that use it
// prove nothing.
func TestSingleCallsCanBeForged(t *testing.T) {
	w := newWorld(t)
	scan, err := operator.ReadScan(link(t, "OPEN", 0), 500)
	if err != nil {
		t.Fatal(err)
	}
	order := payments.Order{Scan: scan, OperatorID: "op/1", PSPTransactionID: "psp-1", ReceiptID: "1", Type: payments.TypeC2B}
	moreMoney := func(c *operator.Call) { c.Body = []byte(strings.Replace(string(c.Body), "500", "1", 1)) }
	ctx := t.Context()
	for _, step := range []struct {
		name string
		send func() (operator.Reply, error)
		want int
	}{
		{"check", func() (operator.Reply, error) { return w.op.Check(ctx, scan) }, 200},
		{"sum changed after signing", func() (operator.Reply, error) { return w.op.Create(ctx, order, moreMoney) }, 403},
		{"sum changed, signed again", func() (operator.Reply, error) { return w.op.Check(ctx, scan, moreMoney, w.op.SignAgain) }, 200},
		{"unsigned", func() (operator.Reply, error) {
			return w.op.Create(ctx, order, func(c *operator.Call) { c.Header.Del(wire.HeaderHash) })
		}, 403},
		{"create", func() (operator.Reply, error) { return w.op.Create(ctx, order) }, 200},
		{"execute of another", func() (operator.Reply, error) {
			return w.op.Execute(ctx, "op/2", func(c *operator.Call) { c.Target = wire.InboundPath + "execute/op%2F1" })
		}, 403},
		{"execute", func() (operator.Reply, error) { return w.op.Execute(ctx, "op/1") }, 200},
		{"get", func() (operator.Reply, error) { return w.op.Get(ctx, "op/1") }, 200},
		{"update", func() (operator.Reply, error) { return w.op.Update(ctx, "op/1", 50, w.clock.Now()) }, 200},
		{"anything", func() (operator.Reply, error) { return w.op.Call(ctx, "PUT", wire.InboundPath+"check?a=%2f", nil) }, 405},
	} {
		got, err := step.send()
		if err != nil || got.HTTPStatus != step.want || !got.Signed {
			t.Errorf("%s: %d, signed %v, %v; want %d", step.name, got.HTTPStatus, got.Signed, err, step.want)
		}
	}
}

func TestSimulatorNeedsItsParts(t *testing.T) {
	w := newWorld(t)
	for name, config := range map[string]operator.Config{
		"nothing":  {},
		"no key":   {Now: w.clock.Now, Log: discard()},
		"no place": {Now: w.clock.Now, Log: discard(), PSPPublicKey: &ourKey().PublicKey, Key: operatorKey(), PSPURL: "here"},
	} {
		if _, err := operator.New(config); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
