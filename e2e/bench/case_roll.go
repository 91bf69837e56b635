package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"delfi/e2e/bench/asked"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"
	"delfi/e2e/bench/register"
	"delfi/internal/panel/roll"
	"delfi/web/i18n"
)

// caseRoll imports a register of as many people as the crowd, as an administrator does: the
// file is checked, and then put in force.
func (b *bench) caseRoll(ctx context.Context) error {
	if !b.o.wanted("roll") {
		return nil
	}
	now := b.h.DB.Now()
	form := draftForm("albo", now.AddDate(0, 0, 1).Format(time.DateOnly), now.AddDate(0, 6, 0).Format(time.DateOnly), b.staff)
	const group = "cittadini"
	form.Protocol = strings.Replace(asked.Others[0].Protocol, `"name": {"it": "Cittadini"}`, `"name": {"it": "Iscritti"}, "access": "roll"`, 1)
	if _, err := b.h.Drafts.Create(ctx, b.staff.administrator, b.staff.administration, form); err != nil {
		return err
	}
	n := min(b.n.crowd, roll.MostLines)
	file, err := register.Of(n)
	if err != nil {
		return err
	}
	site, idp := load.NewClient(b.srv.url), load.NewClient(b.idp.Issuer())
	defer site.Close()
	defer idp.Close()
	cookie, err := walk(site, idp, person{subject: b.all[b.n.own].Subject, address: "10.255.255.1"})
	if err != nil {
		return err
	}
	took := figure.Row{Case: fmt.Sprintf("a register of %d people, imported", n), Unit: "s", Note: fmt.Sprintf("the file of %s is sent and checked, its page read, and the register put in force, over HTTP", kilobytes(len(file)))}
	heap := figure.Row{Case: "a register, memory above idle", Unit: "MB", Note: "VmHWM of the server, reset before, less its resident memory before"}
	idle, _, err := memory(b.srv.pid)
	if err != nil {
		return err
	}
	if err := forget(b.srv.pid); err != nil {
		return err
	}
	began := time.Now()
	if err := register.Import(ctx, b.srv.url+rollsPath("albo"), group, cookie, file); err != nil {
		return err
	}
	took.Values = []float64{time.Since(began).Seconds()}
	_, peak, err := memory(b.srv.pid)
	if err != nil {
		return err
	}
	heap.Values = []float64{float64(peak-idle) / 1e6}
	if n <= whole.crowd {
		took.AtMost(5)
		heap.AtMost(64)
	}
	b.rows = append(b.rows, took, heap)
	page, err := site.Get(rollsPath("albo"), cookie, "")
	if number := i18n.Number("it", int64(n)); err == nil && !bytes.Contains(page.Body, []byte(number)) {
		err = fmt.Errorf("the page of the register does not name %s people", number)
	}
	return err
}
