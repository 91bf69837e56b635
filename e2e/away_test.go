package e2e

import (
	"testing"

	"delfi/internal/platform/postgres/private"
	"delfi/internal/platform/postgres/testdb"
)

// TestAServerStopsWhileItsDatabaseIsAway: a database of somebody else's that was shut down,
// and one that says nothing any more. A server that is told to stop does, in seconds and
// with status 0: a unit does not count it as failed.
func TestAServerStopsWhileItsDatabaseIsAway(t *testing.T) {
	for name, away := range map[string]func(k *private.Cluster, l *testdb.Line) error{
		"shut down": func(k *private.Cluster, _ *testdb.Line) error { return k.Stop(t.Context()) },
		"silent":    func(_ *private.Cluster, l *testdb.Line) error { l.Hold(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir := data(t)
			k, err := private.Start(t.Context(), private.Config{Data: dir, Fast: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := k.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			}()
			l := testdb.Lay(t, k.URL(private.Database))
			s := serve(t, dir, "--database-url="+l.URL)
			if err := away(k, l); err != nil {
				t.Fatal(err)
			}
			s.stop(t) // which sees the status, and the time
			if name == "silent" {
				l.Release()
			}
		})
	}
}
