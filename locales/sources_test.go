package locales

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"elkart.kg/trade/payments"
	"github.com/google/go-cmp/cmp"
)

// goFiles parses every source file of the module but tests.
func goFiles(t *testing.T) (*token.FileSet, []*ast.File) {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return set, files
}

var keyForm = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// TestKeysInSourcesExist finds every call of HTML and Text with a literal key:
// the text exists, has no markup where none is allowed, and gets exactly the
// arguments it has places for.
func TestKeysInSourcesExist(t *testing.T) {
	all := readCatalogues(t)[Kyrgyz]
	set, files := goFiles(t)
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || method.Sel.Name != "HTML" && method.Sel.Name != "Text" {
				return true
			}
			key, ok := literal(call.Args[0])
			if !ok || !keyForm.MatchString(key) {
				return true
			}
			at := set.Position(call.Pos())
			texts, ok := all[key]
			if !ok {
				t.Errorf("%s: no text %s", at, key)
				return true
			}
			if method.Sel.Name == "Text" && tag.MatchString(texts["other"]) {
				t.Errorf("%s: %s has markup and is shown plain", at, key)
			}
			if call.Ellipsis == token.NoPos {
				if diff := cmp.Diff(argumentNames(call), params(texts["other"])); diff != "" {
					t.Errorf("%s: arguments of %s (-got +want):\n%s", at, key, diff)
				}
			}
			return true
		})
	}
}

func argumentNames(call *ast.CallExpr) []string {
	names := make(map[string]bool)
	for i := 1; i < len(call.Args); i += 2 {
		name, ok := literal(call.Args[i])
		if !ok {
			name = "?"
		}
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// TestEveryTextIsUsed finds texts that no source names, by the whole key or by
// the part before its last dot and that dot.
func TestEveryTextIsUsed(t *testing.T) {
	named := make(map[string]bool)
	_, files := goFiles(t)
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				if s, ok := literal(lit); ok {
					named[s] = true
				}
			}
			return true
		})
	}
	for key := range readCatalogues(t)[Kyrgyz] {
		if !named[key] && !named[key[:strings.LastIndexByte(key, '.')+1]] {
			t.Errorf("no source uses %s", key)
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// TestEveryErrorCodeHasItsText reads the codes and their parameters from where
// they are declared: "// …; Params: min, max".
func TestEveryErrorCodeHasItsText(t *testing.T) {
	all := readCatalogues(t)
	file, err := parser.ParseFile(token.NewFileSet(), "../payments/error.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" {
			return true
		}
		code, _ := literal(spec.Values[0])
		codes[code] = true
		for lang, c := range all {
			texts, ok := c["error."+code]
			if !ok {
				t.Errorf("%s: no text for the code %s", lang, code)
				continue
			}
			for _, p := range params(texts["other"]) {
				if !strings.Contains(spec.Comment.Text(), "Params: ") || !strings.Contains(spec.Comment.Text(), p) {
					t.Errorf("%s error.%s: the code has no parameter %s", lang, code, p)
				}
			}
			if tag.MatchString(texts["other"]) {
				t.Errorf("%s error.%s: markup in a text that is also a toast", lang, code)
			}
		}
		return true
	})
	if len(codes) < 20 {
		t.Fatalf("found only %d codes", len(codes))
	}
	for key := range all[Kyrgyz] {
		if code, ok := strings.CutPrefix(key, "error."); ok && !codes[code] {
			t.Errorf("no code for the text %s", key)
		}
	}
}

func TestEveryCategoryHasItsText(t *testing.T) {
	for lang, c := range readCatalogues(t) {
		for _, category := range payments.Categories() {
			if _, ok := c["category."+string(category.ID)]; !ok {
				t.Errorf("%s: no text for the category %s", lang, category.ID)
			}
		}
	}
}
