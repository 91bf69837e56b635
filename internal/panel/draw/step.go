package draw

import "fmt"

// Step is one of the steps of a draw, in the order in which they are checked.
type Step string

// The steps.
const (
	StepRoll       Step = "roll"
	StepRule       Step = "rule"
	StepPortfolio  Step = "portfolio"
	StepCommitment Step = "commitment" // the entry "draw": the round of the beacon
	StepGuarantor  Step = "guarantor"
	StepBeacon     Step = "beacon"
	StepResult     Step = "result" // seed, index, panel, reserves
)

// Wrong is the first step of a draw that does not hold.
type Wrong struct {
	Step     Step
	Line     int // of the step's file, from 1; 0 where none is meant
	What     string
	Found    string
	Expected string
}

// Error names step and line, what is wrong, what was found and what was expected.
func (w *Wrong) Error() string {
	at := string(w.Step)
	if w.Line > 0 {
		at += fmt.Sprintf(", line %d", w.Line)
	}
	return fmt.Sprintf("%s: %s: found %q, expected %q", at, w.What, w.Found, w.Expected)
}
