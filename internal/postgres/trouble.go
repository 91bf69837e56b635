package postgres

import (
	"database/sql/driver"
	"errors"
	"net"

	"github.com/lib/pq"
)

// Unable tells whether err says that the server cannot work now, whatever it is
// asked: no room on its disk, no memory, no connection left, shutting down, a
// failing disk, a standby that only reads. The same may succeed later.
func Unable(err error) bool {
	var e *pq.Error
	if errors.As(err, &e) {
		switch e.Code.Class() {
		case "08", "53", "58": // connection_exception, insufficient_resources, system_error
			return true
		}
		switch e.Code {
		case "57P01", "57P02", "57P03", // admin_shutdown, crash_shutdown, cannot_connect_now
			"25006": // read_only_sql_transaction
			return true
		}
		return false
	}
	var n *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.As(err, &n)
}
