package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

// app is the whole program, put together once and not yet running.
type app struct {
	cfg      config
	id       string // this process's name in the queue
	pool     *pgxpool.Pool
	log      *slog.Logger
	service  *payments.Service
	store    *store.Store
	catalog  *locales.Catalog
	bot      *handlers.Bot
	sender   *chat.Sender
	chat     *chat.Runtime
	name     *selfName
	queue    *river.Client[pgx.Tx]
	presence *presence
	outward  *http.Client // to the operator
	public   *http.Server
	admin    *http.Server
}

// extras are what a demo or a test puts in.
type extras struct {
	root http.Handler     // serves / and what nobody else serves; nil: a plain page
	now  func() time.Time // nil: the clock
	pace float64          // messages a second to Telegram, all and in one chat; 0: Telegram's limits, negative: none
}

// telegramHello is how long the start waits for Telegram to say the bot's name.
const telegramHello = 5 * time.Second

// wire puts the program together over a migrated database. The operator's
// settings must be there.
func wire(ctx context.Context, cfg config, pool *pgxpool.Pool, log *slog.Logger, x extras) (*app, error) {
	if x.now == nil {
		x.now = time.Now
	}
	a := &app{cfg: cfg, id: processID(), pool: pool, log: log}
	var err error
	if a.store, err = store.New(pool); err != nil {
		return nil, err
	}
	if a.catalog, err = locales.New(); err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	counted := newMetrics()
	press, err := documents.New()
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	inbound, err := a.wireOperator(x.now, counted)
	if err != nil {
		return nil, err
	}
	if err := a.wireChat(ctx, press, x); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(cfg.timeZone)
	if err != nil {
		return nil, fmt.Errorf("TIME_ZONE: %w", err)
	}
	work := &jobs{service: a.service, store: a.store, bot: a.bot, chat: a.chat, sender: a.sender, log: log, timeZone: cfg.timeZone, adminChat: cfg.adminChat}
	if a.queue, err = work.client(pool, a.id); err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	a.presence = &presence{pool: pool, id: a.id, log: log, leads: make(chan struct{})}
	site := web.Deps{
		Service: a.service, Catalog: a.catalog, PublicURL: cfg.publicURL, Zone: zone, Now: x.now, Log: log,
		QR: a.bot.QR, Drawer: pictures{press: press, publicURL: cfg.publicURL}, Operator: inbound, Root: x.root,
		InitData: func(data string) (payments.PersonID, error) {
			id, err := chat.InitDataUser(cfg.token.Reveal(), data, x.now())
			return payments.PersonID(id), err
		},
	}
	if cfg.webhook {
		site.Telegram = a.presence.whenLeading(a.chat.Webhook(cfg.webhookSecret))
	}
	pages, err := web.New(site)
	if err != nil {
		return nil, fmt.Errorf("public pages: %w", err)
	}
	a.public = web.Server(cfg.listenAddr, pages)
	a.admin = newAdminServer(cfg.adminAddr, counted, a.store, a.presence)
	return a, nil
}

// wireOperator makes the service with its outward ends, and the handler of the
// operator's calls.
func (a *app) wireOperator(now func() time.Time, counted *metrics) (http.Handler, error) {
	cfg := a.cfg
	private, err := operator.LoadPrivateKey(cfg.pspKey)
	if err != nil {
		return nil, fmt.Errorf("PSP_PRIVATE_KEY: %w", err)
	}
	sign, err := operator.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("PSP_PRIVATE_KEY: %w", err)
	}
	public, err := operator.LoadPublicKeys(cfg.operatorKeys...)
	if err != nil {
		return nil, fmt.Errorf("OPERATOR_PUBLIC_KEY: %w", err)
	}
	verify, err := operator.NewVerifier(public...)
	if err != nil {
		return nil, fmt.Errorf("OPERATOR_PUBLIC_KEY: %w", err)
	}
	a.outward, err = operator.NewHTTPClient(operator.TLSFiles{Cert: cfg.clientCert, Key: cfg.clientKey, CA: cfg.operatorCA})
	if err != nil {
		return nil, fmt.Errorf("OPERATOR_CLIENT_CERT, OPERATOR_CLIENT_KEY, OPERATOR_CA: %w", err)
	}
	to := operator.ClientConfig{
		BaseURL: cfg.operatorURL, PSPID: cfg.pspID, PSPToken: cfg.pspToken, Sign: sign, Verify: verify, HTTP: a.outward, Now: now,
	}
	client, err := operator.NewClient(to)
	if err != nil {
		return nil, fmt.Errorf("OPERATOR_URL: %w", err)
	}
	a.service = &payments.Service{
		Store:   a.store,
		Channel: operator.Channel{Provider: cfg.elqrProvider, ServiceCode: cfg.elqrService, Base: cfg.elqrBase},
		Keyring: cfg.cardKeys, Refunder: operator.Refunder{Client: client, Provider: cfg.elqrProvider}, Operator: client, Now: now, TimeZone: cfg.timeZone, Log: a.log,
	}
	if cfg.creditURL != "" {
		to.BaseURL = cfg.creditURL
		credits, err := operator.NewCredits(to)
		if err != nil {
			return nil, fmt.Errorf("CREDIT_URL: %w", err)
		}
		a.service.Tokenizer, a.service.Crediter = operator.Crediter{Credits: credits}, operator.Crediter{Credits: credits}
	}
	return operator.NewHandler(operator.HandlerConfig{
		Beneficiary: a.service, Verify: verify, Sign: sign, Log: a.log, Now: now,
		Journal: callKeeper{store: a.store, service: a.service, metrics: counted},
	})
}

// wireChat makes the conversation and the runtime that carries it.
func (a *app) wireChat(ctx context.Context, press *documents.Press, x extras) (err error) {
	zone, err := time.LoadLocation(a.cfg.timeZone)
	if err != nil {
		return fmt.Errorf("TIME_ZONE: %w", err)
	}
	a.name = &selfName{ask: func(ctx context.Context) (string, error) {
		me, err := a.sender.Me(ctx)
		if err != nil {
			return "", err
		}
		return me.Username, nil
	}}
	a.bot, err = handlers.New(handlers.Deps{
		Service: a.service, Catalog: a.catalog, PublicURL: a.cfg.publicURL, Support: a.cfg.support, Zone: zone, Now: x.now, Press: press,
		BotName: a.name.of,
	})
	if err != nil {
		return err
	}
	blocked := func(ctx context.Context, id chat.ChatID, blocked bool) error {
		if id < 0 { // a group has put the bot out
			return a.service.GroupGone(ctx, payments.GroupID(id))
		}
		return a.service.SetBlocked(ctx, payments.PersonID(id), blocked)
	}
	a.sender, err = chat.NewSender(chat.SenderConfig{
		Token: a.cfg.token.Reveal(), APIURL: a.cfg.telegramURL, Log: a.log, Rate: x.pace, ChatRate: x.pace,
		OnBlocked: func(ctx context.Context, id chat.ChatID) {
			if err := blocked(ctx, id, true); err != nil {
				a.log.ErrorContext(ctx, "note that a person blocked the bot", "error", err)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("TELEGRAM_BOT_TOKEN, TELEGRAM_API_URL: %w", err)
	}
	name, err := a.botName(ctx)
	if err != nil {
		return err
	}
	a.chat, err = chat.New(chat.Config{
		Sender: a.sender, Inbox: a.store.Chat(), Sessions: a.store.Chat(), Routes: a.bot.Routes(),
		Prepare: a.bot.Prepare, Explain: a.bot.Explain, Apology: a.bot.Apology, Labels: a.bot.Labels,
		Blocked: blocked, Mask: payments.MaskNumbers, Username: name, Log: a.log, Now: x.now,
	})
	return err
}

// botName asks Telegram for the bot's user name. Telegram being away must not
// keep payments from being taken: then commands that name a bot are not ours
// until the next start.
func (a *app) botName(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, telegramHello)
	defer cancel()
	name, err := a.name.fetch(ctx)
	switch {
	case err == nil:
		return name, nil
	case errors.Is(err, chat.ErrUnauthorized):
		return "", errors.New("TELEGRAM_BOT_TOKEN: Telegram does not know this token")
	}
	a.log.WarnContext(ctx, "Telegram does not answer; going on without it", "error", err)
	return "", nil
}
