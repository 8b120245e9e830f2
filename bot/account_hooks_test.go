package main

import (
	"context"
	"fmt"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

// hookCredits has cards refuse what is credited to them, or take it again.
func (w *world) hookCredits(_ context.Context, _ *chatscript.Session, args string) error {
	switch args {
	case "refuse":
		w.Operator.Misbehave(operator.Mischief{RefuseCredits: true})
	case "pay":
		w.Operator.Misbehave(operator.Mischief{})
	default:
		return fmt.Errorf("credits are refused or paid, not %q", args)
	}
	return nil
}
