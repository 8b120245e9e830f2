package payments

// How a payment comes about, call by call:
//
//  1. Check judges what a payer scanned and changes nothing.
//  2. Create judges it again and keeps the payment, once for each of the
//     payer's PSP's ids.
//  3. Execute promises to take it. A charge, or a place in a capped link, is
//     held by the payment from here on, so that a payer too many is refused
//     before money moves. Nobody is told
//     "paid" yet; the messages say "in process".
//  4. Update is the operator's word. On 50 the payment succeeds, the charge is
//     used up, a receipt number is given, a credit is due and the telling is
//     put down: one transaction, all or nothing. On 40 or 30 the money did not
//     come, or was taken back.
//  5. Where no word comes, AskOperator asks for it.
//
// Every step may be repeated, at once, in parallel or after a crash. Locks are
// taken in the order merchant, link, payment.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Check answers who would be paid. Errors: CodeRecipientWrong (unknown or
// closed, without saying which), CodeDataWrong, CodeSumTooSmall,
// CodeSumTooLarge.
func (s *Service) Check(ctx context.Context, scan Scan) (Beneficiary, error) {
	target, err := s.judge(ctx, s.Store, scan)
	if err != nil {
		return Beneficiary{}, err
	}
	return Beneficiary{Name: target.OutletName, Type: typeFor(scan.Customer)}, nil
}

// Create keeps a payment that a payer wants to make. Errors: those of Check,
// and CodeImpossible when one of the ids was used with other contents.
func (s *Service) Create(ctx context.Context, order Order) (Payment, error) {
	fingerprint, err := order.fingerprint()
	if err != nil {
		return Payment{}, err
	}
	var p Payment
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		target, err := s.judgeOrder(ctx, tx, order)
		if CodeOf(err) != "" {
			// What was kept before is answered again, whatever has become of its
			// link; most orders are new, and judging them first saves a question.
			known, unknown := knownOrder(ctx, tx, order, fingerprint)
			if errors.Is(unknown, ErrNotFound) {
				return err
			}
			p = known
			return unknown
		}
		if err != nil {
			return err
		}
		now := s.now()
		p = Payment{
			MerchantID: target.MerchantID, OutletID: target.OutletID, LinkID: target.ID,
			OperatorID: order.OperatorID, PSPTransactionID: order.PSPTransactionID, ReceiptID: order.ReceiptID,
			Type: order.Type, Customer: order.Customer, Amount: order.Amount,
			BeneficiaryName: target.OutletName, Comment: target.Comment,
			State: PaymentCreated, CreatedAt: now, Fingerprint: fingerprint,
		}
		if p.Comment == "" {
			p.Comment = shownLine(order.Comment)
		}
		id, fresh, err := tx.InsertPayment(ctx, p)
		if err != nil {
			return fmt.Errorf("insert payment %s: %w", order.OperatorID, err)
		}
		if !fresh {
			p, err = knownOrder(ctx, tx, order, fingerprint)
			return err
		}
		p.ID = id
		return tx.InsertEvent(ctx, p, Event{Kind: EventCreate, At: now})
	})
	return p, err
}

// judgeOrder is judge for an order, whose type must be one that pays merchants.
// A draft becomes the link that the payment needs.
func (s *Service) judgeOrder(ctx context.Context, tx Tx, order Order) (Target, error) {
	if order.Type != TypeC2B && order.Type != TypeB2B {
		return Target{}, Fail(CodeDataWrong, "field", "transactionType")
	}
	target, err := s.judge(ctx, tx, order.Scan)
	if err != nil || !target.drafted() {
		return target, err
	}
	if _, err := s.wake(ctx, tx, target.Code); err != nil {
		return Target{}, err
	}
	return s.judge(ctx, tx, order.Scan) // who woke it first may have paid it, too
}

// Execute promises to take a payment. Error: CodePaymentNotFound. A payment
// that cannot be taken any more comes back failed or cancelled.
func (s *Service) Execute(ctx context.Context, operatorID string) (Payment, error) {
	var p Payment
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		var link Link
		var err error
		if p, link, err = tx.LockPaymentByOperatorID(ctx, operatorID); err != nil {
			return found(err, CodePaymentNotFound)
		}
		now := s.now()
		e := Event{Kind: EventExecute, At: now}
		e.Late, e.Refuse = link.takes(p.ID, now)
		return s.advance(ctx, tx, &p, &link, e)
	})
	return p, err
}

// Update takes the operator's word about a payment or about a refund of ours;
// at is the operator's own time for it, kept as said. Errors: CodePaymentNotFound, CodeImpossible.
func (s *Service) Update(ctx context.Context, operatorID string, status Status, at time.Time) error {
	return s.take(ctx, operatorID, Word{Status: status}, at)
}

// take is Update for a word that may name a sum, too.
func (s *Service) take(ctx context.Context, operatorID string, word Word, at time.Time) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockMerchantByOperatorID(ctx, operatorID); err != nil {
			return fmt.Errorf("lock the merchant of payment %s: %w", operatorID, err)
		}
		p, link, err := tx.LockPaymentByOperatorID(ctx, operatorID)
		if errors.Is(err, ErrNotFound) {
			return s.updateRefund(ctx, tx, operatorID, word.Status, at)
		}
		if err != nil {
			return fmt.Errorf("lock payment %s: %w", operatorID, err)
		}
		before := p.State
		err = s.advance(ctx, tx, &p, &link, Event{Kind: EventUpdate, Status: word.Status, At: s.now(), SaidAt: at})
		if err != nil || p.State == before || p.Against(word.Amount) == "" || p.State != PaymentSucceeded {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: SumTold{MerchantID: p.MerchantID, PaymentID: p.ID, Said: word.Amount}})
	})
}

// PaymentByOperatorID returns a payment. Error: CodePaymentNotFound.
func (s *Service) PaymentByOperatorID(ctx context.Context, operatorID string) (Payment, error) {
	p, err := s.Store.PaymentByOperatorID(ctx, operatorID)
	return p, found(err, CodePaymentNotFound)
}

// advance applies an event to a locked payment and does all that follows from
// the change. Without a change it does nothing.
func (s *Service) advance(ctx context.Context, tx Tx, p *Payment, link *Link, e Event) error {
	after, err := p.Apply(e)
	if err != nil || after.State == p.State {
		return err
	}
	before := p.State
	*p = after
	switch p.State {
	case PaymentExecuting:
		err = s.hold(ctx, tx, p, link)
	case PaymentSucceeded:
		err = s.settle(ctx, tx, p, link)
	case PaymentReversed:
		if err = follow(ctx, tx, link, *p, LinkReverse); err == nil {
			err = s.takeBack(ctx, tx, *p)
		}
		if err == nil {
			err = tx.Enqueue(ctx, Scheduled{Job: Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}})
		}
	default:
		if before != PaymentExecuting {
			break
		}
		// Somebody may be waiting for it at the counter: their payer has confirmed.
		if err = follow(ctx, tx, link, *p, LinkDrop); err == nil {
			err = tx.Enqueue(ctx, Scheduled{Job: Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}})
		}
	}
	if err != nil {
		return fmt.Errorf("payment %s becomes %s: %w", p.OperatorID, p.State, err)
	}
	if err := tx.MarkPayment(ctx, *p); err != nil {
		return fmt.Errorf("mark payment %s: %w", p.OperatorID, err)
	}
	return tx.InsertEvent(ctx, *p, e)
}

// follow lets a link know what became of a payment through it.
func follow(ctx context.Context, tx Tx, link *Link, p Payment, kind LinkEventKind) error {
	after, err := link.Apply(LinkEvent{Kind: kind, Payment: p.ID, Amount: p.Amount})
	if err != nil || after == *link {
		return err
	}
	*link = after
	return tx.MarkLink(ctx, after)
}

// hold keeps a charge, or a place in a reusable link, for the payment that is
// taking it, and puts down the question to ask if the operator stays silent.
func (s *Service) hold(ctx context.Context, tx Tx, p *Payment, link *Link) error {
	jobs := []Scheduled{{
		Job: AskOperator{MerchantID: p.MerchantID, OperatorID: p.OperatorID},
		At:  p.ExecutedAt.Add(AskAfter),
	}}
	if err := follow(ctx, tx, link, *p, LinkTake); err != nil {
		return err
	}
	if link.Kind == LinkCharge {
		jobs = append(jobs, Scheduled{Job: LinkShown{MerchantID: p.MerchantID, LinkID: p.LinkID}})
	}
	return tx.Enqueue(ctx, jobs...)
}

// settle is the moment the money counts as received.
func (s *Service) settle(ctx context.Context, tx Tx, p *Payment, link *Link) (err error) {
	if p.Receipt, err = tx.NextReceipt(ctx, p.MerchantID); err != nil {
		return fmt.Errorf("next receipt: %w", err)
	}
	p.ReceiptKey = NewCode()
	if err := follow(ctx, tx, link, *p, LinkSettle); err != nil {
		return fmt.Errorf("use up link: %w", err)
	}
	merchant, err := tx.Merchant(ctx, p.MerchantID)
	if err != nil {
		return fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	p.Fee = merchant.Fee(p.Amount)
	if link.Amount == 0 { // by a fixed sum all payers look alike
		p.DuplicateOf, err = tx.LookAlike(ctx, *p, p.FinalAt.Add(-DuplicateWithin))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("payments like %s: %w", p.OperatorID, err)
		}
	}
	jobs, err := s.dueCredit(ctx, tx, *p)
	if err != nil {
		return err
	}
	return tx.Enqueue(ctx, append(jobs, Scheduled{Job: Fanout{MerchantID: p.MerchantID, PaymentID: p.ID, State: p.State}})...)
}

// heldLink returns a payment's link, locked if only one payment may have it: a
// counter's static code must not make payers wait for each other.
func heldLink(ctx context.Context, tx Tx, p Payment) (Link, error) {
	link, err := tx.Link(ctx, p.MerchantID, p.LinkID)
	if err == nil && link.Kind != LinkStatic {
		link, err = tx.LockLink(ctx, p.MerchantID, p.LinkID)
	}
	if err != nil {
		return Link{}, fmt.Errorf("lock link %d: %w", p.LinkID, err)
	}
	return link, nil
}

// knownOrder returns the payment that an order made before, ErrNotFound if
// none did, or CodeImpossible if an id of it belongs to other contents.
func knownOrder(ctx context.Context, tx Tx, order Order, fingerprint []byte) (Payment, error) {
	known, err := tx.PaymentsByIDs(ctx, order.OperatorID, order.PSPTransactionID)
	if err != nil {
		return Payment{}, fmt.Errorf("payments of order %s: %w", order.OperatorID, err)
	}
	switch {
	case len(known) == 0:
		return Payment{}, ErrNotFound
	case len(known) > 1 || !bytes.Equal(known[0].Fingerprint, fingerprint):
		return Payment{}, Fail(CodeImpossible)
	}
	return known[0], nil
}

// fingerprint identifies an order's contents.
func (o Order) fingerprint() ([]byte, error) {
	o.LinkHash = strings.ToLower(o.LinkHash) // either case is the same (ID 63)
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("fingerprint of an order: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

func typeFor(c CustomerType) TransactionType {
	if c == CustomerCompany {
		return TypeB2B
	}
	return TypeC2B
}
