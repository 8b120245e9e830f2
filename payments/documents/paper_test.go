package documents

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// printed renders the one page of a PDF as a printer would see it, in shades of
// grey, and returns the file.
func printed(t *testing.T, pdf []byte, dpi int) string {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out := strings.TrimSuffix(in, ".pdf")
	run(t, "poppler-utils (Debian, Ubuntu) or poppler (Homebrew)", "pdftoppm", "-r", fmt.Sprint(dpi), "-gray", "-png", "-singlefile", in, out)
	return out + ".png"
}

// run runs a program of a package and returns what it printed.
func run(t *testing.T, from, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing: install the package %s", program, from)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// readCode reads the code of a picture with two readers.
func readCode(t *testing.T, file string) (gozxingRead, zbarRead string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(decode(t, body))
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("gozxing: %v", err)
	}
	zbar := run(t, "zbar-tools (Debian, Ubuntu) or zbar (Homebrew)", "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file)
	return result.GetText(), zbar
}

// TestPostersAreScannedFromPaper prints at 150 dots an inch, coarser than any
// printer sold today, the smallest at 100 too.
func TestPostersAreScannedFromPaper(t *testing.T) {
	press := newPress(t)
	for _, size := range PosterSizes() {
		t.Run(string(size), func(t *testing.T) {
			poster := longPoster()
			pdf, err := press.PosterPDF(poster, size)
			if err != nil {
				t.Fatal(err)
			}
			coarse := []int{150}
			if size == PosterA6 || size == PosterSticker {
				coarse = append(coarse, 100)
			}
			for _, dpi := range coarse {
				byGozxing, byZbar := readCode(t, printed(t, pdf, dpi))
				if byGozxing != poster.Code || byZbar != poster.Code {
					t.Errorf("%d dpi: read %q and %q, want %q", dpi, byGozxing, byZbar, poster.Code)
				}
			}
		})
	}
}

func TestPostersHaveTheirSizeAndMargins(t *testing.T) {
	press := newPress(t)
	const dpi = 150
	for size, want := range map[PosterSize]struct{ width, height, margin float64 }{ // millimetres
		PosterA4: {210, 297, 9}, PosterA5: {148, 210, 6}, PosterA6: {105, 148, 4.5}, PosterSticker: {80, 100, 3},
	} {
		pdf, err := press.PosterPDF(longPoster(), size)
		if err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(printed(t, pdf, dpi))
		if err != nil {
			t.Fatal(err)
		}
		img := inGrey(decode(t, body))
		pixels := func(mm float64) int { return int(mm / 25.4 * dpi) }
		if got := img.Bounds().Size(); abs(got.X-pixels(want.width)) > 2 || abs(got.Y-pixels(want.height)) > 2 {
			t.Errorf("%s: %v pixels, want %v × %v mm at %d dpi", size, got, want.width, want.height, dpi)
		}
		if paper := img.Bounds().Inset(pixels(want.margin)); !inkBounds(img).In(paper) {
			t.Errorf("%s: ink at %v leaves the margin of %v mm, %v", size, inkBounds(img), want.margin, paper)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// inkBounds is where a picture is not white.
func inkBounds(img *image.Gray) image.Rectangle {
	var inked image.Rectangle
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if img.GrayAt(x, y).Y < 0xe0 {
				inked = inked.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return inked
}

// TestPaperLooksLikeThePicture draws the same poster with both canvases: the
// golden pictures speak for the PDF, too.
func TestPaperLooksLikeThePicture(t *testing.T) {
	press := newPress(t)
	const dpi = 144
	for _, size := range PosterSizes() {
		poster := longPoster()
		pdf, err := press.PosterPDF(poster, size)
		if err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(printed(t, pdf, dpi))
		if err != nil {
			t.Fatal(err)
		}
		plan, _ := size.plan()
		m, err := encode(poster.Code)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := press.posterPicture(poster, plan, m, dpi/72.0)
		if err != nil {
			t.Fatal(err)
		}
		// The pixels' code has modules of whole pixels and so another size.
		paper, picture := decode(t, body), decode(t, drawn)
		unit := plan.scale / 25.4 * dpi
		for name, area := range map[string]image.Rectangle{
			"above the code": image.Rect(0, 0, paper.Bounds().Dx(), int(plan.codeY*unit)),
			"below the code": image.Rect(0, int((plan.codeY+plan.codeSide)*unit), paper.Bounds().Dx(), paper.Bounds().Dy()-2),
		} {
			if got := distance(inGrey(paper), inGrey(picture), area); got > 20 {
				t.Errorf("%s, %s: somewhere %d of 255 apart", size, name, got)
			}
		}
	}
}

func inGrey(img image.Image) *image.Gray {
	g := image.NewGray(img.Bounds())
	draw.Draw(g, g.Rect, img, img.Bounds().Min, draw.Src)
	return g
}

// distance is how far two pictures are apart at most, in shades of grey, where
// every square of 24 pixels counts by its average: both round the edges of
// letters in their own way.
func distance(a, b *image.Gray, area image.Rectangle) (most int) {
	const square = 24
	for y := area.Min.Y; y+square <= area.Max.Y; y += square {
		for x := area.Min.X; x+square <= area.Max.X; x += square {
			sum := 0
			for j := y; j < y+square; j++ {
				for i := x; i < x+square; i++ {
					sum += int(a.GrayAt(i, j).Y) - int(b.GrayAt(i, j).Y)
				}
			}
			most = max(most, abs(sum)/(square*square))
		}
	}
	return most
}

func TestReceiptPapersCanBeReadByMachines(t *testing.T) {
	press := newPress(t)
	for name, r := range map[string]Receipt{"ky": kyrgyzReceipt(), "ru": russianReceipt(), "en": englishReceipt(), "hostile": hostileReceipt()} {
		t.Run(name, func(t *testing.T) {
			pdf, err := press.ReceiptPDF(r)
			if err != nil {
				t.Fatal(err)
			}
			byGozxing, byZbar := readCode(t, printed(t, pdf, 200))
			if byGozxing != r.Check || byZbar != r.Check {
				t.Errorf("read %q and %q, want %q", byGozxing, byZbar, r.Check)
			}
			file := filepath.Join(t.TempDir(), "receipt.pdf")
			if err := os.WriteFile(file, pdf, 0o600); err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(run(t, "poppler-utils", "pdftotext", "-raw", file, "-")), " ")
			for _, want := range []string{r.Status, strings.ReplaceAll(r.Sum, "\u00a0", " "), r.Notice} {
				if !strings.Contains(text, want) {
					t.Errorf("%q cannot be copied out of %q", want, text)
				}
			}
			info := run(t, "poppler-utils", "pdfinfo", "-isodates", file)
			for _, want := range []string{"Pages:           1\n", "CreationDate:    2026-05-09T", "Title:           ELKART Trade, " + r.Number} {
				if !strings.Contains(info, want) {
					t.Errorf("no %q in\n%s", want, info)
				}
			}
		})
	}
}

func TestReceiptPicturesCanBeScanned(t *testing.T) {
	press := newPress(t)
	for name, r := range map[string]Receipt{"ky": kyrgyzReceipt(), "ru": russianReceipt(), "hostile": hostileReceipt()} {
		picture, err := press.ReceiptPNG(r)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name+".png")
		if err := os.WriteFile(file, picture, 0o600); err != nil {
			t.Fatal(err)
		}
		byGozxing, byZbar := readCode(t, file)
		if diff := cmp.Diff([]string{byGozxing, byZbar}, []string{checkAddress, checkAddress}); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
}
