package register

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"delfi/internal/panel/roll"
)

// Import sends a file as the register of a group, at the address of a desk's registers, and
// puts in force what is staged.
func Import(ctx context.Context, desk, group, cookie string, file []byte) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	err := w.WriteField("owner", "Ordine degli Architetti di Riva d’Arno")
	part, made := w.CreateFormFile("file", "albo.csv")
	if err := errors.Join(err, made); err != nil {
		return err
	}
	_, err = part.Write(file)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	at := desk + "/" + group
	if _, err := ask(ctx, http.MethodPost, at, cookie, w.FormDataContentType(), &body, http.StatusSeeOther); err != nil {
		return err
	}
	page, err := ask(ctx, http.MethodGet, desk, cookie, "", nil, http.StatusOK)
	if err != nil {
		return err
	}
	_, rest, found := bytes.Cut(page, []byte(`name="staged" value="`))
	staged, _, _ := bytes.Cut(rest, []byte(`"`))
	if !found {
		return errors.New("no register is staged")
	}
	_, err = ask(ctx, http.MethodPost, at+"/import", cookie, "application/x-www-form-urlencoded", strings.NewReader("staged="+string(staged)), http.StatusSeeOther)
	return err
}

// ask sends a request as a browser on the site does, and expects a status.
func ask(ctx context.Context, method, at, cookie, kind string, body io.Reader, status int) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", cookie)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	page, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode != status {
		err = fmt.Errorf("%s %s: status %d: %.300s", method, at, got.StatusCode, page)
	}
	return page, err
}

// Of gives a register of n people in INI-PEC's layout.
func Of(n int) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("PEC;Nome;Cognome;Numero iscrizione;Codice fiscale;Stato;Data iscrizione;Data cancellazione\n")
	for i := range n {
		code := fmt.Sprintf("%c%c%cBNC%02dA%02dF257", 'A'+i%26, 'A'+i/26%26, 'A'+i/676%26, i/17576%100, 1+i%28)
		for last := byte('A'); last <= 'Z'; last++ {
			if whole, flaw := roll.Fiscal(code + string(last)); flaw == "" {
				fmt.Fprintf(&out, "p%d@pec.example;Nome %d;Cognome %d;%d;%s;attivo;2001-02-03;\n", i, i, i, i+1, whole)
				break
			}
		}
	}
	if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != n+1 {
		return nil, fmt.Errorf("%d of %d fiscal codes hold", lines-1, n)
	}
	return out.Bytes(), nil
}
