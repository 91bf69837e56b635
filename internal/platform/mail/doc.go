// Package mail hands letters to a mail server over SMTP. It is the one home of
// the mail library, and knows neither people nor consultations: what is told to
// whom, and when it is tried again, is notice's.
package mail
