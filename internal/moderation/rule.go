package moderation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Citation names a rule of the house: the version of the space's rules, and the number in
// it. The zero Citation is no rule: of a removal, which names a ground of law.
type Citation struct{ Version, Number int }

// The versions that every space has; the catalogues have their words in every language.
const (
	// Elsewhere is the version of one rule under which acts stand that cited none: those of
	// before there were rules, and those that were done elsewhere.
	Elsewhere = 0
	// Standing is the version that holds until a space publishes its own.
	Standing = 1
	// standingRules is how many rules it has.
	standingRules = 6
)

// Unruled cites the rule "before these rules".
var Unruled = Citation{Elsewhere, 1}

// Cited tells whether there is a rule.
func (c Citation) Cited() bool { return c.Number > 0 }

// String writes a citation as forms carry it: "1.3".
func (c Citation) String() string { return strconv.Itoa(c.Version) + "." + strconv.Itoa(c.Number) }

// ReadCitation reads the rule that an act cites from a form's field: required, and of the
// form "1.3".
func ReadCitation(name, typed string, bad *[]fault.Field) Citation {
	version, number, ok := strings.Cut(typed, ".")
	v, errV := strconv.Atoi(version)
	n, errN := strconv.Atoi(number)
	c := Citation{v, n}
	if !ok || errV != nil || errN != nil || n < 1 || c.String() != typed {
		*bad = append(*bad, fault.Field{Name: name, Code: "rule_required", Message: "choose the rule of the house that this act rests on"})
		return Citation{}
	}
	return c
}

// Rule is one rule of the house.
type Rule struct {
	Citation
	Title    string // one line; "" of those whose words the catalogues have
	Words    string
	Language string // of the two
}

// Rules is a version of the rules of a space.
type Rules struct {
	Space   uuid.UUID
	Version int
	Since   time.Time // zero for the standing ones
	List    []Rule
}

// standing are the rules of every space that published none.
func standing(of uuid.UUID) Rules {
	r := Rules{Space: of, Version: Standing}
	for n := range standingRules {
		r.List = append(r.List, Rule{Citation: Citation{Standing, n + 1}})
	}
	return r
}

// Has tells whether a citation is of these rules.
func (r Rules) Has(c Citation) bool {
	return slices.ContainsFunc(r.List, func(rule Rule) bool { return rule.Citation == c })
}

// The limits of a rule, in characters.
const (
	maxRuleTitle = 80
	maxRuleWords = 600
)

// MaxRules is how many rules a version has at most.
const MaxRules = 12

// CanRule tells whether the actor may publish rules for the spaces of an administration.
func CanRule(actor account.Actor, administration uuid.UUID) bool {
	return actor.Has(administration, account.Scope{}, account.Administrator)
}

// readRules reads the rules of a form as a version in a language, numbered anew; entries
// that are blank in both fields are left out. Fields are title_1, words_1 and so on, by
// their places in the form.
func readRules(version int, language string, typed []Rule) ([]Rule, []fault.Field) {
	var bad []fault.Field
	var out []Rule
	for i, r := range typed {
		if strings.TrimSpace(r.Title) == "" && strings.TrimSpace(r.Words) == "" {
			continue
		}
		field := func(name string, most int, line bool, text string) string {
			return prose.Field{Name: fmt.Sprintf("%s_%d", name, i+1), Max: most, Needed: true, Line: line}.Read(text, &bad)
		}
		out = append(out, Rule{
			Citation: Citation{version, len(out) + 1},
			Title:    field("title", maxRuleTitle, true, r.Title),
			Words:    field("words", maxRuleWords, true, r.Words),
			Language: language,
		})
	}
	switch {
	case len(bad) > 0:
	case len(out) == 0:
		bad = append(bad, fault.Field{Name: "title_1", Code: "required", Message: "is needed"})
	case len(out) > MaxRules:
		bad = append(bad, fault.Field{Name: fmt.Sprintf("title_%d", MaxRules+1), Code: "too_many_rules", Message: "is one more than a version may have", Args: map[string]any{"max": MaxRules}})
	}
	return out, bad
}
