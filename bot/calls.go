package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// callKeeper hears of every call of the operator's after it was answered: it
// counts it, keeps it for disputes, and sees to it that an execute whose answer
// the operator cannot have had is made up for.
type callKeeper struct {
	store   operator.Journal
	service *payments.Service
	metrics *metrics
}

// Record takes one call down; see operator.Journal.
func (k callKeeper) Record(ctx context.Context, c operator.Call) error {
	name := c.Name
	if name == "" {
		name = "none"
	}
	k.metrics.calls.WithLabelValues(name, strconv.Itoa(c.HTTPStatus)).Observe(c.Took.Seconds())
	var lost error
	if c.Name == "execute" && (c.HTTPStatus >= http.StatusInternalServerError || c.Took > payments.AnswerWithin) {
		lost = k.service.AnswerLost(ctx, c.OperatorID)
	}
	return errors.Join(k.store.Record(ctx, c), lost)
}
