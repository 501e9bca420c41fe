package screening

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/papers"
	"fengqiao/pkg/workday"
)

// reportTitle is the report's name.
const reportTitle = "矛盾纠纷排查报告"

// Workbook writes the report of a place and month as an Excel file, with the ledger of every case
// that adds to any of its figures, as it stood at the month's end. It takes data out: the record of
// who did so is written first. Errors are those of Report.
func (s *Service) Workbook(ctx context.Context, actor models.Actor, region, month string, w io.Writer) error {
	view, ledger, err := s.export(ctx, actor, region, month)
	if err != nil {
		return err
	}
	return papers.Workbook(w, reportData(view, ledger, s.now()))
}

// export gathers what a file of a report has in it, once it is on record who takes it out.
func (s *Service) export(ctx context.Context, actor models.Actor, region, month string) (*View, []papers.LedgerRow, error) {
	view, err := s.Report(ctx, actor.Scope(), region, month)
	if err != nil {
		return nil, nil, err
	}
	ledger, err := s.ledger(ctx, view.Region, month)
	if err != nil {
		return nil, nil, err
	}
	return view, ledger, s.store.RecordAccess(ctx, actor, s.now(), "export", models.ReportID(region, month), region)
}

// ledger lists the cases of a month, in the order in which they came in.
func (s *Service) ledger(ctx context.Context, r *models.Region, month string) ([]papers.LedgerRow, error) {
	w, err := NewWindow(month, s.now())
	if err != nil {
		return nil, err
	}
	type entry struct {
		at  time.Time
		id  string
		row papers.LedgerRow
	}
	var entries []entry
	m := newMeter(w)
	err = s.visit(ctx, r, w, func(c *models.Case) error {
		if m.read(c); m.touched() {
			l := lookAt(c, w)
			entries = append(entries, entry{c.LoggedAt, c.ID.Hex(), l.row()})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if n := a.at.Compare(b.at); n != 0 {
			return n
		}
		return strings.Compare(a.id, b.id)
	})
	rows := make([]papers.LedgerRow, len(entries))
	for i, e := range entries {
		rows[i] = e.row
	}
	return rows, nil
}

// row is a case in the ledger, as it stood at the window's end.
func (l *look) row() papers.LedgerRow {
	c := l.c
	r := papers.LedgerRow{
		Number: l.number(), Title: l.counted.Title, Type: models.NameOf(models.DisputeTypes(), string(l.counted.Type)), Village: c.Place.VillageName,
		Applicants: c.PartyNames(models.Applicant), Respondents: c.PartyNames(models.Respondent),
		LoggedOn: workday.OfTime(c.LoggedAt).String(), State: l.is.State.Name(),
		AmountFen: l.counted.AmountFen, Households: l.counted.Households,
	}
	r.Risk = shortRisk(l.is.Risk)
	if s := l.stage(); s != nil {
		r.Level = s.Name
	}
	for i := range c.Timeline {
		e := &c.Timeline[i]
		if !e.At.Before(l.w.End) {
			break
		}
		if r.AcceptedOn == "" && e.After.State == models.Mediating {
			r.AcceptedOn = workday.OfTime(e.At).String()
		}
		if e.After.State.IsOpen() {
			r.ClosedOn = "" // mediated again
		}
		if r.ClosedOn == "" && e.After.State == models.Closed {
			r.ClosedOn = workday.OfTime(e.At).String()
		}
	}
	if due := l.is.DueAt; due != nil {
		r.DueOn = workday.OfTime(due.Add(-time.Millisecond)).String()
	}
	if s := l.stage(); s != nil && !l.is.State.IsOpen() {
		r.Outcome = models.NameOf(outcomes(), string(s.Outcome))
	}
	return r
}

func reportData(view *View, ledger []papers.LedgerRow, now time.Time) papers.ReportData {
	data := papers.ReportData{
		Title: reportTitle, Place: view.Region.Name, Month: view.Report.Month, MadeAt: now.In(workday.Zone), Provisional: view.Provisional, Ledger: ledger,
	}
	names := map[string]string{}
	for _, d := range Figures() {
		names[d.Key] = d.Name
		current, ok := view.Report.Figure(d.Key)
		if !ok {
			continue // stored before the figure was defined
		}
		data.Figures = append(data.Figures, papers.ReportFigure{
			Group: d.Group, Name: d.Name, Unit: d.Unit, Explain: d.Explain,
			Now: current, Last: figureOf(view.Last, d.Key), LastYear: figureOf(view.LastYear, d.Key),
		})
	}
	for _, t := range view.Report.Tables {
		d, ok := DimensionOf(t.Key)
		if !ok || d.OfRates() {
			continue
		}
		out := papers.ReportTable{Key: t.Key, Heading: d.Heading(), Name: d.Name}
		for _, column := range t.Columns {
			out.Columns = append(out.Columns, names[column])
		}
		for _, r := range t.Rows {
			out.Rows = append(out.Rows, papers.ReportRow{Name: r.Name, Values: r.Values})
		}
		data.Tables = append(data.Tables, out)
	}
	data.Trend = TrendOf(view)
	for _, l := range StatisticsOf(view.Report) {
		data.Statistics = append(data.Statistics, papers.StatisticRow{Group: l.Group, Name: l.Name, Unit: l.Unit, Text: l.Text})
	}
	return data
}

func figureOf(r *models.Report, key string) *models.Figure {
	if r == nil {
		return nil
	}
	if f, ok := r.Figure(key); ok {
		return &f
	}
	return nil
}

func valueOf(r *models.Report, key string) int64 {
	f, _ := r.Figure(key)
	return f.Value
}
