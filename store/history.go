package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// A history is read in two steps that make one statement. The shelf is the
// index that holds what is asked for in the order in which it is shown: it
// gives ids from a position on, and never more of them than are needed. Then
// each id's payment is looked up and held against what the shelf did not
// promise. So a page costs as many rows as it shows. Where the shelf promises
// too little, it is given up after shelfDepth rows, and the caller learns where
// to go on: nothing here reads without a bound.

// shelfDepth is how many rows of a shelf are held against the rest of a filter
// before an answer has to be given.
const shelfDepth = 1000

// planned has the server plan each of these statements for what it asks. A plan
// for any link, once made, would be one for links with a payment or two, and
// read all of a counter's code that has a million.
const planned = pgx.QueryExecModeCacheDescribe

// historySQL is a filter on its way to a statement.
type historySQL struct {
	payments.HistoryFilter
	args  pgx.NamedArgs
	shelf shelf
	rest  []string // of payments p and the shelf's row f, what the shelf does not promise
}

// entryRow is a row of historySQL.page.
type entryRow struct {
	payments.Payment
	RefundID payments.RefundID
	Sum      payments.Money
	At       time.Time
	SellerID payments.PersonID
	Refunded payments.Money
}

// History returns entries of a filter beyond a position; see
// payments.Reader.
func (q queries) History(ctx context.Context, filter payments.HistoryFilter, from payments.Position,
	order payments.HistoryOrder, limit int,
) ([]payments.HistoryEntry, payments.Position, error) {
	h, err := q.history(ctx, filter, from, order)
	if err != nil {
		return nil, payments.Position{}, err
	}
	depth := h.depth(limit + 1)
	rows, err := many[entryRow](ctx, q.db, h.page(order, depth, limit+1), planned, h.args)
	if err != nil {
		return nil, payments.Position{}, err
	}
	entries := make([]payments.HistoryEntry, min(len(rows), limit))
	for i := range entries {
		r := rows[i]
		entries[i] = payments.HistoryEntry{
			Payment: r.Payment, RefundID: r.RefundID, Amount: r.Sum, At: r.At, Refunded: r.Refunded, SellerID: r.SellerID,
		}
	}
	if len(rows) > limit {
		return entries, entries[limit-1].Position(), nil
	}
	end, err := q.gaveUp(ctx, h, order, depth)
	return entries, end, err
}

// HistoryTotal counts and adds up the entries of a filter; see
// payments.Reader.
func (q queries) HistoryTotal(ctx context.Context, filter payments.HistoryFilter, most int) (payments.Takings, bool, error) {
	h, err := q.history(ctx, filter, payments.Position{}, payments.NewestFirst)
	if err != nil {
		return payments.Takings{}, false, err
	}
	depth := h.depth(most + 1)
	total, err := one[payments.Takings](ctx, q.db, `
		SELECT count(*) AS count, COALESCE(sum(o.sum), 0)::bigint AS total
		FROM (`+h.page(payments.NewestFirst, depth, most+1)+`) o`, planned, h.args)
	if err != nil || total.Count > most {
		return payments.Takings{}, false, err
	}
	end, err := q.gaveUp(ctx, h, payments.NewestFirst, depth)
	return total, err == nil && end.IsZero(), err
}

// depth is how many rows of the shelf are read for so many entries.
func (h *historySQL) depth(limit int) int {
	if len(h.rest) == 0 {
		return limit
	}
	return max(limit, shelfDepth)
}

// gaveUp is the position of the last row of the shelf that was looked at, if
// there may be more; zero: it was read to its end.
func (q queries) gaveUp(ctx context.Context, h *historySQL, order payments.HistoryOrder, depth int) (payments.Position, error) {
	if len(h.rest) == 0 {
		return payments.Position{}, nil
	}
	end, err := many[payments.Position](ctx, q.db,
		`SELECT at, id FROM (`+h.ids(order, depth, fmt.Sprintf("LIMIT 1 OFFSET %d", depth-1))+`) f`, planned, h.args)
	if err != nil || len(end) == 0 {
		return payments.Position{}, err
	}
	return end[0], nil
}

// history chooses the shelf and what is left to look at.
func (q queries) history(ctx context.Context, f payments.HistoryFilter, from payments.Position, order payments.HistoryOrder,
) (*historySQL, error) {
	h := &historySQL{HistoryFilter: f, args: pgx.NamedArgs{"merchant": f.MerchantID}}
	switch f.Kind {
	case payments.HistoryAccepted:
		if err := q.chooseShelf(ctx, h); err != nil {
			return nil, err
		}
	case payments.HistoryEnded:
		h.shelf = paymentShelf("final_at", "s.receipt IS NULL", "s.final_at IS NOT NULL")
	case payments.HistoryReversed:
		h.shelf = paymentShelf("reversed_at", "s.reversed_at IS NOT NULL")
	case payments.HistoryOpen:
		h.shelf = paymentShelf("created_at", "s.final_at IS NULL")
		if err := q.openWords(ctx, h); err != nil {
			return nil, err
		}
	case payments.HistoryRefunded:
		h.shelf = shelf{
			table: "refunds s", where: []string{"s.merchant_id = @merchant", "s.state = 'succeeded'"},
			at: "s.final_at", id: "s.id", pay: "s.payment_id",
		}
	default:
		return nil, fmt.Errorf("history of kind %q", f.Kind)
	}
	h.remain()
	h.begin(from, order)
	return h, nil
}

// openWords looks for words in the comments of payments in process, which are
// few and of which no words are kept yet.
func (q queries) openWords(ctx context.Context, h *historySQL) error {
	if len(h.Words) == 0 {
		return nil
	}
	type open struct {
		ID      int64
		Comment string
	}
	payments, err := many[open](ctx, q.db, fmt.Sprintf(`
		SELECT id, comment FROM payments WHERE merchant_id = $1 AND final_at IS NULL ORDER BY created_at DESC, id DESC LIMIT %d`, shelfDepth),
		h.MerchantID)
	if err != nil {
		return err
	}
	ids := []int64{}
	for _, p := range payments {
		if h.InComment(p.Comment) {
			ids = append(ids, p.ID)
		}
	}
	h.args["ids"], h.Words = ids, nil
	h.rest = append(h.rest, "p.id = ANY (@ids)")
	return nil
}

// remain writes down what the shelf does not promise.
func (h *historySQL) remain() {
	add := func(condition string) { h.rest = append(h.rest, condition) }
	if len(h.Outlets) > 0 {
		h.args["outlets"] = outletsOrNull(h.Outlets)
		add("p.outlet_id = ANY (@outlets)")
	}
	if h.SellerID != 0 {
		h.args["seller"] = h.SellerID
		add("p.seller_id = @seller")
	}
	if h.LinkID != 0 {
		h.args["link"] = h.LinkID
		add("p.link_id = @link")
	}
	if h.MaxSum != 0 {
		h.args["min"], h.args["max"] = h.MinSum, h.MaxSum
		sum := "p.amount"
		if h.Kind == payments.HistoryRefunded {
			sum = "r.amount"
		}
		add(sum + " BETWEEN @min AND @max")
	}
	if h.Receipt != 0 {
		h.args["receipt"] = h.Receipt
		add("p.receipt = @receipt")
	}
	if h.OperatorID != "" {
		h.args["operator"] = strings.ToLower(h.OperatorID)
		add("right(lower(p.operator_id), char_length(@operator::text)) = @operator")
	}
	for i, stems := range h.Words {
		name := fmt.Sprintf("word%d", i)
		h.args[name] = stems
		// OFFSET 0: one step of the index for each row, not a list of all that
		// have the word.
		add("EXISTS (SELECT FROM payment_words w WHERE w.merchant_id = @merchant AND w.word = ANY (@" + name +
			"::text[]) AND w.at = p.final_at AND w.payment_id = p.id OFFSET 0)")
	}
}

// begin says where to begin, and in which span to stay.
func (h *historySQL) begin(from payments.Position, order payments.HistoryOrder) {
	s := &h.shelf
	if !from.IsZero() {
		h.args["at"], h.args["id"] = from.At, from.ID
		sign := "<"
		if order == payments.OldestFirst {
			sign = ">"
		}
		s.where = append(s.where, fmt.Sprintf("(%s, %s) %s (@at, @id)", s.at, s.id, sign))
	}
	if !h.From.IsZero() {
		h.args["from"] = h.From
		s.where = append(s.where, s.at+" >= @from")
	}
	if !h.To.IsZero() {
		h.args["to"] = h.To
		s.where = append(s.where, s.at+" < @to")
	}
}

// ids is the statement that reads a shelf, as far as bound says: positions, and
// the payment's id.
func (h *historySQL) ids(order payments.HistoryOrder, depth int, bound string) string {
	s, way := h.shelf, direction(order)
	one := fmt.Sprintf("SELECT %s AS at, %s AS id, %s AS payment_id FROM %s WHERE %s ORDER BY %[1]s %[6]s, %[2]s %[6]s",
		s.at, s.id, s.pay, s.table, strings.Join(s.where, " AND "), way)
	if s.each == "" {
		return one + " " + bound
	}
	distinct := ""
	if s.repeat {
		distinct = "DISTINCT "
	}
	return fmt.Sprintf("SELECT %ss.at, s.id, s.payment_id FROM %s CROSS JOIN LATERAL (%s LIMIT %d) s ORDER BY s.at %[5]s, s.id %[5]s %[6]s",
		distinct, s.each, one, depth, way, bound)
}

func direction(order payments.HistoryOrder) string {
	if order == payments.OldestFirst {
		return "ASC"
	}
	return "DESC"
}

// page is the statement that returns entries. A LIMIT is written out: the
// planner must see how little is asked for. OFFSET 0 keeps the lookup of a
// payment where it stands, one for each id.
func (h *historySQL) page(order payments.HistoryOrder, depth, limit int) string {
	refundID, amount, refund := "0::bigint", "p.amount", ""
	if h.Kind == payments.HistoryRefunded {
		refundID, amount = "f.id", "r.amount"
		refund = "CROSS JOIN LATERAL (SELECT amount FROM refunds WHERE id = f.id OFFSET 0) r"
	}
	rest := ""
	if len(h.rest) > 0 {
		rest = "WHERE " + strings.Join(h.rest, " AND ")
	}
	return fmt.Sprintf(`
		SELECT `+paymentColumns+`, %s AS refund_id, %s AS sum, f.at AS at, COALESCE(p.seller_id, 0) AS seller_id, (
			SELECT COALESCE(sum(b.amount), 0)::bigint FROM refunds b WHERE b.payment_id = p.id AND b.state = 'succeeded'
		) AS refunded
		FROM (%s) f
		CROSS JOIN LATERAL (SELECT * FROM payments WHERE id = f.payment_id AND merchant_id = @merchant OFFSET 0) p
		%s %s
		ORDER BY f.at %[6]s, f.id %[6]s LIMIT %[7]d`,
		refundID, amount, h.ids(order, depth, fmt.Sprintf("LIMIT %d", depth)), refund, rest, direction(order), limit)
}

func operatorTail(id string) string {
	id = strings.ToLower(id)
	return id[max(0, len(id)-payments.OperatorTail):]
}
