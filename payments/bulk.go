package payments

// Many charges from one file, step by step:
//
//  1. OfferBulk keeps what was read of the file and makes nothing. The person
//     sees how many links over which sum it would be, and what is wrong in
//     which row.
//  2. ConfirmBulk takes their word and puts MakeLinks down.
//  3. MakeSomeLinks makes the charges, some in each transaction, each under the
//     number of its file and row: whatever is repeated or killed on the way, no
//     row has two.
//  4. When all are made the file with the links is sent, and BulkSent ends it.
//
// The same file again, while its links live, is the same bulk: whoever wants
// its links anew says so (RepeatBulk).

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BulkID is our number of a file of charges.
type BulkID int64

// BulkState is how far a file is.
type BulkState string

// The states of a file of charges: offered → confirmed → done, or cancelled.
const (
	BulkOffered   BulkState = "offered"
	BulkConfirmed BulkState = "confirmed"
	BulkDone      BulkState = "done"
	BulkCancelled BulkState = "cancelled"
)

// BulkLife is how long what a file says of customers is kept.
const BulkLife = 30 * 24 * time.Hour

// Bulk is a file of charges.
type Bulk struct {
	ID         BulkID
	MerchantID MerchantID
	OutletID   OutletID
	CreatedBy  PersonID
	Hash       []byte // SHA-256 of the file
	Round      int
	Name       string
	Format     string // csv, xlsx
	Rows       []BulkRow
	State      BulkState
	MessageID  int // in the person's chat, that shows how far it is; 0: none yet
	CreatedAt  time.Time
}

// BulkDraft is a file as it was read.
type BulkDraft struct {
	Hash   []byte
	Name   string
	Format string
	Rows   []BulkRow
}

// BulkView is a file as its merchant sees it.
type BulkView struct {
	Bulk
	Outlet Outlet
	Person Person // who sent it
	Good   int    // rows that are, or would be, charges
	Total  Money  // of these
	Made   int    // links so far
	Again  bool   // this file was sent before, and is answered with what was made then
}

// Problems are the rows that make no charge.
func (v BulkView) Problems() []BulkRow {
	var out []BulkRow
	for _, row := range v.Rows {
		if row.Problem != "" {
			out = append(out, row)
		}
	}
	return out
}

// MakeLinks makes the charges of a file.
type MakeLinks struct {
	MerchantID MerchantID `json:"merchant_id"`
	BulkID     BulkID     `json:"bulk_id"`
}

// Kind names the job in the queue.
func (MakeLinks) Kind() string { return "make_links" }

// OfferBulk keeps a file for the person to confirm. A file that was sent
// before, and whose links live, comes back as it is. Errors: those of Charge,
// CodeSumTooLarge when the sums together are too much to count.
func (s *Service) OfferBulk(ctx context.Context, id PersonID, draft BulkDraft) (BulkView, error) {
	var v BulkView
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, outlet, err := s.bulkSeller(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.now()
		last, err := tx.LastBulk(ctx, p.MerchantID, outlet.ID, draft.Hash)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && last.State != BulkCancelled && now.Before(last.CreatedAt.Add(ChargeLife)) {
			v, err = bulkView(ctx, tx, last, outlet, p)
			v.Again = last.State != BulkOffered
			return err
		}
		b := Bulk{
			MerchantID: p.MerchantID, OutletID: outlet.ID, CreatedBy: id, Hash: draft.Hash, Round: last.Round + 1,
			Name: draft.Name, Format: draft.Format, Rows: draft.Rows, State: BulkOffered, CreatedAt: now,
		}
		if b.ID, err = tx.InsertBulk(ctx, b); err != nil {
			return err
		}
		v, err = bulkView(ctx, tx, b, outlet, p)
		return err
	})
	if err != nil {
		return BulkView{}, fmt.Errorf("file of person %d: %w", id, err)
	}
	return v, nil
}

// bulkSeller is a person who may make many charges at their active outlet,
// under the merchant's lock: two members who send the same file at once are
// answered one after the other.
func (s *Service) bulkSeller(ctx context.Context, tx Tx, id PersonID) (Person, Outlet, error) {
	if _, err := s.lockMember(ctx, tx, id, ActionBulkLinks); err != nil {
		return Person{}, Outlet{}, err
	}
	p, err := s.seller(ctx, tx, id)
	if err != nil {
		return Person{}, Outlet{}, err
	}
	outlet, err := tx.Outlet(ctx, p.MerchantID, p.OutletID)
	if err != nil {
		return Person{}, Outlet{}, found(err, CodeOutletNotFound)
	}
	if outlet.State != OutletOpen {
		return Person{}, Outlet{}, Fail(CodeOutletPaused)
	}
	return p, outlet, nil
}

// RepeatBulk offers a file that was made before once more, for new links. A
// double tap offers it once. Errors: those of OfferBulk, CodeBulkNotFound.
func (s *Service) RepeatBulk(ctx context.Context, id PersonID, bulk BulkID) (BulkView, error) {
	var v BulkView
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, outlet, old, err := s.ownBulk(ctx, tx, id, bulk)
		if err != nil {
			return err
		}
		last, err := tx.LastBulk(ctx, p.MerchantID, old.OutletID, old.Hash)
		if err != nil {
			return err
		}
		if last.Round == old.Round && old.State == BulkDone {
			last.Round, last.State, last.MessageID, last.CreatedBy, last.CreatedAt = old.Round+1, BulkOffered, 0, id, s.now()
			if last.ID, err = tx.InsertBulk(ctx, last); err != nil {
				return err
			}
		}
		v, err = bulkView(ctx, tx, last, outlet, p)
		return err
	})
	return v, err
}

// ConfirmBulk has the charges of a file made; message is the one that shows how
// far it is. What was confirmed, made or cancelled before stays so. Errors:
// those of OfferBulk, CodeBulkNotFound.
func (s *Service) ConfirmBulk(ctx context.Context, id PersonID, bulk BulkID, message int) (BulkView, error) {
	return s.decideBulk(ctx, id, bulk, func(tx Tx, b *Bulk) error {
		b.State, b.MessageID = BulkConfirmed, message
		return tx.Enqueue(ctx, Scheduled{Job: MakeLinks{MerchantID: b.MerchantID, BulkID: b.ID}})
	})
}

// CancelBulk drops a file that was not confirmed.
func (s *Service) CancelBulk(ctx context.Context, id PersonID, bulk BulkID) (BulkView, error) {
	return s.decideBulk(ctx, id, bulk, func(_ Tx, b *Bulk) error {
		b.State = BulkCancelled
		return nil
	})
}

func (s *Service) decideBulk(ctx context.Context, id PersonID, bulk BulkID, decide func(Tx, *Bulk) error) (BulkView, error) {
	var v BulkView
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, outlet, b, err := s.ownBulk(ctx, tx, id, bulk)
		if err != nil {
			return err
		}
		v, err = bulkView(ctx, tx, b, outlet, p)
		if err != nil || b.State != BulkOffered {
			return err
		}
		if v.Good == 0 {
			return nil
		}
		v.CreatedBy = id // who is answered from here on
		if err := decide(tx, &v.Bulk); err != nil {
			return err
		}
		return tx.MarkBulk(ctx, v.Bulk)
	})
	return v, err
}

// ownBulk locks a file that a person may decide about: one of the outlet they
// work in, whoever sent it, so that a file which two members sent is made once.
func (s *Service) ownBulk(ctx context.Context, tx Tx, id PersonID, bulk BulkID) (Person, Outlet, Bulk, error) {
	p, outlet, err := s.bulkSeller(ctx, tx, id)
	if err != nil {
		return Person{}, Outlet{}, Bulk{}, err
	}
	b, err := tx.LockBulk(ctx, p.MerchantID, bulk)
	if err == nil && (b.OutletID != outlet.ID) {
		err = ErrNotFound
	}
	return p, outlet, b, found(err, CodeBulkNotFound)
}

func bulkView(ctx context.Context, r Reader, b Bulk, outlet Outlet, p Person) (BulkView, error) {
	v := BulkView{Bulk: b, Outlet: outlet, Person: p}
	for _, row := range b.Rows {
		if row.Problem == "" {
			v.Good++
			v.Total += row.Amount // at most 1 000 rows of at most DefaultMax: far from overflow
		}
	}
	var err error
	if v.Made, err = r.BulkLinkCount(ctx, b.ID); err != nil {
		return v, fmt.Errorf("links of file %d: %w", b.ID, err)
	}
	return v, nil
}

// bulkBatch is how many charges one transaction makes: the queue's worker is
// not held long, and what a kill throws away is little.
const bulkBatch = 50

// MakeSomeLinks makes the next charges of a confirmed file and says how far it
// is. All are made when Made is Good.
func (s *Service) MakeSomeLinks(ctx context.Context, job MakeLinks) (BulkView, error) {
	var v BulkView
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		b, err := tx.LockBulk(ctx, job.MerchantID, job.BulkID)
		if err != nil {
			return err
		}
		outlet, err := tx.Outlet(ctx, b.MerchantID, b.OutletID)
		if err != nil {
			return err
		}
		p, err := tx.Person(ctx, b.CreatedBy)
		if err != nil {
			return err
		}
		if v, err = bulkView(ctx, tx, b, outlet, p); err != nil || b.State != BulkConfirmed {
			return err
		}
		made, err := tx.BulkLinks(ctx, b.ID)
		if err != nil {
			return err
		}
		done := make(map[int]bool, len(made))
		for _, l := range made {
			done[l.Line] = true
		}
		now, left := s.now(), bulkBatch
		for _, row := range b.Rows {
			if row.Problem != "" || done[row.Line] || left == 0 {
				continue
			}
			left--
			link, err := s.insertLink(ctx, tx, Link{
				MerchantID: b.MerchantID, OutletID: b.OutletID, Kind: LinkCharge, State: LinkActive, Code: NewCode(),
				Amount: row.Amount, Min: row.Amount, Max: row.Amount, Comment: row.Comment,
				ExpiresAt: now.Add(ChargeLife), CreatedBy: b.CreatedBy, CreatedAt: now,
			}, outlet, "")
			if err != nil {
				return err
			}
			if err := tx.InsertBulkLink(ctx, b.ID, row.Line, link.ID); err != nil {
				return err
			}
			v.Made++
		}
		return nil
	})
	if err != nil {
		return BulkView{}, fmt.Errorf("links of file %d: %w", job.BulkID, err)
	}
	return v, nil
}

// BulkLink is what a row of a file became.
type BulkLink struct {
	Line int
	Link
}

// BulkLinks returns the links of a file by its rows' lines.
func (s *Service) BulkLinks(ctx context.Context, b Bulk) (map[int]Link, error) {
	made, err := s.Store.BulkLinks(ctx, b.ID)
	if err != nil {
		return nil, fmt.Errorf("links of file %d: %w", b.ID, err)
	}
	links := make(map[int]Link, len(made))
	for _, l := range made {
		links[l.Line] = l.Link
	}
	return links, nil
}

// BulkSent notes that the file with the links was sent.
func (s *Service) BulkSent(ctx context.Context, job MakeLinks) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		b, err := tx.LockBulk(ctx, job.MerchantID, job.BulkID)
		if err != nil || b.State != BulkConfirmed {
			return err
		}
		b.State = BulkDone
		return tx.MarkBulk(ctx, b)
	})
}
