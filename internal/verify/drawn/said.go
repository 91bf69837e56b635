package drawn

import "fmt"

// Lines says in a language what was checked of draws.
func Lines(all []Draw, lang string) []string {
	say := english
	if lang == "it" {
		say = italian
	}
	var out []string
	for _, d := range all {
		out = append(out, say(d)...)
	}
	return out
}

// Done counts the draws that were computed again.
func Done(all []Draw) int {
	n := 0
	for _, d := range all {
		if d.Done {
			n++
		}
	}
	return n
}

func english(d Draw) []string {
	out := fmt.Sprintf("draw of group %s of %s: ", d.Group, d.Slug)
	switch {
	case d.Size == 0:
		out += fmt.Sprintf("a list of %d tickets, nothing committed to yet", d.N)
	case !d.Done:
		out += fmt.Sprintf("%d of %d tickets, committed to round %d of the beacon, not drawn", d.Size, d.N, d.Round)
	default:
		out += fmt.Sprintf("%d of %d tickets, computed again from round %d of the beacon", d.Size, d.N, d.Round)
		if d.Index >= 0 {
			out += fmt.Sprintf(": panel %d of the portfolio", d.Index)
		}
	}
	if d.Withdrawn {
		return []string{out, fmt.Sprintf("  %s: the draw of group %s was withdrawn", d.Slug, d.Group)}
	}
	return []string{out}
}

func italian(d Draw) []string {
	out := fmt.Sprintf("sorteggio del gruppo %s di %s: ", d.Group, d.Slug)
	switch {
	case d.Size == 0:
		out += fmt.Sprintf("un elenco di %d biglietti, ancora nessun impegno", d.N)
	case !d.Done:
		out += fmt.Sprintf("%d biglietti su %d, impegno al giro %d del faro, non ancora estratti", d.Size, d.N, d.Round)
	default:
		out += fmt.Sprintf("%d biglietti su %d, ricalcolato dal giro %d del faro", d.Size, d.N, d.Round)
		if d.Index >= 0 {
			out += fmt.Sprintf(": panel %d fra i mille", d.Index)
		}
	}
	if d.Withdrawn {
		return []string{out, fmt.Sprintf("  %s: il sorteggio del gruppo %s è stato ritirato", d.Slug, d.Group)}
	}
	return []string{out}
}
