package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ExportID is our number of an export.
type ExportID int64

// ExportFormat is what kind of file a statement comes as.
type ExportFormat string

// The formats.
const (
	ExportXLSX ExportFormat = "xlsx"
	ExportCSV  ExportFormat = "csv"
	Export1C   ExportFormat = "1c" // 1CClientBankExchange
)

// ExportFormats are all, the handiest first.
func ExportFormats() []ExportFormat { return []ExportFormat{ExportXLSX, ExportCSV, Export1C} }

// ExportState is where an export stands.
type ExportState string

// The states of an export.
const (
	ExportAsked  ExportState = "asked"
	ExportSent   ExportState = "sent"
	ExportFailed ExportState = "failed"
)

// ExportLimit is how many lines a statement may have; whoever has more asks for
// a shorter time.
const ExportLimit = 1_000_000

// ExportAge is after how long one that was never sent stands no longer in the
// way of the next.
const ExportAge = 30 * time.Minute

// Export is a statement as a file that a member asked for.
type Export struct {
	ID          ExportID
	MerchantID  MerchantID
	PersonID    PersonID
	Key         string // idempotency: the same key asks for the same file
	Format      ExportFormat
	First, Last Date // business days, both included
	MessageID   int  // of the message that shows how far it is; 0: none yet
	State       ExportState
	AskedAt     time.Time // UTC
}

// ExportFile makes the file and sends it.
type ExportFile struct {
	MerchantID MerchantID `json:"merchant_id"`
	ExportID   ExportID   `json:"export_id"`
}

// Kind names the job in the queue.
func (ExportFile) Kind() string { return "export_file" }

// ExportView is what a member sees before choosing a format.
type ExportView struct {
	Merchant    Merchant
	Today       Date
	First, Last Date
	Figures     Figures
}

// ExportView counts what a file of these days would say; 0 for both days is the
// month so far. Errors: CodeNotAllowed, CodeDateMalformed.
func (s *Service) ExportView(ctx context.Context, id PersonID, first, last Date) (ExportView, error) {
	_, view, err := s.exportView(ctx, s.Store, id, first, last)
	return view, err
}

func (s *Service) exportView(ctx context.Context, r Reader, id PersonID, first, last Date) (Person, ExportView, error) {
	p, err := s.member(ctx, r, id, ActionExport)
	if err != nil {
		return p, ExportView{}, err
	}
	var v ExportView
	if v.Merchant, err = r.Merchant(ctx, p.MerchantID); err != nil {
		return p, v, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	v.Today = v.Merchant.DateOf(s.now())
	v.First, v.Last = first, last
	if first == 0 && last == 0 {
		v.First, v.Last = v.Today.FirstOfMonth(0), v.Today
	}
	if !v.First.Valid() || !v.Last.Valid() || v.First > v.Last {
		return p, v, Fail(CodeDateMalformed)
	}
	v.Figures, err = r.Figures(ctx, p.figuresOf(v.Merchant, v.First, v.Last))
	if err != nil {
		return p, v, fmt.Errorf("figures of merchant %d: %w", p.MerchantID, err)
	}
	return p, v, nil
}

// figuresOf is what a member may count of some business days.
func (p Person) figuresOf(m Merchant, first, last Date) FiguresOf {
	of := FiguresOf{MerchantID: m.ID, Day: m.Span(first, last)}
	if p.Role != RoleOwner {
		of.Outlets = p.Scope
	}
	return of
}

// RequestExport puts the making of a file down. Errors: CodeNotAllowed,
// CodeDateMalformed, CodeNothingToExport, CodeExportTooLarge, CodeExportBusy
// while another one of the person's is being made.
func (s *Service) RequestExport(ctx context.Context, id PersonID, draft Export) (Export, error) {
	var e Export
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, view, err := s.exportView(ctx, tx, id, draft.First, draft.Last)
		if err != nil {
			return err
		}
		f := view.Figures
		switch lines := f.Taken.Count + f.Reversed.Count + f.Refunded.Count; {
		case lines == 0:
			return Fail(CodeNothingToExport)
		case lines > ExportLimit:
			return Fail(CodeExportTooLarge, "max", ExportLimit)
		}
		now := s.now()
		e = Export{
			MerchantID: p.MerchantID, PersonID: p.ID, Key: draft.Key, Format: draft.Format,
			First: view.First, Last: view.Last, State: ExportAsked, AskedAt: now,
		}
		if err := tx.DropStaleExports(ctx, p.ID, now.Add(-ExportAge)); err != nil {
			return fmt.Errorf("drop stale exports: %w", err)
		}
		kept, fresh, err := tx.InsertExport(ctx, e)
		switch {
		case errors.Is(err, ErrNotFound):
			return Fail(CodeExportBusy)
		case err != nil:
			return fmt.Errorf("insert export: %w", err)
		}
		e = kept
		if !fresh {
			return nil
		}
		if _, err := s.audit(ctx, tx, p, AuditExported, Details{
			DetailFormat: string(e.Format), DetailFirst: fmt.Sprint(e.First), DetailLast: fmt.Sprint(e.Last),
		}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Scheduled{Job: ExportFile{MerchantID: e.MerchantID, ExportID: e.ID}})
	})
	return e, err
}

// Statement is what is written into a file.
type Statement struct {
	Export   Export
	Person   Person
	Merchant Merchant
	Figures  Figures // as counted when it was begun
	// Each hands out the lines, oldest first.
	Each func(ctx context.Context, line func(Operation) error) error
}

// Statement returns what an export is made of, judged anew: who has lost the
// right since gets CodeNotAllowed.
func (s *Service) Statement(ctx context.Context, job ExportFile) (Statement, error) {
	e, err := s.Store.Export(ctx, job.MerchantID, job.ExportID)
	if err != nil {
		return Statement{}, fmt.Errorf("export %d: %w", job.ExportID, err)
	}
	st := Statement{Export: e}
	p, view, err := s.exportView(ctx, s.Store, e.PersonID, e.First, e.Last)
	st.Person = p
	if err != nil {
		return st, err
	}
	if p.MerchantID != e.MerchantID {
		return st, Fail(CodeNotAllowed) // they work for somebody else now
	}
	st.Merchant, st.Figures = view.Merchant, view.Figures
	st.Each = func(ctx context.Context, line func(Operation) error) error {
		return s.Store.Operations(ctx, p.figuresOf(view.Merchant, e.First, e.Last), line)
	}
	return st, nil
}

// MarkExport notes how an export ended.
func (s *Service) MarkExport(ctx context.Context, e Export, state ExportState) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.MarkExport(ctx, e.MerchantID, e.ID, state) })
}

// ShowExport notes which message shows how far an export is.
func (s *Service) ShowExport(ctx context.Context, e Export, message int) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetExportMessage(ctx, e.MerchantID, e.ID, message) })
}
