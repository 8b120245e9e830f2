package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

// shelf is where the ids of a history come from.
type shelf struct {
	each   string   // a list of keys "(…) AS k (key)", of which each has a part of the shelf; "": there is one
	table  string   // with its alias s
	where  []string // what the index promises
	at, id string   // columns of the order
	pay    string   // column of the payment's id
	repeat bool     // two keys may hold the same row
}

// manySums is up to how many different sums a range of sums is read sum by sum.
const manySums = 48

// paymentShelf is the index of a merchant's payments of a kind.
func paymentShelf(at string, where ...string) shelf {
	return shelf{
		table: "payments s", where: append([]string{"s.merchant_id = @merchant"}, where...),
		at: "s." + at, id: "s.id", pay: "s.id",
	}
}

// takenShelf is the index of accepted payments of an outlet or a link. Whose
// that is, the lookup of each payment says: here, the merchant beside it would
// make the server expect next to nothing, and plan for that.
func takenShelf(condition string) shelf {
	s := paymentShelf("final_at")
	s.where = []string{"s.receipt IS NOT NULL", condition}
	return s
}

// chooseShelf takes, of what accepted payments are looked for by, what leaves
// the fewest; the filter's field is cleared, for it is dealt with.
func (q queries) chooseShelf(ctx context.Context, h *historySQL) error {
	const taken = "s.receipt IS NOT NULL"
	h.shelf = paymentShelf("final_at", taken)
	switch {
	case h.OperatorID != "": // what is longer than the tail remains to be looked at
		h.args["tail"] = operatorTail(h.OperatorID)
		h.shelf = paymentShelf("final_at", taken, "s.final_at IS NOT NULL", "right(lower(s.operator_id), 6) = @tail")
		return nil
	case h.Receipt != 0:
		h.args["receipt"], h.Receipt = h.Receipt, 0
		h.shelf = paymentShelf("final_at", taken, "s.receipt = @receipt")
		return nil
	}
	if found, err := q.chooseNarrow(ctx, h); found || err != nil {
		return err
	}
	if h.MaxSum != 0 {
		sums, err := q.differentSums(ctx, h.HistoryFilter)
		if err != nil {
			return err
		}
		few := manySums
		if len(h.Outlets) > 0 { // with more to look at, each part has to be deep
			few = 5
		}
		if len(sums) < few {
			h.args["sums"], h.MaxSum = sums, 0
			h.shelf = paymentShelf("final_at", taken, "s.amount = k.key")
			h.shelf.each = "unnest(@sums::bigint[]) AS k (key)"
			return nil
		}
	}
	switch n := len(h.Outlets); {
	case n == 1:
		h.args["outlet"] = h.Outlets[0]
		h.shelf = takenShelf("s.outlet_id = @outlet")
		h.Outlets = nil
	case n > 1 && h.MaxSum == 0:
		h.args["outlets"], h.Outlets = outletsOrNull(h.Outlets), nil
		h.shelf = takenShelf("s.outlet_id = k.key")
		h.shelf.each = "unnest(@outlets::bigint[]) AS k (key)"
	}
	return nil
}

// narrow is a shelf that may be taken, and what is dealt with by taking it.
type narrow struct {
	shelf shelf
	rest  []string // what it does not promise
	taken func(*historySQL)
}

// chooseNarrow takes the shelf that holds the fewest payments of those by
// which one can look, if there is one.
func (q queries) chooseNarrow(ctx context.Context, h *historySQL) (bool, error) {
	all := h.narrows()
	if len(all) == 0 {
		return false, nil
	}
	const enough = 500 // more are many
	best, fewest := 0, enough+1
	for i, n := range all {
		if len(all) == 1 {
			break
		}
		var count int
		err := q.db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT %d) s`,
			n.shelf.table, strings.Join(n.shelf.where, " AND "), enough), planned, h.args).Scan(&count)
		if err != nil {
			return false, err
		}
		if count < fewest {
			best, fewest = i, count
		}
	}
	h.shelf = all[best].shelf
	h.rest = append(h.rest, all[best].rest...)
	all[best].taken(h)
	return true, nil
}

// narrows are the shelves for what is asked; of several with many payments the
// first is taken.
func (h *historySQL) narrows() (all []narrow) {
	const taken = "s.receipt IS NOT NULL"
	if h.MaxSum != 0 && h.MinSum == h.MaxSum {
		h.args["sum"] = h.MaxSum
		all = append(all, narrow{shelf: paymentShelf("final_at", taken, "s.amount = @sum"), taken: func(h *historySQL) { h.MaxSum = 0 }})
	}
	for i, stems := range h.Words {
		name := fmt.Sprintf("stems%d", i)
		s := shelf{
			table: "payment_words s", where: []string{"s.merchant_id = @merchant"},
			at: "s.at", id: "s.payment_id", pay: "s.payment_id",
		}
		if len(stems) == 1 {
			h.args[name] = stems[0]
			s.where = append(s.where, "s.word = @"+name)
		} else {
			h.args[name] = stems
			s.each, s.repeat = "unnest(@"+name+"::text[]) AS k (key)", true
			s.where = append(s.where, "s.word = ANY (@"+name+")")
		}
		all = append(all, narrow{shelf: s, rest: []string{"p.receipt IS NOT NULL"}, taken: func(h *historySQL) {
			h.Words = slices.Delete(slices.Clone(h.Words), i, i+1)
			if h.shelf.repeat {
				h.shelf.where[1] = "s.word = k.key"
			}
		}})
	}
	if h.LinkID != 0 {
		h.args["link"] = h.LinkID
		all = append(all, narrow{shelf: takenShelf("s.link_id = @link"), taken: func(h *historySQL) { h.LinkID = 0 }})
	}
	if h.SellerID != 0 {
		h.args["seller"] = h.SellerID
		all = append(all, narrow{shelf: paymentShelf("final_at", taken, "s.seller_id = @seller"), taken: func(h *historySQL) { h.SellerID = 0 }})
	}
	return all
}

// differentSums lists the sums of a range that were paid, as far as there are
// few: one step of the index for each.
func (q queries) differentSums(ctx context.Context, f payments.HistoryFilter) ([]int64, error) {
	rows, err := q.db.Query(ctx, fmt.Sprintf(`
		WITH RECURSIVE sums (amount) AS (
			(SELECT amount FROM payments WHERE merchant_id = $1 AND receipt IS NOT NULL AND amount BETWEEN $2 AND $3
				ORDER BY amount LIMIT 1)
			UNION ALL
			SELECT (SELECT p.amount FROM payments p
				WHERE p.merchant_id = $1 AND p.receipt IS NOT NULL AND p.amount > s.amount AND p.amount <= $3
				ORDER BY p.amount LIMIT 1)
			FROM sums s WHERE s.amount IS NOT NULL
		)
		SELECT amount FROM sums WHERE amount IS NOT NULL LIMIT %d`, manySums), f.MerchantID, f.MinSum, f.MaxSum)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
