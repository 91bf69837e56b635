package ui

import (
	"fmt"
	"strconv"

	"delfi/internal/moderation"
	"delfi/web/i18n"
	"delfi/web/page"
)

// RuleTitle gives a rule of the house with its number, as it is cited: "3. Keep to the
// question". Words in another language than the page's say so (Said).
func RuleTitle(q *page.Request, r moderation.Rule) string {
	title := r.Title
	if title == "" {
		title = q.T(standingRule(r.Citation) + ".title")
	} else {
		title = In(r.Language, title)
	}
	if r.Version == moderation.Elsewhere {
		return title
	}
	return strconv.Itoa(r.Number) + ". " + title
}

// RuleWords gives the words of a rule.
func RuleWords(q *page.Request, r moderation.Rule) string {
	if r.Title == "" {
		return q.T(standingRule(r.Citation) + ".words")
	}
	return In(r.Language, r.Words)
}

// standingRule is the key of the words of a rule that every space has.
func standingRule(c moderation.Citation) string {
	return fmt.Sprintf("moderation.rule.v%d_%d", c.Version, c.Number)
}

// RuleOptions lists the rules in force for an act to cite one; none is chosen at first.
func RuleOptions(q *page.Request, rules moderation.Rules, chosen string) []Option {
	out := make([]Option, len(rules.List))
	for i, r := range rules.List {
		title := r.Title
		if title == "" {
			title = q.T(standingRule(r.Citation) + ".title")
		}
		out[i] = Option{Value: r.String(), Label: strconv.Itoa(r.Number) + ". " + title, Lang: r.Language, Chosen: r.String() == chosen}
	}
	return out
}

// Worded gives a rule with its words in a language, as a form takes them.
func Worded(lang string, r moderation.Rule) moderation.Rule {
	if r.Title == "" {
		r.Title, r.Words = i18n.Words(lang, standingRule(r.Citation)+".title"), i18n.Words(lang, standingRule(r.Citation)+".words")
	}
	return r
}

// Moderated says what an act of moderation did.
func Moderated(q *page.Request, v moderation.Verb) string {
	if v == moderation.Remove {
		return q.T("moderation.removed")
	}
	return Act(q, string(v))
}
