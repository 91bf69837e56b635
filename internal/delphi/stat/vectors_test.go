package stat_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"delfi/internal/delphi/stat"
)

// vectorCase is one case of a file of vectors; see testdata/vectors/README.md.
type vectorCase struct {
	ID        string                     `json:"id"`
	Measure   string                     `json:"measure"`
	Kind      string                     `json:"kind"`
	Input     map[string]json.RawMessage `json:"input"`
	Expected  map[string]json.RawMessage `json:"expected"`
	Tolerance float64                    `json:"tolerance"`
	Source    string                     `json:"source"`
	Note      string                     `json:"note"`
}

// TestVectors holds every measure against figures that other people printed or
// other software computed. The folder can be another one, with the same shapes.
func TestVectors(t *testing.T) {
	folder := os.Getenv("DELFI_VECTORS")
	if folder == "" {
		folder = filepath.Join("testdata", "vectors")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no *.json file of vectors in %s (%v)", folder, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var set struct {
			Title string       `json:"title"`
			Cases []vectorCase `json:"cases"`
		}
		if err := json.Unmarshal(data, &set); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		if len(set.Cases) == 0 {
			t.Errorf("%s holds no cases", filepath.Base(file))
		}
		for _, c := range set.Cases {
			t.Run(c.ID, func(t *testing.T) {
				for _, complaint := range c.check() {
					t.Error(complaint)
				}
			})
		}
	}
}

// check runs one case and says what is wrong with it.
func (c vectorCase) check() (complaints []string) {
	measure, known := measures[c.Measure]
	if !known {
		return []string{fmt.Sprintf("unknown measure %q", c.Measure)}
	}
	if len(c.Expected) == 0 {
		return []string{"nothing is expected"}
	}
	in := &input{fields: c.Input, read: map[string]bool{"name": true}}
	got := measure(in)
	for _, err := range in.errs {
		complaints = append(complaints, err.Error())
	}
	for name := range c.Input {
		if !in.read[name] {
			complaints = append(complaints, fmt.Sprintf("input %q was not read", name))
		}
	}
	for name, want := range c.Expected {
		value, given := got.find(name)
		if !given {
			complaints = append(complaints, fmt.Sprintf("%s was not compared: the measure does not give it", name))
			continue
		}
		if err := same(value, want, c.Tolerance); err != nil {
			complaints = append(complaints, fmt.Sprintf("%s: %v", name, err))
		}
	}
	slices.Sort(complaints)
	return complaints
}

// find gives a field by its name. A test at a limit of the case's own choosing
// carries the limit in its name, as in stable_below_0.15; the measure then gives a
// limited, under the name without it.
func (f fields) find(name string) (any, bool) {
	if v, given := f[name]; given {
		return v, true
	}
	at := strings.LastIndex(name, "_") + 1
	limit, err := strconv.ParseFloat(name[at:], 64)
	test, given := f[name[:at]].(limited)
	if err != nil || !given {
		return nil, false
	}
	return test(limit), true
}

// same compares one computed field with the expected one.
func same(got any, want json.RawMessage, tolerance float64) error {
	null := bytes.Equal(bytes.TrimSpace(want), []byte("null"))
	switch g := got.(type) {
	case stat.Value:
		var w stat.Value
		if err := json.Unmarshal(want, &w); err != nil {
			return fmt.Errorf("expected %s, got a number: %w", want, err)
		}
		a, defined := g.Float()
		b, wanted := w.Float()
		switch {
		case defined != wanted:
			return fmt.Errorf("got %v, want %s", g, want)
		case defined && a != b && !(math.Abs(a-b) <= tolerance*max(1, math.Abs(b))):
			return fmt.Errorf("got %v, want %v: %g apart, tolerance %g", g, w, math.Abs(a-b), tolerance)
		}
		return nil
	case int:
		return same(stat.Count(g), want, tolerance)
	case []stat.Value:
		var w []json.RawMessage
		if err := json.Unmarshal(want, &w); err != nil {
			return fmt.Errorf("expected %s, got a list: %w", want, err)
		}
		if null && !slices.ContainsFunc(g, stat.Value.Defined) {
			return nil // a list of nothing is nothing
		}
		if len(w) != len(g) {
			return fmt.Errorf("got %v, want %s", g, want)
		}
		for i := range g {
			if err := same(g[i], w[i], tolerance); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return nil
	case bool:
		var w bool
		if err := json.Unmarshal(want, &w); err != nil || null || w != g {
			return fmt.Errorf("got %v, want %s", g, want)
		}
		return nil
	case string:
		var w string
		if err := json.Unmarshal(want, &w); err != nil || null || w != g {
			return fmt.Errorf("got %q, want %s", g, want)
		}
		return nil
	case stat.CometClass:
		var w string
		if err := json.Unmarshal(want, &w); err != nil {
			return fmt.Errorf("got %q, want %s", g, want)
		}
		// "In" and "out" are the handbook's words; for an item that is neither every
		// paper has a word of its own.
		if w != "" && w != string(stat.CometIn) && w != string(stat.CometOutside) {
			w = string(stat.CometNeither)
		}
		if w != string(g) {
			return fmt.Errorf("got %q, want %s", g, want)
		}
		return nil
	case nil:
		if !null {
			return fmt.Errorf("got nothing, want %s", want)
		}
		return nil
	}
	return fmt.Errorf("a measure gave a %T", got)
}

// TestHarness proves that TestVectors can fail: each broken case must be refused.
func TestHarness(t *testing.T) {
	for name, text := range map[string]string{
		"unknown measure":     `{"measure":"fortune","input":{},"expected":{"x":1}}`,
		"field not given":     `{"measure":"entropy","input":{"freq":[1,1]},"expected":{"bits":1,"nats":0.69}}`,
		"nothing expected":    `{"measure":"entropy","input":{"freq":[1,1]},"expected":{}}`,
		"input not read":      `{"measure":"entropy","input":{"freq":[1,1],"base":10},"expected":{"bits":1}}`,
		"input missing":       `{"measure":"entropy","input":{},"expected":{"bits":1}}`,
		"wrong number":        `{"measure":"entropy","input":{"freq":[1,1]},"expected":{"bits":1.1},"tolerance":1e-9}`,
		"null for a number":   `{"measure":"entropy","input":{"freq":[1,1]},"expected":{"bits":null}}`,
		"number for null":     `{"measure":"entropy","input":{"freq":[0,0]},"expected":{"bits":0}}`,
		"text for a number":   `{"measure":"entropy","input":{"freq":[1,1]},"expected":{"bits":"1"}}`,
		"list too short":      `{"measure":"proportion_ci95","input":{"x":1,"n":2},"expected":{"wilson":[0.09]},"tolerance":1}`,
		"wrong class":         `{"measure":"comet_70_15","input":{"n_7_9":70,"n_4_6":16,"n_1_3":14},"expected":{"class":"out"}}`,
		"wrong truth":         `{"measure":"scheibe_percent_change","input":{"table_r1_by_r2":[[1,1],[0,1]]},"expected":{"stable_below_0.15":true}}`,
		"wrong at a limit":    `{"measure":"scheibe_percent_change","input":{"table_r1_by_r2":[[8,1],[0,1]]},"expected":{"stable_below_0.1":true}}`,
		"no limit":            `{"measure":"scheibe_percent_change","input":{"table_r1_by_r2":[[8,1],[0,1]]},"expected":{"stable_below_":false}}`,
		"outside a tolerance": `{"measure":"entropy","input":{"freq":[1,1]},"expected":{"bits":1.002},"tolerance":0.001}`,
	} {
		t.Run(name, func(t *testing.T) {
			var c vectorCase
			if err := json.Unmarshal([]byte(text), &c); err != nil {
				t.Fatal(err)
			}
			if len(c.check()) == 0 {
				t.Errorf("a case with %s passed", name)
			}
		})
	}
}
