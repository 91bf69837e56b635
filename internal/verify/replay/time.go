package replay

import (
	"fmt"
	"slices"
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

const (
	day = 24 * time.Hour
	// skew is how far an entry may lie behind the one before it: acts take their instant
	// when they begin, on servers whose clocks differ, and their number when they end.
	skew = 15 * time.Minute
	// zone is how much longer or shorter a day of Rome may be than 24 hours.
	zone = time.Hour
	// suspendedMost is how many days a consultation may be suspended in all.
	suspendedMost = 90
	// afterKey is how long after the beginning of the key's last day (of Rome, which UTC
	// follows by at most two hours) a round may still be counted.
	afterKey = 2 * day
)

// extension is one postponement of an open round's deadline.
type extension struct {
	record   Record
	Days     int       `json:"days"`
	Deadline time.Time `json:"deadline"`
}

// suspension is one interval in which forms are read-only.
type suspension struct {
	from, to Record
	Days     int `json:"days"`
}

// Clock is what the record tells of the terms after a consultation: minutes, "" for
// what has not happened by the last entry.
type Clock struct {
	Concluded, Published, Answered string
	PublishBy, AnswerBy            string // the terms that the protocol gives
	Last                           string // minute of the log's last entry
}

// extend takes an extension of an open round.
func (w *Round) extend(r Record) error {
	f := extension{record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	switch {
	case r.at.After(w.deadline):
		return r.Fault(fmt.Sprintf("round %d is extended after its deadline", w.Number), r.Minute, "before "+w.deadline.Format(Minute))
	case f.Days < 1 || f.Days > 1000 || !near(f.Deadline, w.deadline.Add(time.Duration(f.Days)*day), zone):
		return r.Fault(fmt.Sprintf("the deadline of round %d is not moved by the days of its extension", w.Number), f.Deadline.Format(time.RFC3339), fmt.Sprintf("%d days after %s", f.Days, w.deadline.Format(time.RFC3339)))
	}
	w.extended, w.deadline = append(w.extended, f), f.Deadline
	return nil
}

func near(a, b time.Time, most time.Duration) bool { return a.Sub(b).Abs() <= most }

// suspend takes the beginning or the end of a suspension, which moves the deadline of an
// open round.
func (l *Life) suspend(r Record, act consultation.Act) error {
	if act == consultation.ActSuspend {
		l.suspensions = append(l.suspensions, suspension{from: r})
		return nil
	}
	s := &l.suspensions[len(l.suspensions)-1]
	if err := r.Figures(s); err != nil {
		return err
	}
	s.to = r
	// Whole days, the one that began among them; entries tell minutes.
	if took := r.at.Sub(s.from.at); s.Days < whole(took-time.Minute) || s.Days > whole(took+time.Minute) {
		return r.Fault("deadlines move by other days than it was suspended", fmt.Sprint(s.Days), fmt.Sprint(whole(took)))
	}
	for _, w := range l.Rounds {
		if w.State == consultation.RoundOpen && !w.deadline.IsZero() {
			w.deadline = w.deadline.Add(time.Duration(s.Days) * day)
		}
	}
	return nil
}

// whole counts the days of an interruption.
func whole(took time.Duration) int { return int((max(0, took) + day - 1) / day) }

// Timed checks a consultation's instants against its protocol.
func (l *Life) Timed(p protocol.Protocol) error {
	last, err := time.Parse(time.DateOnly, p.Anonymity.LatestKeyDate)
	if err != nil {
		return l.Protocol.Fault("the latest date of the key is no date", p.Anonymity.LatestKeyDate, time.DateOnly)
	}
	planned := 0
	for n := range p.Rounds {
		planned += p.Round(n + 1).Days
	}
	if l.Protocol.at.Add(time.Duration(planned) * day).After(last.Add(day)) {
		return l.Protocol.Fault("the key would end before the rounds that the protocol plans", p.Anonymity.LatestKeyDate, fmt.Sprintf("at least %d days after %s", planned, l.Protocol.Minute))
	}
	for _, n := range slices.Sorted(numbersOf(l.Rounds)) {
		if err := l.Rounds[n].timed(p, l, last); err != nil {
			return err
		}
	}
	spent := 0
	for _, s := range l.suspensions {
		if s.to.Type == "" {
			continue
		}
		// What ends by itself may end late, where the server was down; a hand may not.
		if spent += s.Days; spent > suspendedMost && s.to.Role != string(consultation.System) {
			return s.to.Fault("it was suspended for longer than a consultation may be", fmt.Sprintf("%d days", spent), fmt.Sprintf("at most %d", suspendedMost))
		}
	}
	return nil
}

// timed checks one round: its length, its extensions, its closing and its counting.
func (w *Round) timed(p protocol.Protocol, l *Life, last time.Time) error {
	if w.Opened.Type == "" || w.Number > len(p.Rounds) {
		return nil
	}
	plan := p.Round(w.Number)
	length := time.Duration(plan.Days) * day
	if open := w.Opening.Deadline.Sub(w.Opened.at); open < length-zone || open > length+day+zone {
		return w.Opened.Fault(fmt.Sprintf("round %d is open for other than the days of the protocol", w.Number), "until "+w.Opening.Deadline.Format(time.RFC3339), fmt.Sprintf("%d whole days after %s", plan.Days, w.Opened.Minute))
	}
	if !w.Opened.at.Before(last.Add(day)) {
		return w.Opened.Fault(fmt.Sprintf("round %d opens after the latest date of the key", w.Number), w.Opened.Minute, "before "+p.Anonymity.LatestKeyDate)
	}
	for n, e := range w.extended {
		if n >= plan.MaxExtensions {
			return e.record.Fault(fmt.Sprintf("round %d is extended more often than the protocol allows", w.Number), fmt.Sprint(n+1), fmt.Sprintf("at most %d", plan.MaxExtensions))
		}
		if e.Days > plan.Days {
			return e.record.Fault(fmt.Sprintf("round %d is extended by more than its own length", w.Number), fmt.Sprintf("%d days", e.Days), fmt.Sprintf("at most %d", plan.Days))
		}
	}
	by := w.closing
	// On its last day the key ends every round, whatever moves.
	early := w.early() && by.at.Before(last.Add(-day))
	w.rests = early && w.drifts(p)
	switch {
	case by.Type == "" || l.imported: // an imported conversation has ended elsewhere
	case early && !w.rests:
		return by.Fault(fmt.Sprintf("round %d closes by itself before its deadline", w.Number), by.Minute, w.deadline.Format(time.RFC3339))
	case by.Role != string(consultation.System) && by.at.Before(w.Opened.at.Add(time.Duration(plan.MinDays)*day-zone)):
		return by.Fault(fmt.Sprintf("round %d is closed by hand earlier than the protocol allows", w.Number), by.Minute, fmt.Sprintf("%d days after %s", plan.MinDays, w.Opened.Minute))
	}
	if w.Closed != nil && w.Closed.Record.at.After(last.Add(afterKey)) {
		return w.Closed.Record.Fault(fmt.Sprintf("round %d is counted after the latest date of the key", w.Number), w.Closed.Record.Minute, "until "+p.Anonymity.LatestKeyDate)
	}
	return nil
}

// early tells whether the system closed the round before its deadline.
func (w *Round) early() bool {
	return w.closing.Role == string(consultation.System) && w.closing.at.Before(w.deadline.Truncate(time.Minute))
}

// drifts tells whether the protocol lets the round close by itself once its releases hold
// still, and whether it was open for the least days and made a release.
func (w *Round) drifts(p protocol.Protocol) bool {
	least := w.Opened.at.Add(time.Duration(p.Round(w.Number).MinDays)*day - zone)
	return w.Kind == delphi.StandingKind && p.StopsItself() && len(w.Releases) > 0 && !w.closing.at.Before(least)
}

// Drifted gives the act that closed a standing round before its deadline because its releases
// hold still, once the round was timed; false where none did.
func (w *Round) Drifted() (Record, bool) { return w.closing, w.rests }

// Clock tells the terms of publication and reply as they stand at the minute of the
// log's last entry; nil before the conclusion.
func (l *Life) Clock(p protocol.Protocol, end string) *Clock {
	concluded, ended := l.Ended[consultation.ActConclude]
	if !ended {
		return nil
	}
	published := l.Ended[consultation.ActPublish]
	out := &Clock{
		Concluded: concluded.Minute, Published: published.Minute, Answered: l.Ended[consultation.ActReply].Minute, Last: end,
		PublishBy: concluded.at.AddDate(0, 0, p.Publication.WithinDays).Format(time.DateOnly),
	}
	if published.Type != "" {
		out.AnswerBy = l.ReplyDue(p, published.at).Format(time.DateOnly)
	}
	return out
}

// ReplyDue is when the administration's reply is due to an opinion that was published at an
// instant: by the days of its commitment, else by the protocol's.
func (l *Life) ReplyDue(p protocol.Protocol, published time.Time) time.Time {
	if l.ReplyDays != 0 {
		return civiltime.AddDays(published, l.ReplyDays)
	}
	return p.Reply.Due(published)
}
