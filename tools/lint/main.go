// Command lint runs the analyzers that vet and staticcheck do not have: unchecked errors,
// errors that are compared or wrapped wrongly, rows that are not closed or whose error is
// not read. It is a module of its own, so that Delfi does not depend on it.
//
//	go run -C tools ./lint -- ../...        through `make check`
package main

import (
	"github.com/jingyugao/rowserrcheck/passes/rowserr"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/polyfloyd/go-errorlint/errorlint"
	"github.com/ryanrolds/sqlclosecheck/pkg/analyzer"
	"golang.org/x/tools/go/analysis/multichecker"
)

func main() {
	multichecker.Main(
		errcheck.Analyzer,
		errorlint.NewAnalyzer(),
		rowserr.NewAnalyzer("github.com/jmoiron/sqlx"),
		analyzer.NewAnalyzer(),
	)
}
