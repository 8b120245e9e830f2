package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func envOf(values map[string]string) environment {
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

// Nothing set is good; what is set wrong is named, in one line each.
func TestReadConfig(t *testing.T) {
	if _, err := readConfig(envOf(nil)); err != nil {
		t.Fatalf("nothing set: %v", err)
	}
	broken := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(broken, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, value string }{
		{"TELEGRAM_BOT_TOKEN", "secret-token"},
		{"TELEGRAM_API_URL", "api.telegram.org"},
		{"TELEGRAM_API_URL", "http://127.0.0.1:99999"},
		{"TELEGRAM_MODE", "push"},
		{"TELEGRAM_MODE", "webhook"}, // without PUBLIC_URL and a secret
		{"TELEGRAM_WEBHOOK_SECRET", "пароль"},
		{"DATABASE_URL", "postgres://user:secret-password@host:port/x"},
		{"LISTEN_ADDR", "8080"},
		{"LISTEN_ADDR", "127.0.0.1:99999"},
		{"LISTEN_ADDR", "127.0.0.1:9090"}, // ADMIN_ADDR's
		{"ADMIN_ADDR", "localhost:http"},
		{"PUBLIC_URL", "http://pay.example.kg"},
		{"PUBLIC_URL", "pay.example.kg"},
		{"PUBLIC_URL", "https://example.kg/pay"},
		{"PUBLIC_URL", "https://pay.example.kg/?a=b"},
		{"OPERATOR_URL", "ftp://operator"},
		{"OPERATOR_URL", "https://user:secret-password@operator"},
		{"OPERATOR_PUBLIC_KEY", "/nonexistent.pem"},
		{"OPERATOR_PUBLIC_KEY", broken},
		{"PSP_PRIVATE_KEY", broken},
		{"OPERATOR_CLIENT_CERT", "cert.pem"}, // without its key
		{"OPERATOR_CA", broken},
		{"CREDIT_URL", "card"},
		{"ELQR_PROVIDER_ID", "элкарт"},
		{"ELQR_SERVICE_CODE", "longer-than-ten"},
		{"ELQR_LINK_BASE", "pay.payqr.kg"},
		{"ELQR_LINK_BASE", "https://pay.payqr.kg#"},
		{"CARD_KEYS", "2026:secret-key"},
		{"ADMIN_CHAT_ID", "@admins"},
		{"ADMIN_CHAT_ID", "0"},
		{"TIME_ZONE", "Asia/Nowhere"},
		{"SUPPORT_CONTACT", strings.Repeat("x", 65)},
		{"TIME_ZONE", "Local"},
		{"LOG_LEVEL", "loud"},
		{"LOG_FORMAT", "xml"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			_, err := readConfig(envOf(map[string]string{c.name: c.value}))
			if err == nil {
				t.Fatal("passed")
			}
			if strings.Contains(err.Error(), "secret-") {
				t.Errorf("a secret stands in %q", err)
			}
			named := c.name
			switch c.value {
			case "webhook":
				named = "PUBLIC_URL"
			case "127.0.0.1:9090":
				named = "ADMIN_ADDR"
			}
			if !strings.Contains(err.Error(), named+":") {
				t.Errorf("%q does not name %s", err, named)
			}
		})
	}
}

func TestServeNamesWhatIsMissing(t *testing.T) {
	cfg, err := readConfig(envOf(map[string]string{"TELEGRAM_BOT_TOKEN": "1:abc", "CREDIT_URL": "http://127.0.0.1:1"}))
	if err != nil {
		t.Fatal(err)
	}
	err = cfg.missingToServe()
	if err == nil {
		t.Fatal("nothing is missing")
	}
	for _, name := range []string{"OPERATOR_URL", "OPERATOR_PSP_ID", "OPERATOR_PSP_TOKEN", "OPERATOR_PUBLIC_KEY", "PSP_PRIVATE_KEY"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	for _, name := range []string{"TELEGRAM_BOT_TOKEN", "CARD_KEYS"} {
		if strings.Contains(err.Error(), name) {
			t.Errorf("%q names %s, which is set", err, name)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
}

// The environment wins over .env, and a broken .env is named.
func TestDotEnv(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte("\ufeffLOG_LEVEL=debug\nTIME_ZONE=Asia/Almaty # comment\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, err := withDotEnv(envOf(map[string]string{"LOG_LEVEL": "warn"}), path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"LOG_LEVEL": "warn", "TIME_ZONE": "Asia/Almaty"} {
		if got, _ := env(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if err := os.WriteFile(path, []byte("SECRET secret-value"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := withDotEnv(envOf(nil), path); err == nil || strings.Contains(err.Error(), "secret-value") {
		t.Errorf("a broken file: %v", err)
	}
}

// What the program reads, README.md explains and .env.example lists, and nothing
// else.
func TestSettingsAreExplained(t *testing.T) {
	read := make(map[string]bool)
	_, _ = readConfig(func(name string) (string, bool) { read[name] = true; return "", false })
	named := func(path, pattern string) map[string]bool {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		names := make(map[string]bool)
		for _, row := range regexp.MustCompile(pattern).FindAllString(string(text), -1) {
			for _, name := range regexp.MustCompile(`[A-Z][A-Z0-9]*_[A-Z0-9_]+`).FindAllString(row, -1) {
				names[name] = true
			}
		}
		return names
	}
	for path, pattern := range map[string]string{
		"../README.md":    "(?m)^\\| (`[A-Z][A-Z0-9_]+`,? ?)+\\|", // the first column of its table
		"../.env.example": `(?m)^#?[A-Z][A-Z0-9_]+=`,
	} {
		if diff := cmp.Diff(named(path, pattern), read); diff != "" {
			t.Errorf("%s (-) and the settings that are read (+):\n%s", path, diff)
		}
	}
	// A copy that is not filled in names what is missing, and nothing as wrong.
	env, err := withDotEnv(envOf(nil), "../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig(env); err != nil {
		t.Errorf("the example as it is: %v", err)
	}
}
