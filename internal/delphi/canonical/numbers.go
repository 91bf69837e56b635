package canonical

// Numbers counts the numbers of a canonical document.
func Numbers(document []byte) int {
	n := 0
	quoted, within := false, false // a text, a number
	for i := 0; i < len(document); i++ {
		b := document[i]
		switch {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		}
		figure := !quoted && (b >= '0' && b <= '9' || b == '-')
		if figure && !within {
			n++
		}
		within = figure || within && !quoted && (b == '.' || b == 'e' || b == '+')
	}
	return n
}
