package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

// hookPrinted prints the newest file of the chat, coarser than any printer sold
// today, and reads the code on the paper: it has to be the one that the script
// looked at last.
func (w *world) hookPrinted(ctx context.Context, s *chatscript.Session, _ string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var file *telegram.File
	for _, m := range w.Telegram.Chat(s.User.ID).Messages {
		if m.FromBot && m.Document != nil {
			file = m.Document
		}
	}
	if file == nil {
		return fmt.Errorf("no file in the chat")
	}
	_, _, pdf, err := w.Telegram.File(file.ID)
	if err != nil {
		return err
	}
	paper, err := printPDF(ctx, w.t.TempDir(), pdf)
	if err != nil {
		return err
	}
	zbar := exec.CommandContext(ctx, "zbarimg", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable", paper)
	out, err := zbar.Output()
	if err != nil {
		return fmt.Errorf("zbarimg: %w", err)
	}
	if got := strings.TrimSuffix(string(out), "\n"); got != s.QR {
		return fmt.Errorf("%s: the paper says %q, want %q", file.Name, got, s.QR)
	}
	return nil
}

// printPDF renders the only page of a file at 100 dots an inch.
func printPDF(ctx context.Context, dir string, pdf []byte) (picture string, err error) {
	in := filepath.Join(dir, "poster.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		return "", err
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "pdftoppm", "-r", "100", "-gray", "-png", "-singlefile", in, filepath.Join(dir, "poster"))
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("pdftoppm: %w\n%s", err, stderr.String())
	}
	return filepath.Join(dir, "poster.png"), nil
}
