package operator

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"

	"elkart.kg/trade/payments"
)

// The two forms of a clearing file (operator regulations of IPC and of
// DemirBank). Both list what entered one close of the operational day.
const (
	ClearingIPC       = "ipc"       // a list of transactions
	ClearingDemirBank = "demirbank" // an object: transactions and their checksum
)

// Clearing reads a clearing file row by row, in bounded memory whatever is in
// the file. The form is recognised by the content; a byte order mark is skipped
// and a gzip file unpacked. It is strict about what money hangs on and passes
// over the rest.
type Clearing struct {
	tokens *clearingTokens
	layout clearingLayout
	inList bool
	listed bool // the list of transactions has ended
	rows   int64
	total  payments.Money
	check  *clearingChecksum
	err    error // what Next has ended with
}

// clearingChecksum is what DemirBank's file says of itself. Choice: the sum is
// that of all amounts, whichever way the money went.
type clearingChecksum struct{ count, sum int64 }

// OpenClearing begins to read a file. What is no clearing file at all fails
// with *ClearingError.
func OpenClearing(file io.Reader) (*Clearing, error) {
	tokens, err := newClearingTokens(file)
	if err != nil {
		return nil, err
	}
	start, err := tokens.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, tokens.fault("", "the file is empty")
	case err != nil:
		return nil, err
	case start == json.Delim('['):
		return &Clearing{tokens: tokens, layout: ipcLayout(), inList: true}, nil
	case start == json.Delim('{'):
		return &Clearing{tokens: tokens, layout: demirLayout()}, nil
	}
	return nil, tokens.fault("", "neither a list nor an object")
}

// Format is ClearingIPC or ClearingDemirBank.
func (c *Clearing) Format() string { return c.layout.format }

// SHA256 identifies the file by its content, unpacked. It is complete when Next
// has returned io.EOF.
func (c *Clearing) SHA256() [sha256.Size]byte { return c.tokens.sha256() }

// Next returns the next row, or io.EOF when the file is at its end and whole:
// nothing follows, and its own checksum holds. Any other error is a
// *ClearingError or a failure to read, and comes again at the next call.
func (c *Clearing) Next() (payments.ClearingRow, error) {
	if c.err != nil {
		return payments.ClearingRow{}, c.err
	}
	row, err := c.advance()
	c.err = err
	return row, err
}

func (c *Clearing) advance() (payments.ClearingRow, error) {
	if !c.inList {
		if err := c.members(); err != nil || !c.inList {
			return payments.ClearingRow{}, eofUnless(err)
		}
	}
	c.tokens.allow()
	if c.tokens.more() {
		c.rows++
		c.tokens.row = c.rows
		row, err := c.row()
		c.tokens.between = true
		return row, err
	}
	if _, err := c.tokens.next(); err != nil { // the end of the list
		return payments.ClearingRow{}, err
	}
	c.inList, c.listed = false, true
	if c.layout.format == ClearingIPC {
		return payments.ClearingRow{}, eofUnless(c.end())
	}
	return payments.ClearingRow{}, eofUnless(c.members())
}

func eofUnless(err error) error {
	if err != nil {
		return err
	}
	return io.EOF
}

// members reads DemirBank's object up to its list, or from there to the end of
// the file.
func (c *Clearing) members() error {
	for {
		c.tokens.allow()
		if !c.tokens.more() {
			break
		}
		name, err := c.tokens.name()
		if err != nil {
			return err
		}
		switch name {
		case "transactions":
			if c.listed {
				return c.tokens.fault(name, "stands in the file twice")
			}
			start, err := c.tokens.next()
			if err == nil && start != json.Delim('[') {
				err = c.tokens.fault(name, "not a list")
			}
			c.inList = err == nil
			return err
		case "checksum":
			err = c.checksum()
		default:
			err = c.tokens.skip()
		}
		if err != nil {
			return err
		}
	}
	if _, err := c.tokens.next(); err != nil { // the end of the object
		return err
	}
	if err := c.verify(); err != nil {
		return err
	}
	return c.end()
}

// checksum reads {"total_count": …, "total_sum": …}.
func (c *Clearing) checksum() error {
	if c.check != nil {
		return c.tokens.fault("checksum", "stands in the file twice")
	}
	names := []string{"total_count", "total_sum"}
	values, err := c.tokens.object(names)
	if err != nil {
		return err
	}
	c.check = &clearingChecksum{}
	for i, into := range []*int64{&c.check.count, &c.check.sum} {
		var why string
		if *into, why = wholeNumber(values[i]); why != "" {
			return c.tokens.fault("checksum."+names[i], why)
		}
	}
	return nil
}

// verify holds what was read against what the file says of itself.
func (c *Clearing) verify() error {
	switch {
	case !c.listed:
		return c.tokens.fault("transactions", "missing")
	case c.check == nil:
		return c.tokens.fault("checksum", "missing")
	case c.check.count != c.rows:
		return c.tokens.faultf("checksum.total_count", "says %d, there are %d rows", c.check.count, c.rows)
	case c.check.sum != int64(c.total):
		return c.tokens.faultf("checksum.total_sum", "says %d, the rows add up to %d", c.check.sum, c.total)
	}
	return nil
}

// end makes sure that nothing follows.
func (c *Clearing) end() error {
	c.tokens.allow()
	switch _, err := c.tokens.next(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return c.tokens.fault("", "something follows the end of the contents")
}

// row reads one transaction.
func (c *Clearing) row() (payments.ClearingRow, error) {
	c.tokens.between = false
	values, err := c.tokens.object(c.layout.names)
	if err != nil {
		return payments.ClearingRow{}, err
	}
	row, field, why := c.layout.read(values)
	if why != "" {
		return payments.ClearingRow{}, c.tokens.fault(field, why)
	}
	if c.total, err = c.total.Add(row.Amount); err != nil {
		return payments.ClearingRow{}, c.tokens.fault(c.layout.names[fieldAmount], "the sum of the rows does not fit 64 bits")
	}
	row.Number, row.Offset = c.rows, c.tokens.offset()
	return row, nil
}
