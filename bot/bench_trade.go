package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

// trade is the program's payment side over a scratch database, wired as serve
// wires it, and reached over HTTP on loopback. The chat is not there.
type trade struct {
	app    *app
	bot    *handlers.Bot
	sign   *operator.Signer   // the operator's key
	verify *operator.Verifier // our key
	mine   *operator.Signer   // our key, to measure what signing costs
	addr   string
	server *http.Server
	ended  chan error
	desks  []payments.Desk // of the merchants
}

// benchOutlet is what every merchant of a measurement is called.
const benchOutlet = "Кофейня «Ала-Тоо»"

// openTrade wires, listens and registers merchants. Close it when done.
func openTrade(ctx context.Context, b bench, db *scratch, merchants int) (t *trade, err error) {
	cfg := b.cfg
	cfg.clientCert, cfg.clientKey, cfg.operatorCA, cfg.creditURL = "", "", "", ""
	cfg.operatorURL, cfg.pspID, cfg.pspToken = "http://127.0.0.1:9", "bench", operator.NewSecret("bench") // nobody listens there
	cfg.cardKeys, _ = payments.NewKeyring("bench")
	t = &trade{app: &app{cfg: cfg, log: b.log}, ended: make(chan error, 1)}
	if err := t.makeKeys(db.dir); err != nil {
		return nil, err
	}
	if t.app.store, err = store.New(db.pool); err != nil {
		return nil, err
	}
	inbound, err := t.app.wireOperator(time.Now, newMetrics())
	if err != nil {
		return nil, err
	}
	if err := t.serve(ctx, inbound); err != nil {
		return nil, err
	}
	if err := t.register(ctx, merchants); err != nil {
		return nil, errors.Join(err, t.close(ctx))
	}
	return t, nil
}

// makeKeys makes a key for the operator and one for us, in files, as the
// settings want them.
func (t *trade) makeKeys(dir string) error {
	cfg := &t.app.cfg
	cfg.pspKey = filepath.Join(dir, "psp.pem")
	cfg.operatorKeys = []string{filepath.Join(dir, "operator.pem")}
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, operator.MinKeyBits); err != nil {
			return fmt.Errorf("bench: make a key: %w", err)
		}
	}
	ours, theirs := keys[0], keys[1]
	private, err := x509.MarshalPKCS8PrivateKey(ours)
	if err != nil {
		return fmt.Errorf("bench: write a key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(&theirs.PublicKey)
	if err != nil {
		return fmt.Errorf("bench: write a key: %w", err)
	}
	for _, file := range []struct {
		path, kind string
		der        []byte
	}{{cfg.pspKey, "PRIVATE KEY", private}, {cfg.operatorKeys[0], "PUBLIC KEY", public}} {
		if err := os.WriteFile(file.path, pem.EncodeToMemory(&pem.Block{Type: file.kind, Bytes: file.der}), 0o600); err != nil {
			return fmt.Errorf("bench: write a key: %w", err)
		}
	}
	if t.sign, err = operator.NewSigner(theirs); err != nil {
		return err
	}
	if t.mine, err = operator.NewSigner(ours); err != nil {
		return err
	}
	t.verify, err = operator.NewVerifier(&ours.PublicKey)
	return err
}

// serve puts the operator's handler on a free port of this machine, in the
// server that has the public site's limits.
func (t *trade) serve(ctx context.Context, inbound http.Handler) error {
	catalog, err := locales.New()
	if err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	zone, err := time.LoadLocation(t.app.cfg.timeZone)
	if err != nil {
		return fmt.Errorf("TIME_ZONE: %w", err)
	}
	press, err := documents.New()
	if err != nil {
		return fmt.Errorf("documents: %w", err)
	}
	t.bot, err = handlers.New(handlers.Deps{Service: t.app.service, Catalog: catalog, Press: press, Zone: zone, Now: time.Now})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	t.addr = listener.Addr().String()
	t.server = web.Server(t.addr, inbound)
	go func() { t.ended <- serveHTTP(t.server, listener) }()
	return nil
}

// register takes merchants all the way to a static link, as the chat would.
func (t *trade) register(ctx context.Context, merchants int) error {
	number, err := payments.ParseCardNumber("9417123412341234")
	if err != nil {
		return err
	}
	t.desks = make([]payments.Desk, merchants)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	s := t.app.service
	for i := range t.desks {
		id := payments.PersonID(i + 1)
		group.Go(func() error {
			_, err := s.Meet(ctx, payments.Acquaintance{ID: id, Name: "Айгүл", Suggested: "ky"})
			for _, step := range []func() error{
				func() error { return s.SetLanguage(ctx, id, "ky") },
				func() error { return s.SetPhone(ctx, id, "+996555"+fmt.Sprintf("%06d", i)) },
				func() error { return s.Consent(ctx, id) },
				func() error {
					_, err := s.OpenOutlet(ctx, id, payments.OutletDraft{Name: benchOutlet, Category: "cafe", Key: "setup"})
					return err
				},
				func() error { _, err := s.AddCard(ctx, id, number, "card"); return err },
				func() error { t.desks[i], err = s.Desk(ctx, id); return err },
			} {
				if err == nil {
					err = step()
				}
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("bench: register merchants: %w", err)
	}
	return nil
}

// order is what a payer's bank makes of a merchant's static link.
func (t *trade) order(name string, merchant int) payments.Order {
	desk := t.desks[merchant%len(t.desks)]
	link := desk.Static
	return payments.Order{
		Scan: payments.Scan{
			Provider: t.app.cfg.elqrProvider, ServiceID: t.app.cfg.elqrService,
			MerchantCode: strconv.FormatInt(int64(link.MerchantID), 10), Account: link.Code, MCC: desk.Outlet.MCC,
			Currency: payments.SomCode, Customer: payments.CustomerPerson, Amount: payments.Money(100_00 + merchant%len(t.desks)),
			LinkHash: link.URI[len(link.URI)-4:],
		},
		OperatorID: name, PSPTransactionID: "psp-" + name, ReceiptID: "1", Type: payments.TypeC2B,
	}
}

// succeeded counts the payments that succeeded, and checks that the receipts
// given are as many.
func (t *trade) succeeded(ctx context.Context, db *scratch) (n int, err error) {
	var receipts int
	err = db.pool.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM payments WHERE state = 'succeeded'),
			(SELECT COALESCE(sum(last_receipt), 0) FROM merchants)`).Scan(&n, &receipts)
	if err == nil && n != receipts {
		err = fmt.Errorf("bench: %d payments and %d receipts", n, receipts)
	}
	return n, err
}

// close ends the server and waits for it.
func (t *trade) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	t.app.outward.CloseIdleConnections()
	return errors.Join(t.server.Shutdown(ctx), <-t.ended)
}
