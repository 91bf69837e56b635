package staff

import (
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/panel"
	"delfi/web/page"
)

// says is a consequence in the words of an act.
func (v aboutView) says(q *page.Request, icon, key string, args ...any) consequence {
	return consequence{icon, v.words(q, key, args...), v.words(q, key+"_text", args...)}
}

// letters says how many letters leave, in steps of 5 while people enrol.
func (v aboutView) letters(q *page.Request, to panel.Headcount) consequence {
	key := "staff.about.letters"
	switch {
	case to.People == 0 && !to.Exact:
		key = "staff.about.letters_few"
	case to.People == 0:
		return v.unsent(q)
	case !to.Exact:
		key = "staff.about.letters_least"
	}
	return consequence{"it-mail", q.T(key, "n", to.People), v.words(q, "letters_text")}
}

// unsent says that no letter leaves.
func (v aboutView) unsent(q *page.Request) consequence {
	return consequence{"it-mail", q.T("staff.about.letters_none"), v.words(q, "letters_text")}
}

func announces(q *page.Request, v aboutView) []consequence {
	return []consequence{
		v.says(q, "it-locked", "rules"), v.says(q, "it-file", "promise"), v.letters(q, v.Outlook.Invited), v.says(q, "it-user", "enrol"), v.says(q, "it-clock", "first"),
	}
}

func deletes(q *page.Request, v aboutView) []consequence {
	return []consequence{v.says(q, "it-delete", "gone"), v.says(q, "it-mail", "silent")}
}

// opens are the consequences of opening a round, the first one too.
func opens(q *page.Request, v aboutView) []consequence {
	deadline := consultation.LastMinute(q.Now, v.Consultation.Protocol.Round(v.Round.Number).Days)
	all := []consequence{v.says(q, "it-clock", "until", "deadline", q.Moment(deadline))}
	if v.Round.Answers() {
		all = append(all, v.says(q, "it-locked", "words", "n", v.Outlook.Live-v.Outlook.Settles))
	}
	if n := v.Outlook.Settles + v.Outlook.GoesOn; n > 0 {
		all = append(all, v.says(q, "it-settings", "proposals", "n", n, "settled", v.Outlook.Settles, "further", v.Outlook.GoesOn))
	}
	return append(all, v.letters(q, v.Outlook.Enrolled), v.says(q, "it-close-circle", "never"))
}

func closes(q *page.Request, v aboutView) []consequence {
	return []consequence{
		v.says(q, "it-clock", "now", "deadline", q.Moment(v.Round.Deadline)), v.says(q, "it-user", "late"), v.says(q, "it-chart-line", "counted"), v.unsent(q),
	}
}

func extends(q *page.Request, v aboutView) []consequence {
	plan := v.Consultation.Protocol.Round(v.Round.Number)
	return []consequence{
		v.says(q, "it-clock", "now", "deadline", q.Moment(v.Round.Deadline), "n", plan.Days),
		v.says(q, "it-calendar", "later"), v.says(q, "it-refresh", "times", "n", plan.MaxExtensions-v.Round.Extensions), v.unsent(q),
	}
}

func reminds(q *page.Request, v aboutView) []consequence {
	return []consequence{v.letters(q, v.Outlook.Enrolled), v.says(q, "it-user", "everyone"), v.says(q, "it-clock", "once")}
}

func releases(q *page.Request, v aboutView) []consequence {
	return []consequence{
		v.says(q, "it-check-circle", "public", "n", v.Counts.Received), v.says(q, "it-locked", "stands"), v.says(q, "it-user", "appeals"), v.unsent(q),
	}
}

func suspends(q *page.Request, v aboutView) []consequence {
	return []consequence{
		v.says(q, "it-locked", "forms"), v.says(q, "it-clock", "dates", "left", consultation.MaxSuspended-v.Outlook.SuspendedDays), v.unsent(q),
	}
}

func resumes(q *page.Request, v aboutView) []consequence {
	return []consequence{v.says(q, "it-unlocked", "forms"), v.says(q, "it-clock", "dates", "since", q.Day(v.Consultation.Suspended.Since)), v.unsent(q)}
}

func concludes(q *page.Request, v aboutView) []consequence {
	c := v.Consultation
	all := []consequence{v.says(q, "it-key", "keys")}
	if n := c.RoundsLeft(); n > 0 {
		all = append(all, v.says(q, "it-close-circle", "rounds", "n", n))
	}
	if n := v.Outlook.Live; n > 0 {
		all = append(all, v.says(q, "it-check-circle", "verdicts", "n", n))
	}
	return append(all, v.unsent(q), v.says(q, "it-clock", "opinion",
		"day", q.Day(civiltime.AddDays(q.Now, c.Protocol.Publication.WithinDays)), "n", c.Commitment.ReplyDays))
}

func publishes(q *page.Request, v aboutView) []consequence {
	promised := v.Consultation
	promised.PublishedAt = q.Now
	due, _ := promised.ReplyDue()
	return []consequence{
		v.says(q, "it-file", "opinion"), v.says(q, "it-clock", "reply", "day", q.Day(due)),
		v.says(q, "it-locked", "space"), v.unsent(q),
	}
}

func withdraws(q *page.Request, v aboutView) []consequence {
	return []consequence{v.says(q, "it-close-circle", "ends"), v.says(q, "it-key", "keys"), v.says(q, "it-file", "reason"), v.unsent(q)}
}
