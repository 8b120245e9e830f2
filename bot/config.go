package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a merchant's day must not depend on what the machine has installed
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/joho/godotenv"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

// config is every setting of the program, read and checked. Zero values mean
// "not configured" where that is allowed.
type config struct {
	token         operator.Secret // TELEGRAM_BOT_TOKEN
	telegramURL   string
	webhook       bool
	webhookSecret string

	databaseURL string
	dataDir     string // absolute

	listenAddr string
	adminAddr  string
	support    string // whom merchants ask for help; "": nobody
	publicURL  string // without a slash at the end; "": links are plain national links

	operatorURL  string
	pspID        string
	pspToken     operator.Secret
	operatorKeys []string // PEM paths
	pspKey       string   // PEM path
	clientCert   string
	clientKey    string
	operatorCA   string
	creditURL    string
	elqrProvider string
	elqrService  string
	elqrBase     string
	cardKeys     *payments.Keyring
	timeZone     string
	adminChat    int64 // where the people who run it hear of each day; 0: nowhere
	logLevel     slog.Level
	logJSON      bool
}

// environment finds a setting by name.
type environment func(name string) (string, bool)

// withDotEnv adds the settings of a .env file to an environment; what stands in
// the environment itself wins. A file that is not there adds nothing.
func withDotEnv(env environment, path string) (environment, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return env, nil
	}
	if err != nil {
		return nil, err
	}
	// Windows' editors put a mark before the first letter.
	values, err := godotenv.UnmarshalBytes(bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return nil, fmt.Errorf("%s: not a list of NAME=value lines", path)
	}
	return func(name string) (string, bool) {
		if value, ok := env(name); ok {
			return value, ok
		}
		value, ok := values[name]
		return value, ok
	}, nil
}

// settings reads one setting after the other and gathers what is wrong.
type settings struct {
	env  environment
	errs []error
}

func (s *settings) get(name, otherwise string) string {
	if value, ok := s.env(name); ok && strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return otherwise
}

func (s *settings) wrong(name, format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf("%s: "+format, append([]any{name}, args...)...))
}

// one reads a setting that is one of a few words, the first by default.
func (s *settings) one(name string, words ...string) string {
	value := s.get(name, words[0])
	if !slices.Contains(words, value) {
		s.wrong(name, "%q, want %s", value, strings.Join(words, " or "))
	}
	return value
}

// readConfig reads and checks all settings. Its error names every setting that
// is wrong, one a line, and never shows a secret's value.
func readConfig(env environment) (config, error) {
	s := &settings{env: env}
	var c config
	c.token = operator.NewSecret(s.get("TELEGRAM_BOT_TOKEN", ""))
	if !c.token.Empty() && !tokenForm.MatchString(c.token.Reveal()) {
		s.wrong("TELEGRAM_BOT_TOKEN", "not a token as @BotFather gives it (123456:letters)")
	}
	c.telegramURL = s.baseURL("TELEGRAM_API_URL", "https://api.telegram.org")
	c.webhook = s.one("TELEGRAM_MODE", "polling", "webhook") == "webhook"
	c.webhookSecret = s.get("TELEGRAM_WEBHOOK_SECRET", "")
	if c.webhookSecret != "" && !webhookSecretForm.MatchString(c.webhookSecret) {
		s.wrong("TELEGRAM_WEBHOOK_SECRET", "want 1 to 256 letters, digits, _ and -")
	}
	c.publicURL = s.publicURL("PUBLIC_URL")
	if c.webhook && c.webhookSecret == "" {
		s.wrong("TELEGRAM_WEBHOOK_SECRET", "needed with TELEGRAM_MODE=webhook")
	}
	if c.webhook && c.publicURL == "" {
		s.wrong("PUBLIC_URL", "needed with TELEGRAM_MODE=webhook: it is where Telegram calls us")
	}

	c.databaseURL = s.get("DATABASE_URL", "")
	if c.databaseURL != "" {
		if _, err := pgx.ParseConfig(c.databaseURL); err != nil {
			s.wrong("DATABASE_URL", "not a PostgreSQL address (postgres://user:password@host/name)")
		}
	}
	dir, err := filepath.Abs(s.get("DATA_DIR", "./data"))
	if err != nil {
		s.wrong("DATA_DIR", "%v", err)
	}
	c.dataDir = dir
	c.listenAddr = s.address("LISTEN_ADDR", "127.0.0.1:8080")
	c.adminAddr = s.address("ADMIN_ADDR", "127.0.0.1:9090")
	if c.listenAddr == c.adminAddr && !strings.HasSuffix(c.adminAddr, ":0") {
		s.wrong("ADMIN_ADDR", "the same as LISTEN_ADDR; health and metrics are not for the public")
	}

	c.readOperator(s)
	c.support = payments.CleanLine(s.get("SUPPORT_CONTACT", ""))
	if utf8.RuneCountInString(c.support) > payments.MaxContact {
		s.wrong("SUPPORT_CONTACT", "at most %d characters", payments.MaxContact)
	}
	c.timeZone = s.get("TIME_ZONE", "Asia/Bishkek")
	if _, err := time.LoadLocation(c.timeZone); err != nil || c.timeZone == "Local" {
		s.wrong("TIME_ZONE", "%q is no zone of the IANA database", c.timeZone)
	}
	if id := s.get("ADMIN_CHAT_ID", ""); id != "" {
		if c.adminChat, err = strconv.ParseInt(id, 10, 64); err != nil || c.adminChat == 0 {
			s.wrong("ADMIN_CHAT_ID", "%q, want the number of a chat", id)
		}
	}
	if err := c.logLevel.UnmarshalText([]byte(s.get("LOG_LEVEL", "info"))); err != nil {
		s.wrong("LOG_LEVEL", "%q, want debug, info, warn or error", s.get("LOG_LEVEL", ""))
	}
	c.logJSON = s.one("LOG_FORMAT", "text", "json") == "json"
	return c, errors.Join(s.errs...)
}

var (
	tokenForm         = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	webhookSecretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	providerForm      = regexp.MustCompile(`^[A-Za-z0-9.-]{1,32}$`)
	serviceForm       = regexp.MustCompile(`^[A-Za-z0-9.-]{1,10}$`)
)

// readOperator reads what concerns the operator, crediting and the link.
func (c *config) readOperator(s *settings) {
	c.operatorURL = s.baseURL("OPERATOR_URL", "")
	c.pspID = s.get("OPERATOR_PSP_ID", "")
	c.pspToken = operator.NewSecret(s.get("OPERATOR_PSP_TOKEN", ""))
	if paths := s.get("OPERATOR_PUBLIC_KEY", ""); paths != "" {
		for path := range strings.SplitSeq(paths, ",") {
			if path = strings.TrimSpace(path); path != "" {
				c.operatorKeys = append(c.operatorKeys, path)
			}
		}
		if _, err := operator.LoadPublicKeys(c.operatorKeys...); err != nil {
			s.wrong("OPERATOR_PUBLIC_KEY", "%v", err)
		}
	}
	if c.pspKey = s.get("PSP_PRIVATE_KEY", ""); c.pspKey != "" {
		if _, err := operator.LoadPrivateKey(c.pspKey); err != nil {
			s.wrong("PSP_PRIVATE_KEY", "%v", err)
		}
	}
	c.clientCert = s.get("OPERATOR_CLIENT_CERT", "")
	c.clientKey = s.get("OPERATOR_CLIENT_KEY", "")
	if (c.clientCert == "") != (c.clientKey == "") {
		s.wrong("OPERATOR_CLIENT_CERT", "goes together with OPERATOR_CLIENT_KEY")
	}
	c.operatorCA = s.get("OPERATOR_CA", "")
	if _, err := operator.NewHTTPClient(operator.TLSFiles{CA: c.operatorCA}); err != nil {
		s.wrong("OPERATOR_CA", "%v", err)
	}
	if c.clientCert != "" && c.clientKey != "" {
		if _, err := operator.NewHTTPClient(operator.TLSFiles{Cert: c.clientCert, Key: c.clientKey}); err != nil {
			s.wrong("OPERATOR_CLIENT_CERT", "%v", err)
		}
	}
	c.creditURL = s.baseURL("CREDIT_URL", "")
	c.elqrProvider = s.get("ELQR_PROVIDER_ID", "elcart.kg")
	if !providerForm.MatchString(c.elqrProvider) {
		s.wrong("ELQR_PROVIDER_ID", "%q, want at most 32 letters, digits, dots and hyphens", c.elqrProvider)
	}
	c.elqrService = s.get("ELQR_SERVICE_CODE", "trade")
	if !serviceForm.MatchString(c.elqrService) {
		s.wrong("ELQR_SERVICE_CODE", "%q, want at most 10 letters, digits, dots and hyphens", c.elqrService)
	}
	c.elqrBase = s.baseURL("ELQR_LINK_BASE", defaultLinkBase)
	if keys := s.get("CARD_KEYS", ""); keys != "" {
		ring, err := payments.ParseKeyring(keys)
		if err != nil {
			s.wrong("CARD_KEYS", "%v", err)
		}
		c.cardKeys = ring
	}
}

// missingToServe names the settings without which merchants cannot be served.
func (c *config) missingToServe() error {
	var missing []string
	for _, m := range []struct {
		name string
		here bool
	}{
		{"TELEGRAM_BOT_TOKEN", !c.token.Empty()},
		{"OPERATOR_URL", c.operatorURL != ""},
		{"OPERATOR_PSP_ID", c.pspID != ""},
		{"OPERATOR_PSP_TOKEN", !c.pspToken.Empty()},
		{"OPERATOR_PUBLIC_KEY", len(c.operatorKeys) > 0},
		{"PSP_PRIVATE_KEY", c.pspKey != ""},
		{"CARD_KEYS (or CREDIT_URL)", c.cardKeys != nil || c.creditURL != ""},
	} {
		if !m.here {
			missing = append(missing, m.name)
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("not set: %s; README.md says what they are, and `demo` runs without any", strings.Join(missing, ", "))
}

// baseURL reads an http(s) address without query and fragment, and takes the
// slash from its end.
func (s *settings) baseURL(name, otherwise string) string {
	value := s.get(name, otherwise)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		strings.ContainsAny(value, "?#") || u.Port() != "" && !isPort(u.Port()) {
		s.wrong(name, "%q is not an address like https://host", redactURL(value))
		return ""
	}
	return strings.TrimSuffix(value, "/")
}

// publicURL reads our address as customers see it: https, or http on this very
// machine for a trial.
func (s *settings) publicURL(name string) string {
	value := s.baseURL(name, "")
	u, err := url.Parse(value)
	if value == "" || err != nil {
		return ""
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		s.wrong(name, "%q, want https: card numbers are typed there", value)
	}
	if u.Path != "" {
		s.wrong(name, "%q, want no path: links are short", value)
	}
	return value
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (s *settings) address(name, otherwise string) string {
	value := s.get(name, otherwise)
	if _, port, err := net.SplitHostPort(value); err != nil || !isPort(port) {
		s.wrong(name, "%q, want host:port", value)
	}
	return value
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// redactURL drops a user name and password from an address that may hold them.
func redactURL(value string) string {
	if at := strings.LastIndex(value, "@"); at >= 0 {
		return "…" + value[at:]
	}
	return value
}
