package browsertest

import (
	"os"
	"path/filepath"
)

// axePath is where .ci/setup puts axe-core, from the module's root.
const axePath = ".bin/npm/node_modules/axe-core/axe.min.js"

// readAxe finds the module's root above the test and reads axe-core from there.
func readAxe() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	source, err := os.ReadFile(filepath.Join(dir, axePath))
	return string(source), err
}

// axeRun asks for everything that WCAG 2.2 AA demands and a program can find,
// and for what axe-core holds to be good practice.
const axeRun = `axe.run(document, {
	resultTypes: ['violations'],
	runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
}).then(found => found.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary)))`

// Axe returns what axe-core finds wrong with the page.
func (p *Page) Axe() []string {
	p.t.Helper()
	source, err := readAxe()
	if err != nil {
		p.t.Fatalf("axe-core (.ci/setup test installs it): %v", err)
	}
	if !Eval[bool](p, `typeof axe === 'object'`) {
		Eval[bool](p, source+"\n;true")
	}
	return Eval[[]string](p, axeRun)
}
