package screening

import (
	"slices"
	"time"

	"fengqiao/models"
)

// DutyState is how far a return is that a cell owes.
type DutyState string

const (
	DutyZero    DutyState = "zero"    // 零报告
	DutyFound   DutyState = "found"   // sent, with findings
	DutyWaiting DutyState = "waiting" // the period is not over
	DutyOverdue DutyState = "overdue" // it is over, the grace is not
	DutyMissing DutyState = "missing" // 未报: not covered
)

// Name is the state as people say it.
func (s DutyState) Name() string {
	return map[DutyState]string{DutyZero: "零报告", DutyFound: "有线索", DutyWaiting: "待报", DutyOverdue: "逾期待报", DutyMissing: "未报"}[s]
}

// IsFiled says whether a return was sent, early or late.
func (s DutyState) IsFiled() bool { return s == DutyZero || s == DutyFound }

// Duty is a return that one cell owes for one period, as it was at a moment.
type Duty struct {
	Village string
	Cell    models.StandingCell
	Period  Period
	Return  *models.Return     // nil where nothing was sent
	Filing  *models.Submission // what was sent last
	State   DutyState
	Late    bool // sent when the period was over
}

// CellID names the cell of the duty.
func (d *Duty) CellID() string { return models.CellID(d.Village, d.Cell.Number) }

// Under says whether the cell is one of that number or hangs below it.
func (d *Duty) Under(number int) bool {
	return d.Cell.Number == number || slices.Contains(d.Cell.Above, number)
}

// duties are the returns that the cells of a grid owe for a period, as it was just before a moment: of
// every cell of the levels that send one that stands on the period's last day, as far as had been
// written down when the period ended. A cell that is drawn afterwards owes nothing, whatever day it is
// dated from, so that a month which is over stays as it was. returns are by their id.
func duties(g *models.Grid, p Period, returns map[string]*models.Return, before time.Time) []Duty {
	if before.Before(p.Start()) {
		return nil
	}
	known := p.End()
	if before.Before(known) {
		known = before
	}
	var out []Duty
	for _, cell := range g.Standing(p.To.String(), known) {
		if !slices.Contains(p.Rule.Kinds, cell.Kind) {
			continue
		}
		d := Duty{Village: g.Village, Cell: cell, Period: p, State: DutyWaiting}
		switch {
		case !before.Before(p.Covered()):
			d.State = DutyMissing
		case before.After(p.End()):
			d.State = DutyOverdue
		}
		if r := returns[models.ReturnID(d.CellID(), p.From.String())]; r != nil {
			if f := r.FilingAt(before); f != nil {
				d.Return, d.Filing, d.Late, d.State = r, f, r.Filings[0].Late, DutyFound
				if f.IsZero() {
					d.State = DutyZero
				}
			}
		}
		out = append(out, d)
	}
	return out
}

// Lead is a finding as it was at a moment.
type Lead struct {
	Return  *models.Return
	Finding models.Finding
	FiledAt time.Time              // when it was sent first
	Outcome *models.FindingOutcome // nil while it waits
}

// ID names the finding.
func (l *Lead) ID() string { return models.FindingID(l.Return.ID, l.Finding.Seq) }

// leads are the findings of a return, as it was just before a moment.
func leads(r *models.Return, before time.Time) []Lead {
	f := r.FilingAt(before)
	if f == nil {
		return nil
	}
	out := make([]Lead, len(f.Findings))
	for i, found := range f.Findings {
		out[i] = Lead{Return: r, Finding: found, FiledAt: r.FirstFiled(found.Seq), Outcome: r.OutcomeAt(found.Seq, before)}
	}
	return out
}

func byID(returns []*models.Return) map[string]*models.Return {
	out := make(map[string]*models.Return, len(returns))
	for _, r := range returns {
		out[r.ID] = r
	}
	return out
}

// Leads are the findings that were sent, as they are now.
func (d *Duty) Leads() []Lead {
	if d.Return == nil {
		return nil
	}
	return leads(d.Return, models.FarFuture())
}
