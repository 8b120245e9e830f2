package payments

import (
	"context"
	"fmt"
	"time"
)

// DataEvery is how often a person is given all their data.
const DataEvery = time.Hour

// DataKind is how a column of a person's data is written.
type DataKind int

// The kinds of columns.
const (
	DataText  DataKind = iota
	DataMoney          // tyiyn
	DataTime
)

// DataColumn is a column of a person's data.
type DataColumn struct {
	Name string // its heading is the text "mydata.column."+Name
	Kind DataKind
}

// DataSheet is one list of a person's data; its name is the text
// "mydata.sheet."+Name.
type DataSheet struct {
	Name    string
	Columns []DataColumn
}

// DataReader answers with all that is known of a person.
type DataReader interface {
	// EachData calls row for each line of each list, and begins each list with a
	// nil row: of a person alone, or with merchant of a whole merchant. All is
	// read from one view of the books; no secret and no card number is in it.
	EachData(ctx context.Context, person PersonID, merchant MerchantID, row func(DataSheet, []any) error) error
}

// DataTx notes when a person was given their data.
type DataTx interface {
	// NoteData reports false when the last time was after before.
	NoteData(ctx context.Context, id PersonID, now, before time.Time) (bool, error)
}

// DataFile collects a person's data and sends it.
type DataFile struct {
	PersonID  PersonID `json:"person_id"`
	MessageID int      `json:"message_id"` // that shows how far it is
}

// Kind names the job in the queue.
func (DataFile) Kind() string { return "data_file" }

// RequestData has a person's data collected; message shows how far it is.
// Errors: CodeNotRegistered, CodeDataTooSoon.
func (s *Service) RequestData(ctx context.Context, id PersonID, message int) error {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		return tx.Enqueue(ctx, Scheduled{Job: DataFile{PersonID: id, MessageID: message}})
	})
	if err != nil {
		return fmt.Errorf("data of person %d: %w", id, err)
	}
	return nil
}

// MayHaveData notes that a person is given their data now. Error:
// CodeDataTooSoon.
func (s *Service) MayHaveData(ctx context.Context, id PersonID) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		now := s.now()
		fresh, err := tx.NoteData(ctx, id, now, now.Add(-DataEvery))
		if err == nil && !fresh {
			return Fail(CodeDataTooSoon)
		}
		return err
	})
}

// EachData hands over all that is known of a person, and of the merchant that
// they own and work in. See DataReader.
func (s *Service) EachData(ctx context.Context, p Person, row func(DataSheet, []any) error) error {
	merchant := p.MerchantID
	if p.Role != RoleOwner {
		merchant = 0
	}
	return s.Store.EachData(ctx, p.ID, merchant, row)
}
