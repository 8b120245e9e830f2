package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// sumParam in the address of a link of open sum is the sum that its payer typed
// into the page, as it was typed. It changes nothing but the page: the bank's
// app opens with it, and the QR code holds it.
const sumParam = "sum"

// maxSum is more than the longest sum that people write, in bytes.
const maxSum = 64

// chosen is the sum that a payer chose.
type chosen struct {
	typed string
	sum   payments.Money  // 0: none, or problem
	wrong *payments.Error // what is the matter with what was typed
}

// after joins the choice to an address by "?" or "&".
func (c chosen) after(address, by string) string {
	if c.sum == 0 {
		return address
	}
	return address + by + sumParam + "=" + url.QueryEscape(c.typed)
}

// choose fills the sum that the address names into a link that leaves it open.
func (v *visit) choose(view *payments.PayerView) (chosen, error) {
	c := chosen{typed: v.r.URL.Query().Get(sumParam)}
	if view.Link.Amount != 0 || stageOf(*view) != stageOpen || c.typed == "" {
		return chosen{}, nil
	}
	sum, err := payments.Money(0), error(payments.Fail(payments.CodeSumMalformed))
	if len(c.typed) <= maxSum {
		sum, err = payments.ParseMoney(c.typed)
	} else {
		c.typed = ""
	}
	uri := ""
	if err == nil {
		uri, err = v.site.service.FilledIn(view.Link, sum)
	}
	if errors.As(err, &c.wrong) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("payer's sum: %w", err)
	}
	c.sum, view.Link.URI = sum, uri
	return c, nil
}

// sumForm is the field for an open sum, in words.
type sumForm struct {
	Action, Lang          string // Lang: "" where the address names none
	Label, Between, Other string
	Typed, Problem        string
	Submit                string
}

// askSum puts the field, or the sum that was typed into it, on the page.
func (page *customerPage) askSum(v *visit, view payments.PayerView, c chosen) {
	if !page.Open || view.Link.Amount != 0 {
		return
	}
	p := v.printer
	here := "/p/" + view.Link.Code
	if c.sum != 0 {
		page.SumLabel, page.Sum, page.Between = p.Text("page.sum"), p.Money(c.sum), ""
		page.Pay = p.Text("page.pay_sum", "sum", c.sum)
		page.QR = c.after(page.QR, "?")
		page.ChangeSum = &sendLink{p.Text("page.sum_change"), here + "?lang=" + p.Language()}
		return
	}
	page.Pay = p.Text("page.pay_open")
	page.AskSum = &sumForm{
		Action: here, Lang: asked(v.r), Label: p.Text("page.sum_field"), Between: page.Between, Other: p.Text("page.sum_other"),
		Typed: locales.Line(c.typed), Submit: p.Text("page.sum_submit"),
	}
	switch {
	case c.wrong != nil && c.wrong.Code == payments.CodeSumMalformed:
		page.AskSum.Problem = p.Text("page.sum_problem") // the other text is for sellers, who may write a comment, too
	case c.wrong != nil:
		page.AskSum.Problem = p.ErrorText(c.wrong)
	}
}

// status is what a page with this choice is answered under.
func (c chosen) status() int {
	if c.wrong != nil {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
