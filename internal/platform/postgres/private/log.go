package private

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func logFile(folder string) string { return filepath.Join(folder, "postgres.log") }

// newLog begins Postgres' log. What children of a killed one still write follows what
// stands there, whatever the length was at which they last wrote.
func newLog(folder string) (*os.File, error) {
	return os.OpenFile(logFile(folder), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
}

// logged tells whether some words stand in Postgres' log.
func logged(folder, words string) bool {
	body, err := os.ReadFile(logFile(folder))
	return err == nil && strings.Contains(string(body), words)
}

// lastWords is the end of Postgres' log, without what it told each of those who still
// came while it was ending.
func lastWords(folder string) string {
	body, err := os.ReadFile(logFile(folder))
	if err != nil {
		return err.Error()
	}
	lines := slices.DeleteFunc(strings.Split(string(body), "\n"), func(line string) bool {
		return strings.Contains(line, "FATAL:  the database system is ")
	})
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	const most = 2000 // bytes: a panic, and what Postgres tried after it
	if len(text) > most {
		text = "… " + text[len(text)-most:]
	}
	return text
}
