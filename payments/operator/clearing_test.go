package operator_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

const ipcFile = `[
 {"transaction_id": "op-1", "transaction_type": "20", "amount": 50000, "interchange": 0, "psp_id": 900, "psp_name": "ELKART Trade",
  "aqr_bic": "100001", "iss_bic": "100002", "bic": "100002", "bank_account_id": 1, "bank_account": "1000020000000001",
  "executed_time": "2026-03-02T10:00:00Z", "created": "2026-03-02T09:59:58Z"},
 {"executed_time": "2026-03-02 18:30:00", "amount": 9223372036854725807, "transaction_type": "B2C", "transaction_id": "op-2",
  "news": {"of": ["any", {"depth": [[[]]]}]}}
]
`

const demirFile = `{"transactions": [
 {"transaction_no": "op-1", "dtcr_flag": "C", "amount": 50000, "commission": 25, "curr": "KGS", "transaction_type": "20", "bic": "100002",
  "bank_account": "1000020000000001", "psp_id": 900, "bank_id": 1, "created_time": "02/03/2026 15:59:58", "executed_time": "02/03/2026 16:00:00"},
 {"transaction_no": "op-2", "dtcr_flag": "D", "amount": 1, "curr": 417, "executed_time": "03/03/2026 00:30:00"}
], "checksum": {"total_count": 2, "total_sum": 50001}}`

func utc(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

// readClearing reads a file to its end.
func readClearing(file io.Reader) (c *operator.Clearing, rows []payments.ClearingRow, err error) {
	if c, err = operator.OpenClearing(file); err != nil {
		return nil, nil, err
	}
	for {
		row, err := c.Next()
		if errors.Is(err, io.EOF) {
			return c, rows, nil
		}
		if err != nil {
			return c, rows, err
		}
		rows = append(rows, row)
	}
}

func TestClearingReadsBothForms(t *testing.T) {
	for _, tt := range []struct {
		name, file, format string
		want               []payments.ClearingRow
	}{
		{"IPC, and names of types", ipcFile, operator.ClearingIPC, []payments.ClearingRow{
			{Number: 1, OperatorID: "op-1", Amount: 50000, ExecutedAt: utc(2, 10, 0)},
			{Number: 2, OperatorID: "op-2", Outgoing: true, Amount: 9223372036854725807, ExecutedAt: utc(2, 18, 30)},
		}},
		{"DemirBank, times of Bishkek", demirFile, operator.ClearingDemirBank, []payments.ClearingRow{
			{Number: 1, OperatorID: "op-1", Amount: 50000, ExecutedAt: utc(2, 10, 0)},
			{Number: 2, OperatorID: "op-2", Outgoing: true, Amount: 1, ExecutedAt: utc(2, 18, 30)},
		}},
		{"DemirBank, checksum first", `{"checksum":{"total_sum":0,"total_count":0},"x":[{"transactions":[]}],"transactions":[]}`, operator.ClearingDemirBank, nil},
		{"an empty list", "[]", operator.ClearingIPC, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var packed bytes.Buffer
			zip := gzip.NewWriter(&packed)
			_, _ = zip.Write([]byte(tt.file))
			_ = zip.Close()
			for form, content := range map[string]string{"plain": tt.file, "with a mark": "\ufeff" + tt.file, "gzip": packed.String()} {
				c, rows, err := readClearing(strings.NewReader(content))
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				for i := range rows {
					end := int64(strings.Index(tt.file, fmt.Sprintf(`"op-%d"`, i+1)))
					if rows[i].Offset < end {
						t.Errorf("%s: row %d ends at byte %d, its id stands at %d", form, i+1, rows[i].Offset, end)
					}
					rows[i].Offset = 0
				}
				if diff := cmp.Diff(rows, tt.want); diff != "" {
					t.Errorf("%s (-got +want):\n%s", form, diff)
				}
				want := sha256.Sum256([]byte(tt.file))
				if form == "with a mark" {
					want = sha256.Sum256([]byte(content))
				}
				if c.Format() != tt.format || c.SHA256() != want {
					t.Errorf("%s: format %s, hash %x, want %s, %x", form, c.Format(), c.SHA256(), tt.format, want)
				}
			}
		})
	}
}

// The example with one thing changed.
func ipcWith(old, with string) string {
	if strings.Count(ipcFile, old) == 0 {
		panic(old)
	}
	return strings.Replace(ipcFile, old, with, 1)
}

func demirWith(old, with string) string {
	if strings.Count(demirFile, old) == 0 {
		panic(old)
	}
	return strings.Replace(demirFile, old, with, 1)
}

func TestClearingRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, file, want string
	}{
		{"nothing", "", "after row 0, byte 0: the file is empty"},
		{"spaces", " \n", "after row 0, byte 0: the file is empty"},
		{"a text", `"op-1"`, "neither a list nor an object"},
		{"no JSON", "transaction_id;amount\n", "not JSON: invalid character"},
		{"cut in a row", ipcFile[:300], "row 1, byte "},
		{"cut in a row, said so", ipcFile[:300], "the file ends in the middle"},
		{"cut between rows", ipcFile[:strings.Index(ipcFile, "},")+2], "row 2, byte 331: the file ends in the middle"},
		{"cut before the end of the list", strings.TrimRight(ipcFile, "]\n"), "after row 2, byte"},
		{"cut in the checksum", demirFile[:len(demirFile)-10], "after row 2, byte"},
		{"cut after the list", demirFile[:strings.Index(demirFile, "],")+1], "the file ends in the middle"},
		{"two lists", ipcFile + "[]", "something follows"},
		{"rubbish behind", ipcFile + "x", "not JSON"},
		{"comma at the end of the list", ipcWith("}\n]", "},\n]"), "not JSON"},
		{"a row that is a list", "[[]]", "row 1, byte 2: not an object"},
		{"a row that is a number", "[7]", "row 1, byte 2: not an object"},
		{"sum as text", ipcWith("50000", `"50000"`), "row 1, byte 332: amount: not a number"},
		{"sum with a fraction", ipcWith("50000", "500.00"), "amount: not a whole number"},
		{"sum with an exponent", ipcWith("50000", "5e4"), "amount: not a whole number"},
		{"negative sum", ipcWith("50000", "-50000"), "row 1, byte 331: amount: negative"},
		{"no sum", ipcWith("50000", "0"), "amount: not positive"},
		{"null sum", ipcWith("50000", "null"), "amount: missing"},
		{"nested sum", ipcWith("50000", "[50000]"), "amount: neither a text nor a number"},
		{"huge sum", ipcWith("50000", "99999999999999999999"), "row 1, byte 345: amount: does not fit 64 bits"},
		{"sum of sums too large", ipcWith("50000", "50001"), "row 2, byte 503: amount: the sum of the rows does not fit 64 bits"},
		{"missing sum", ipcWith(`"amount": 50000, `, ""), "row 1, byte 313: amount: missing"},
		{"sum twice", ipcWith(`"interchange": 0`, `"amount": 1`), "row 1, byte 81: amount: stands there twice"},
		{"id twice", ipcWith(`"created"`, `"transaction_id"`), "transaction_id: stands there twice"},
		{"id as number", ipcWith(`"op-1"`, "7"), "transaction_id: not a text"},
		{"empty id", ipcWith(`"op-1"`, `""`), "transaction_id: empty"},
		{"long id", ipcWith("op-1", strings.Repeat("x", 51)), "transaction_id: longer than 50 characters"},
		{"zero byte in the id", ipcWith("op-1", `op\u0000`), "transaction_id: a control character in it"},
		{"half a character in the id", ipcWith("op-1", `op\ud83d`), "transaction_id: not UTF-8"},
		{"broken UTF-8 in the id", ipcWith("op-1", "op\xff"), "transaction_id: not UTF-8"},
		{"unknown type", ipcWith(`"20"`, `"25"`), `transaction_type: "25" is not known`},
		{"type with a zero before", ipcWith(`"20"`, `"020"`), `transaction_type: "020" is not known`},
		{"no time", ipcWith("2026-03-02T10:00:00Z", ""), "executed_time: empty"},
		{"no such day", ipcWith("2026-03-02T10:00:00Z", "2026-02-30T10:00:00Z"), "is not a date and time"},
		{"a time before all", ipcWith("2026-03-02T10:00:00Z", "0001-01-01T00:00:00Z"), "executed_time: the year 1"},
		{"month and day exchanged", demirWith("02/03/2026 16", "03/22/2026 16"), "is not a date and time"},
		{"other currency", demirWith("KGS", "USD"), `curr: "USD", want KGS`},
		{"no currency", demirWith(`"curr": "KGS", `, ""), "curr: missing"},
		{"unknown flag", demirWith(`"C"`, `"c"`), `dtcr_flag: "c" is not known`},
		{"wrong count", demirWith(`"total_count": 2`, `"total_count": 3`), "after row 2, byte 471: checksum.total_count: says 3, there are 2 rows"},
		{"wrong sum", demirWith("50001", "50000"), "checksum.total_sum: says 50000, the rows add up to 50001"},
		{"sum in the checksum as text", demirWith("50001", `"50001"`), "checksum.total_sum: not a number"},
		{"no checksum", demirWith(`"checksum"`, `"check"`), "checksum: missing"},
		{"half a checksum", demirWith(`"total_count": 2, `, ""), "checksum.total_count: missing"},
		{"two checksums", demirWith(`"checksum"`, `"checksum":{"total_count": 2, "total_sum": 50001},"checksum"`), "checksum: stands in the file twice"},
		{"no list", `{"checksum":{"total_count":0,"total_sum":0}}`, "transactions: missing"},
		{"two lists in it", demirWith(`"checksum"`, `"transactions": [], "checksum"`), "transactions: stands in the file twice"},
		{"list that is none", `{"transactions": {}}`, "transactions: not a list"},
		{"gzip cut off", "\x1f\x8b\x08\x00", "the file ends in the middle"},
		{"gzip broken", "\x1f\x8bxxxxxxxxxxxxxxxx", "broken gzip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, rows, err := readClearing(strings.NewReader(tt.file))
			var fault *operator.ClearingError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("%d rows, %v, want %q", len(rows), err, tt.want)
			}
			if c != nil {
				if _, again := c.Next(); !errors.Is(again, err) {
					t.Errorf("asked again: %v, want %v", again, err)
				}
			}
		})
	}
}

// endless gives a beginning and then the same for ever, and counts.
type endless struct {
	begin, repeat string
	given         int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		from := e.begin
		if from == "" {
			from = e.repeat
		} else {
			e.begin = ""
		}
		n += copy(p[n:], from)
	}
	e.given += n
	return n, nil
}

// What never ends is refused before it is in memory.
func TestClearingRefusesTheEndless(t *testing.T) {
	for name, file := range map[string]*endless{
		"spaces":             {repeat: "                "},
		"nesting":            {repeat: "[[[[[[[[[[[[[[[["},
		"nesting in a field": {begin: `[{"news":`, repeat: `{"a":[`},
		"text in a row":      {begin: `[{"transaction_id":"`, repeat: "xxxxxxxxxxxxxxxx"},
		"number in a row":    {begin: `[{"amount":`, repeat: "9999999999999999"},
		"name in a row":      {begin: `[{"`, repeat: "xxxxxxxxxxxxxxxx"},
		"fields of a row":    {begin: `[{"a":1`, repeat: `,"b":1`},
		"outside of rows":    {begin: `{"news":[1`, repeat: ",1"},
		"spaces at the end":  {begin: "[]", repeat: "                "},
		"spaces after a row": {begin: ipcFile[:strings.Index(ipcFile, "},")+1], repeat: "      "},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readClearing(file)
			var fault *operator.ClearingError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), "byte") {
				t.Errorf("error %v", err)
			}
			if file.given > 1<<20 {
				t.Errorf("%d bytes were taken", file.given)
			}
		})
	}
}

// A failure of the disk is not blamed on the file.
func TestClearingReadFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, _, err := readClearing(io.MultiReader(strings.NewReader(ipcFile[:200]), failing{broken}))
	var fault *operator.ClearingError
	if !errors.Is(err, broken) || errors.As(err, &fault) || !strings.Contains(err.Error(), "row 1, byte") {
		t.Errorf("error %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// However broken, a file ends in an error of one line or in rows that make
// sense, and its checksum is the truth.
func FuzzClearing(f *testing.F) {
	for _, seed := range []string{ipcFile, demirFile, "[]", `{"transactions":[],"checksum":{"total_count":0,"total_sum":0}}`, "\ufeff[", "\x1f\x8b\x08"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		_, rows, err := readClearing(bytes.NewReader(content))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		var total payments.Money
		for i, row := range rows {
			if total, err = total.Add(row.Amount); err != nil || row.Amount <= 0 || row.OperatorID == "" || row.ExecutedAt.IsZero() || row.Number != int64(i+1) {
				t.Errorf("row %+v, %v", row, err)
			}
		}
	})
}
