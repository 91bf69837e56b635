package clean

import (
	"regexp"
	"slices"
	"strings"
)

// The longest formula, code of a field and row of fields in each other that are read.
const (
	formulaMost = 64 << 10
	codeMost    = 4 << 10
	fieldsMost  = 64
)

// field is a field of a text that is open.
type field struct {
	code   []byte
	result bool // its code has ended
}

// fetchers are the fields that fetch something, or start a program (ISO/IEC 29500-1,
// 17.16.5, and what Word reads besides).
var fetchers = []string{"DDE", "DDEAUTO", "INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DATABASE", "RD"}

// fetching refuses a field that does.
func fetching(code string) error {
	code = strings.TrimLeft(code, xmlBlanks+"\u00a0\"")
	name := code
	if n := strings.IndexFunc(code, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }); n >= 0 {
		name = code[:n]
	}
	if slices.Contains(fetchers, strings.ToUpper(name)) {
		return remote.with("what", shown(code))
	}
	return nil
}

// fieldChar reads where a field begins, where its code ends, and where it ends.
func (m *reading) fieldChar(is string) error {
	top := len(m.fields) - 1
	switch is {
	case "begin":
		if top >= 0 && !m.fields[top].result {
			// A field whose name another one makes could be any.
			if code := strings.TrimLeft(string(m.fields[top].code), xmlBlanks); !strings.ContainsAny(code, xmlBlanks+"=\"") && !strings.EqualFold(code, "if") {
				return remote.with("what", "{ "+shown(code)+"{ } }")
			}
		}
		if top+1 >= fieldsMost {
			return grown
		}
		m.fields = append(m.fields, field{})
	case "separate", "end":
		if top < 0 {
			return nil
		}
		if !m.fields[top].result {
			if err := fetching(string(m.fields[top].code)); err != nil {
				return err
			}
		}
		m.fields[top].result = true
		if is == "end" {
			m.fields = m.fields[:top]
		}
	}
	return nil
}

// coded reads part of a field's code, which may stand in several texts.
func (m *reading) coded(text []byte) error {
	if top := len(m.fields) - 1; top >= 0 && !m.fields[top].result {
		f := &m.fields[top]
		f.code = append(f.code, text[:min(len(text), codeMost-len(f.code))]...)
	}
	return nil
}

var (
	formulaText  = regexp.MustCompile(`"[^"]*"`)
	formulaSheet = regexp.MustCompile(`'[^']*'`)
	formulaCall  = regexp.MustCompile(`(?i)(?:^|[^A-Za-z0-9_.])(?:_xl[a-z]+\.)*(?:COM\.[A-Z.]*\.)?(WEBSERVICE|IMAGE|RTD|DDE|CALL|REGISTER|REGISTER\.ID|EXEC|STOCKHISTORY|PY)\s*\(`)
)

// computed refuses a formula that fetches something, or talks to a program. In OpenDocument
// a bar parts the rows of a table.
func computed(formula string, bar bool) error {
	formula = formulaText.ReplaceAllString(formula, `""`)
	for _, sheet := range formulaSheet.FindAllString(formula, -1) {
		if bar && (strings.Contains(sheet, "://") || strings.Contains(sheet, `\\`)) {
			return remote.with("what", shown(sheet))
		}
	}
	formula = formulaSheet.ReplaceAllString(formula, "''")
	if m := formulaCall.FindStringSubmatch(formula); m != nil {
		return remote.with("what", shown(m[1]))
	}
	if bar && strings.ContainsRune(formula, '|') {
		return remote.with("what", shown(formula))
	}
	return nil
}
