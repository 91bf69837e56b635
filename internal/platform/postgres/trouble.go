package postgres

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/lib/pq"
)

// IsUnavailable tells whether err says that the server cannot work now, whatever it is
// asked: no room on its disk, no memory, no connection left, shutting down, a
// failing disk, a standby that only reads, a statement that it cancelled or that
// collided to the last attempt. The same may succeed later.
func IsUnavailable(err error) bool {
	var e *pq.Error
	if errors.As(err, &e) {
		switch e.Code.Class() {
		case "08", "53", "58": // connection_exception, insufficient_resources, system_error
			return true
		}
		switch e.Code {
		case "57P01", "57P02", "57P03", // admin_shutdown, crash_shutdown, cannot_connect_now
			"57P05", "25P03", "25P04", // idle_session_timeout, idle_in_transaction_session_timeout, transaction_timeout
			"57014", "55P03", // query_canceled, lock_not_available
			"40001", "40P01", // serialization_failure, deadlock_detected
			"25006": // read_only_sql_transaction
			return true
		}
		return false
	}
	var n *net.OpError
	return errors.Is(err, ErrSilent) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, &n) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) // a proxy in front cut the line
}
