package private

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// settings is the whole of postgresql.conf, which is Delfi's own file: it is
// written anew at each start, so that a new build's settings reach old folders.
const settings = `# Written by Delfi at each start; changes here are lost.

# Reached through the socket alone, whose folder is closed to others.
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 60

# What a log must not tell: statements, parameters, or the row that a failed
# CHECK would print. Nor may a commit's instant be kept, or that of a statement which
# failed, as on a full disk or when a request takes too long: it would date a ballot.
# Delfi gets each failure, and logs those of requests that answer nothing.
log_min_messages = log
log_statement = none
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_min_error_statement = panic
log_min_duration_statement = -1
log_duration = off
log_lock_waits = off
log_connections = off
log_disconnections = off
track_commit_timestamp = off
log_destination = stderr
logging_collector = off
log_line_prefix = '%m [%p] '

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
client_encoding = 'UTF8'

shared_buffers = '128MB'
max_wal_size = '512MB'
# Not minimal: a sequence made and first used in one transaction (as migrations do)
# would not be in the log, and after a crash give numbers that were given before.
wal_level = replica
max_wal_senders = 0
`

// fast gives durability away, for clusters that live as long as a test run, and
// lets many tests in at once; the log stays for those that read it. The last word on a
// setting counts.
const fast = `
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_keep_size = '256MB'
max_connections = 300
`

// Kind names the settings of a cluster that gives durability away and the place where its
// binaries are looked for first. What differs in either is no cluster to share: other trees
// have other settings, and npm may be exchanging their binaries.
func Kind() string {
	all := []string{settings, fast}
	if p := places(""); len(p) > 0 {
		all = append(all, p[0].dir)
	}
	sum := sha256.Sum256([]byte(strings.Join(all, "\x00")))
	return hex.EncodeToString(sum[:4])
}

// hba lets in whoever can reach the socket: the folder's mode is the lock.
const hba = "local all all trust\n"

// configure writes the cluster's configuration; the files belong to whoever
// owns data, so that the dropped user can read them.
func configure(data string, r runner, sockets string, isFast bool) error {
	body := settings + fmt.Sprintf("unix_socket_directories = '%s'\n", strings.ReplaceAll(sockets, "'", "''"))
	if isFast {
		body += fast
	}
	for name, text := range map[string]string{"postgresql.conf": body, "pg_hba.conf": hba} {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("private cluster: %w", err)
		}
		if err := r.own(path); err != nil {
			return err
		}
	}
	return nil
}
