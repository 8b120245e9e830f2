package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"elkart.kg/trade/payments/elqr"
)

const (
	defaultLinkBase = "https://pay.payqr.kg" // §9.6
	maxELQRInput    = 64 << 10               // bytes of standard input

	elqrUsageText = `usage: elqr decode LINK            print what a payment link says, as JSON ("-": read the link from standard input)
       elqr encode [--base URL] < JSON   print the link for it (URL: ELQR_LINK_BASE or https://pay.payqr.kg)
`
)

// runELQR is the command "elqr decode|encode" over package elqr; args follow
// the word elqr. It prints nothing on error; the error's text is one line.
func runELQR(args []string, getenv func(string) string, stdin io.Reader, stdout io.Writer) error {
	if len(args) == 0 {
		return usageError("elqr: decode or encode?")
	}
	flags := flag.NewFlagSet("elqr "+args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var base string
	run := decodeELQR
	switch args[0] {
	case "decode":
	case "encode":
		base = getenv("ELQR_LINK_BASE")
		if base == "" {
			base = defaultLinkBase
		}
		flags.StringVar(&base, "base", base, "")
		run = func(args []string, stdin io.Reader, stdout io.Writer) error {
			return encodeELQR(args, base, stdin, stdout)
		}
	case "-h", "-help", "--help", "help":
		return printLine(stdout, elqrUsageText)
	default:
		return usageError(fmt.Sprintf("elqr: unknown command %q, want decode or encode", args[0]))
	}
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return printLine(stdout, elqrUsageText)
	case err != nil:
		return usageError(fmt.Sprintf("elqr %s: %s", args[0], strings.Join(strings.Fields(err.Error()), " ")))
	}
	return run(flags.Args(), stdin, stdout)
}

func decodeELQR(args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) != 1 {
		return usageError(fmt.Sprintf("elqr decode: one link expected, got %d arguments", len(args)))
	}
	uri := args[0]
	if uri == "-" {
		input, err := readELQR(stdin)
		if err != nil {
			return fmt.Errorf("elqr decode: %w", err)
		}
		uri = string(input)
	}
	link, err := elqr.Decode(uri)
	if err != nil {
		return fmt.Errorf("elqr decode: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(link); err != nil {
		return fmt.Errorf("elqr decode: %w", err)
	}
	return printLine(stdout, out.String())
}

// encodeELQR takes a name in Cyrillic too and writes it in Latin letters, as
// object 59 demands; a name in ASCII is taken as it is.
func encodeELQR(args []string, base string, stdin io.Reader, stdout io.Writer) error {
	if len(args) != 0 {
		return usageError("elqr encode: takes JSON on standard input, no arguments")
	}
	input, err := readELQR(stdin)
	if err != nil {
		return fmt.Errorf("elqr encode: %w", err)
	}
	if !utf8.Valid(input) {
		return errors.New("elqr encode: not UTF-8") // encoding/json would mend it silently
	}
	var link elqr.Link
	if err := json.Unmarshal(input, &link); err != nil {
		return fmt.Errorf("elqr encode: %w", err)
	}
	foreign := strings.ContainsFunc(link.Name, func(r rune) bool { return r >= utf8.RuneSelf })
	if latin := elqr.Latin(link.Name); foreign && latin != "" {
		link.Name = latin
	}
	uri, err := link.Encode(base)
	if err != nil {
		return fmt.Errorf("elqr encode: %w", err)
	}
	return printLine(stdout, uri+"\n")
}

func readELQR(stdin io.Reader) ([]byte, error) {
	input, err := io.ReadAll(io.LimitReader(stdin, maxELQRInput+1))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	if len(input) > maxELQRInput {
		return nil, fmt.Errorf("standard input holds more than %d bytes", maxELQRInput)
	}
	return input, nil
}

func printLine(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("elqr: write: %w", err)
	}
	return nil
}
