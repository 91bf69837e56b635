package polis

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/fault"
)

const (
	comments = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n" +
		"1,-,0,7,0,0,1,\"A park, \n please\"\n" +
		"2,-,1,8,0,0,-1,Spam\n" +
		"3,-,2,7,0,0,0,Trees\n"
	votes = "timestamp,datetime,comment-id,voter-id,vote\n" +
		"30,-,0,a,1\n" +
		"10,-,2,b,-1\n" +
		"30,-,0,a,0\n" +
		"20,-,1,c,1\n" +
		"5,-,1,a,1\n"
	summary = "topic,$15/hour\nurl,https://polis.example/1\nconversation-description,\"How so?\n Why?\"\n"
)

func silent(Progress) {}

// export writes the three files into a folder; "" leaves one out.
func export(t *testing.T, comments, votes, summary string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"comments.csv": comments, "votes.csv": votes, "summary.csv": summary} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.TrimPrefix(text, "empty")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Votes on rejected comments are dropped, their only voters with them; the rest
// stands by time, then by line.
func TestRead(t *testing.T) {
	got, err := Read(export(t, "\xEF\xBB\xBF"+comments, strings.ReplaceAll(votes, "\n", "\r\n"), summary), silent)
	if err != nil {
		t.Fatal(err)
	}
	want := &Conversation{
		Title: "$15/hour", Description: "How so? Why?", URL: "https://polis.example/1",
		Comments: []Comment{{ID: "0", Author: "7", Body: "A park, please", line: 2}, {ID: "1", Author: "8", Body: "Spam", Rejected: true, line: 4}, {ID: "2", Author: "7", Body: "Trees", line: 5}},
		Voters:   []string{"a", "b"},
		Votes:    []Vote{{10, 1, 2, 1}, {30, 0, 0, 3}, {30, 0, 0, 2}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Vote{}, Comment{})); diff != "" {
		t.Error(diff)
	}
}

// Whatever is broken is refused, naming file, line and column.
func TestBroken(t *testing.T) {
	swap := func(s, from, to string) string {
		if !strings.Contains(s, from) {
			t.Fatalf("%q is not in the sample", from)
		}
		return strings.Replace(s, from, to, 1)
	}
	for _, c := range []struct{ name, comments, votes, summary, place string }{
		{"no comments file", "", votes, summary, "comments.csv"},
		{"no votes file", comments, "", summary, "votes.csv"},
		{"no summary file", comments, votes, "", "summary.csv"},
		{"empty comments", "empty", votes, summary, "comments.csv"},
		{"empty votes", comments, "empty", summary, "votes.csv"},
		{"empty summary", comments, votes, "empty", "summary.csv"},
		{"a header and no comment", comments[:strings.Index(comments, "\n")+1], votes, summary, "comments.csv"},
		{"a header and no vote", comments, votes[:strings.Index(votes, "\n")+1], summary, "votes.csv"},
		{"no comment-id", swap(comments, "comment-id", "id"), votes, summary, "comments.csv, line 1, column comment-id"},
		{"no author-id", swap(comments, "author-id", "author"), votes, summary, "comments.csv, line 1, column author-id"},
		{"no moderated", swap(comments, "moderated", "mod"), votes, summary, "comments.csv, line 1, column moderated"},
		{"no comment-body", swap(comments, "comment-body", "body"), votes, summary, "comments.csv, line 1, column comment-body"},
		{"no timestamp", comments, swap(votes, "timestamp", "time"), summary, "votes.csv, line 1, column timestamp"},
		{"no voter-id", comments, swap(votes, "voter-id", "voter"), summary, "votes.csv, line 1, column voter-id"},
		{"no vote", comments, swap(votes, ",vote\n", ",value\n"), summary, "votes.csv, line 1, column vote"},
		{"a column twice", comments, swap(votes, "datetime", "vote"), summary, "votes.csv, line 1, column vote"},
		{"an unknown vote", comments, swap(votes, "b,-1", "b,2"), summary, "votes.csv, line 3, column vote"},
		{"a vote in words", comments, swap(votes, "b,-1", "b,agree"), summary, "votes.csv, line 3, column vote"},
		{"an empty vote", comments, swap(votes, "b,-1", "b,"), summary, "votes.csv, line 3, column vote"},
		{"an unknown comment", comments, swap(votes, "10,-,2", "10,-,9"), summary, "votes.csv, line 3, column comment-id"},
		{"no voter", comments, swap(votes, "2,b,-1", "2,,-1"), summary, "votes.csv, line 3, column voter-id"},
		{"a bad instant", comments, swap(votes, "10,-,2", "soon,-,2"), summary, "votes.csv, line 3, column timestamp"},
		{"a fraction of an instant", comments, swap(votes, "10,-,2", "1.5,-,2"), summary, "votes.csv, line 3, column timestamp"},
		{"an instant before all", comments, swap(votes, "10,-,2", "-10,-,2"), summary, "votes.csv, line 3, column timestamp"},
		{"an instant beyond all", comments, swap(votes, "10,-,2", "99999999999999999999,-,2"), summary, "votes.csv, line 3, column timestamp"},
		{"no instant", comments, swap(votes, "10,-,2", ",-,2"), summary, "votes.csv, line 3, column timestamp"},
		{"a comment's bad instant", swap(comments, "3,-,2", "x,-,2"), votes, summary, "comments.csv, line 5, column timestamp"},
		{"a comment twice", swap(comments, "3,-,2", "3,-,0"), votes, summary, "comments.csv, line 5, column comment-id"},
		{"bad moderated", swap(comments, "0,-1,Spam", "0,-2,Spam"), votes, summary, "comments.csv, line 4, column moderated"},
		{"empty moderated", swap(comments, "0,-1,Spam", "0,,Spam"), votes, summary, "comments.csv, line 4, column moderated"},
		{"an empty comment", swap(comments, "Trees", " "), votes, summary, "comments.csv, line 5, column comment-body"},
		{"a comment of nobody", swap(comments, "-,2,7", "-,2,"), votes, summary, "comments.csv, line 5, column author-id"},
		{"comments not in UTF-8", swap(comments, "Spam", "Sp\xE0m"), votes, summary, "comments.csv, line 4, column comment-body"},
		{"votes not in UTF-8", comments, swap(votes, "10,-,2", "10,\xFF,2"), summary, "votes.csv, line 3, column datetime"},
		{"a summary not in UTF-8", comments, votes, swap(summary, "$15", "\xE015"), "summary.csv, line 1, column 2"},
		{"a header not in UTF-8", comments, swap(votes, "datetime", "date\xFF"), summary, "votes.csv, line 1, column 2"},
		{"UTF-16", comments, "\xFF\xFEt\x00i\x00", summary, "votes.csv, line 1, column 1"},
		{"a NUL", swap(comments, "Spam", "Sp\x00m"), votes, summary, "comments.csv, line 4, column comment-body"},
		{"a row too short", comments, swap(votes, "10,-,2,b,-1", "10,-,2,b"), summary, "votes.csv, line 3, column vote"},
		{"a row too long", comments, swap(votes, "b,-1", "b,-1,x"), summary, "votes.csv, line 3, column 6"},
		{"an open quotation", swap(comments, "Spam", "\"Spam"), votes, summary, "comments.csv, line"},
		{"a stray quotation mark", swap(comments, "Spam", "Sp\"am"), votes, summary, "comments.csv, line 4, column"},
		{"no title", comments, votes, swap(summary, "topic", "subject"), "summary.csv, column topic"},
		{"an empty title", comments, votes, swap(summary, "$15/hour", " "), "summary.csv, line 1, column topic"},
		{"an address that is a program", comments, votes, swap(summary, "https://polis.example/1", "javascript:alert(1)"), "summary.csv, line 2, column url"},
		{"a summary without values", comments, votes, "topic\n", "summary.csv, line 1, column 1"},
		{"votes on rejected comments alone", comments, votes[:strings.Index(votes, "\n")+1] + "20,-,1,c,1\n", summary, "votes.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(export(t, c.comments, c.votes, c.summary), silent)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 {
				t.Fatalf("got %v", err)
			}
			if got := f.Fields[0].Name; got != c.place && !(strings.HasSuffix(c.place, "line") || strings.HasSuffix(c.place, "column")) || !strings.HasPrefix(f.Fields[0].Name, c.place) {
				t.Errorf("got %q (%v), want %q", got, err, c.place)
			}
			if !strings.Contains(err.Error(), c.place) {
				t.Errorf("the words %q do not name %q", err, c.place)
			}
		})
	}
}

// A folder that is not there is a missing file.
func TestNoFolder(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "nowhere"), silent); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

// Cut r of R follows vote ⌊rN/R⌋, and the last vote of a voter on a comment counts.
func TestReplay(t *testing.T) {
	c := &Conversation{
		Voters: []string{"a", "b", "c"},
		Votes: []Vote{
			{Comment: 0, Voter: 0, Value: 3}, {Comment: 0, Voter: 1, Value: 1}, // cut 1 of 3 follows vote 2
			{Comment: 0, Voter: 0, Value: 1}, {Comment: 1, Voter: 0, Value: 2}, {Comment: 0, Voter: 0, Value: 2}, // cut 2: vote 5
			{Comment: 1, Voter: 2, Value: 3}, {Comment: 1, Voter: 2, Value: 3}, {Comment: 0, Voter: 1, Value: 3},
		},
	}
	var cuts []cut
	var last []map[int]int
	err := c.replay(3, func(r int, k cut, standing answers) error {
		if r != len(cuts)+1 {
			t.Errorf("cut %d comes after %d", r, len(cuts))
		}
		cuts, last = append(cuts, k), nil
		for voter := range c.Voters {
			last = append(last, maps.Collect(standing.of(voter)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []cut{{[]int{0, 1}, 2, 2}, {[]int{0}, 2, 3}, {[]int{1, 2}, 3, 4}}
	if diff := cmp.Diff(want, cuts, cmp.AllowUnexported(cut{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]map[int]int{{0: 2, 1: 2}, {0: 3}, {1: 3}}, last); diff != "" {
		t.Error(diff)
	}
}

// More cuts than votes leave some of them empty, and lose nothing.
func TestReplayFewVotes(t *testing.T) {
	c := &Conversation{Voters: []string{"a"}, Votes: []Vote{{Comment: 0, Voter: 0, Value: 3}}}
	var ballots []int
	_ = c.replay(3, func(_ int, k cut, _ answers) error { // no error is returned
		ballots = append(ballots, k.ballots)
		return nil
	})
	if diff := cmp.Diff([]int{0, 0, 1}, ballots); diff != "" {
		t.Error(diff)
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"$15/hour": "15-hour", "Può la città?": "puo-la-citta", "議論": "polis", "  --  ": "polis",
		strings.Repeat("abcde ", 20): strings.TrimRight(strings.Repeat("abcde-", 10), "-"),
	} {
		if got := slug(title); got != want {
			t.Errorf("slug(%q) = %q, want %q", title, got, want)
		}
	}
}
