package operator

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/payments"
)

// clearingPath is where the clearing files are, by the date of their close:
//
//	GET /clearing/2026-01-02.json             as IPC writes them
//	GET /clearing/demirbank/2026-01-02.json   as DemirBank's operator does
//
// A file holds the successful payments since the close before; the file of a
// close to come holds what there is by now. Days without a close have none.
const clearingPath = "/clearing/"

// The close of the operational day, 09:05 in Bishkek on working days (§8.1).
const (
	closeHour   = 9
	closeMinute = 5
)

// Parties of the simulated clearing.
const (
	payerBIC      = "100001"
	payeeBIC      = "100002"
	pspNumber     = 900
	accountNumber = 1
	account       = "1000020000000001"
)

type ipcEntry struct {
	TransactionID   string `json:"transaction_id"`
	TransactionType string `json:"transaction_type"`
	Amount          int64  `json:"amount"`
	Interchange     int64  `json:"interchange"`
	PSPID           int    `json:"psp_id"`
	PSPName         string `json:"psp_name"`
	AcquirerBIC     string `json:"aqr_bic"` // the payer's bank
	IssuerBIC       string `json:"iss_bic"` // the payee's bank
	BIC             string `json:"bic"`
	BankAccountID   int    `json:"bank_account_id"`
	BankAccount     string `json:"bank_account"`
	ExecutedTime    string `json:"executed_time"`
	Created         string `json:"created"`
}

type demirEntry struct {
	TransactionNo   string `json:"transaction_no"`
	Flag            string `json:"dtcr_flag"` // "C": to us, "D": from us
	Amount          int64  `json:"amount"`
	Commission      int64  `json:"commission"`
	Currency        string `json:"curr"`
	TransactionType string `json:"transaction_type"`
	BIC             string `json:"bic"`
	BankAccount     string `json:"bank_account"`
	PSPID           int    `json:"psp_id"`
	BankID          int    `json:"bank_id"`
	CreatedTime     string `json:"created_time"`
	ExecutedTime    string `json:"executed_time"`
}

type demirFile struct {
	Transactions []demirEntry `json:"transactions"`
	Checksum     struct {
		Count int   `json:"total_count"`
		Sum   int64 `json:"total_sum"`
	} `json:"checksum"`
}

// ClearingDate is the date (2006-01-02) of the clearing file that a payment
// confirmed at t is in.
func ClearingDate(t time.Time) string {
	day := t.In(bishkek())
	for !day.Before(closeOf(day)) || !isWorkingDay(day) {
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location())
	}
	return day.Format(time.DateOnly)
}

func (s *Server) serveClearing(w http.ResponseWriter, r *http.Request, name string) {
	date, isDemir := strings.CutPrefix(name, "demirbank/")
	date, isJSON := strings.CutSuffix(date, ".json")
	day, err := time.ParseInLocation(time.DateOnly, date, bishkek())
	if err != nil || !isJSON || !isWorkingDay(day) || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	var file any
	if entries := s.cleared(date); isDemir {
		file = demirFileOf(entries)
	} else {
		file = ipcFileOf(entries)
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(file); err != nil {
		s.log.Debug("simulated operator: clearing file not delivered", "error", err)
	}
}

// cleared is what entered one close, oldest first.
func (s *Server) cleared(date string) []transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []transaction
	for _, t := range s.history {
		if t.status == payments.StatusSuccess && ClearingDate(t.final) == date {
			list = append(list, *t)
		}
	}
	return list
}

func ipcFileOf(list []transaction) []ipcEntry {
	file := make([]ipcEntry, 0, len(list))
	for _, t := range list {
		file = append(file, ipcEntry{
			TransactionID: t.order.OperatorID, TransactionType: strconv.Itoa(int(t.order.Type)),
			Amount: int64(t.order.Amount), PSPID: pspNumber, PSPName: "ELKART Trade",
			AcquirerBIC: payerBIC, IssuerBIC: payeeBIC, BIC: payeeBIC,
			BankAccountID: accountNumber, BankAccount: account,
			ExecutedTime: t.executed.UTC().Format(time.RFC3339), Created: t.created.UTC().Format(time.RFC3339),
		})
	}
	return file
}

func demirFileOf(list []transaction) demirFile {
	file := demirFile{Transactions: make([]demirEntry, 0, len(list))}
	for _, t := range list {
		flag := "D"
		if t.incoming {
			flag = "C"
		}
		file.Transactions = append(file.Transactions, demirEntry{
			TransactionNo: t.order.OperatorID, Flag: flag, Amount: int64(t.order.Amount), Currency: "KGS",
			TransactionType: strconv.Itoa(int(t.order.Type)), BIC: payeeBIC, BankAccount: account,
			PSPID: pspNumber, BankID: accountNumber,
			CreatedTime:  t.created.In(bishkek()).Format("02/01/2006 15:04:05"),
			ExecutedTime: t.executed.In(bishkek()).Format("02/01/2006 15:04:05"),
		})
		file.Checksum.Count++
		file.Checksum.Sum += int64(t.order.Amount)
	}
	return file
}

func closeOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), closeHour, closeMinute, 0, 0, day.Location())
}

func isWorkingDay(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// bishkek has no summer time, so no time zone data is needed.
func bishkek() *time.Location { return time.FixedZone("Asia/Bishkek", 6*60*60) }
