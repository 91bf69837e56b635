package postgres

import (
	"context"
	"fmt"
	"slices"
)

// quietSettings are the server's settings that keep what people write, and when,
// out of its logs (docs/RECORD.md §2.4), with the values one of which they must have.
var quietSettings = []struct {
	name   string
	values []string // the first is advised
}{
	{"log_statement", []string{"none"}},
	{"log_min_messages", []string{"log", "fatal", "panic"}}, // otherwise a statement that fails leaves a line with its instant
	{"log_error_verbosity", []string{"terse"}},              // otherwise a failed CHECK prints the row
	{"log_min_duration_statement", []string{"-1"}},
	{"log_parameter_max_length_on_error", []string{"0"}},
	{"track_commit_timestamp", []string{"off"}},
}

// UnsafeLogSettings lists the settings of db's server that would let it log what people write
// or when they did, as "name = value" with the value to set.
func UnsafeLogSettings(ctx context.Context, db *DB) ([]string, error) {
	var loud []string
	for _, q := range quietSettings {
		var is string
		if err := db.pool.GetContext(ctx, &is, `SELECT current_setting($1)`, q.name); err != nil {
			return nil, fmt.Errorf("postgres: setting %s: %w", q.name, err)
		}
		if !slices.Contains(q.values, is) {
			loud = append(loud, q.name+" = "+q.values[0])
		}
	}
	return loud, nil
}

// ForgetfulSettings lists the settings of db's server with which a crash of it loses what it
// has said to be stored, as "name = value" with the value that it has: a ballot that was
// acknowledged would be gone.
func ForgetfulSettings(ctx context.Context, db *DB) ([]string, error) {
	var forgetful []string
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var is string
		if err := db.pool.GetContext(ctx, &is, `SELECT current_setting($1)`, name); err != nil {
			return nil, fmt.Errorf("postgres: setting %s: %w", name, err)
		}
		if is == "off" {
			forgetful = append(forgetful, name+" = "+is)
		}
	}
	return forgetful, nil
}
