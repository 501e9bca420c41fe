package screening

import (
	"context"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Service keeps the Party grid, its returns and the monthly reports. Safe for concurrent use.
type Service struct {
	store    *store.Store
	validate *models.Validator
	now      func() time.Time
}

// New makes the service.
func New(st *store.Store, now func() time.Time) *Service {
	return &Service{store: st, validate: models.NewValidator(), now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// View is a report with what it is compared with.
type View struct {
	Report      *models.Report
	Region      *models.Region
	Last        *models.Report    // of the month before, nil when there is none
	LastYear    *models.Report    // of the same month a year before, nil when there is none
	Trend       []*models.Report  // up to thirteen months, ending with this one
	Thresholds  models.Thresholds // from where on there is advice: those of the county at the month's end
	Provisional bool              // the month is not over: the figures are as of now and are not stored
}

// Report returns the report of a place and month with what it is compared with. A place that is
// unknown, outside the scope, or no county, township or village is NotFound; a month that is none,
// or has not begun, an Invalid error of the field month.
func (s *Service) Report(ctx context.Context, scope models.Scope, region, month string) (*View, error) {
	r, w, err := s.ask(ctx, scope, region, month)
	if err != nil {
		return nil, err
	}
	view := &View{Region: r, Provisional: !w.Over}
	if view.Report, err = s.build(ctx, r, w); err != nil {
		return nil, err
	}
	if view.Thresholds, err = s.thresholds(ctx, models.Scope{Region: region}.County(), w.End); err != nil {
		return nil, err
	}
	past, err := s.store.Reports(ctx, region, AddMonths(month, -12), AddMonths(month, -1))
	if err != nil {
		return nil, err
	}
	for _, p := range past {
		switch p.Month {
		case AddMonths(month, -1):
			view.Last = p
		case AddMonths(month, -12):
			view.LastYear = p
		}
	}
	view.Trend = append(past, view.Report)
	return view, nil
}

// Build returns the stored report of a place and month, computing and storing it where it is not
// there and the month is over. Of several that store the same report at once one succeeds; all get
// what is stored. Errors are those of Report.
func (s *Service) Build(ctx context.Context, scope models.Scope, region, month string) (*models.Report, error) {
	r, w, err := s.ask(ctx, scope, region, month)
	if err != nil {
		return nil, err
	}
	return s.build(ctx, r, w)
}

// Cases returns the cases behind one number of a report, the newest first. figure is the text of a
// Ref. Errors are those of Report, and an Invalid one of the field figure.
func (s *Service) Cases(ctx context.Context, scope models.Scope, region, month, figure string) ([]*models.Case, error) {
	r, w, err := s.ask(ctx, scope, region, month)
	if err != nil {
		return nil, err
	}
	ref, err := ParseRef(figure)
	if err != nil {
		return nil, err
	}
	match, err := ref.matcher()
	if err != nil {
		return nil, err
	}
	list := []*models.Case{}
	err = s.visit(ctx, r, w, func(c *models.Case) error {
		if l := lookAt(c, w); match(&l) {
			list = append(list, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, newestFirst)
	return list, nil
}

func newestFirst(a, b *models.Case) int {
	if n := b.LoggedAt.Compare(a.LoggedAt); n != 0 {
		return n
	}
	return strings.Compare(b.ID.Hex(), a.ID.Hex())
}

// ask checks what every question begins with.
func (s *Service) ask(ctx context.Context, scope models.Scope, region, month string) (*models.Region, Window, error) {
	kind := models.RegionKindOf(region)
	if !scope.Covers(region) || kind != models.RegionCounty && kind != models.RegionTownship && kind != models.RegionVillage {
		return nil, Window{}, models.Errorf(models.NotFound, "not_found", "没有找到这个地区")
	}
	r, err := s.store.Region(ctx, region)
	if err != nil {
		return nil, Window{}, err
	}
	w, err := NewWindow(month, s.now())
	return r, w, err
}

func (s *Service) build(ctx context.Context, r *models.Region, w Window) (*models.Report, error) {
	if w.Over {
		stored, err := s.store.Report(ctx, r.Code, w.Month)
		if err == nil && stored.Issue.State == models.ReportDraft && !whole(stored, r.Kind) {
			return s.complete(ctx, stored, r, w)
		}
		if err == nil || !store.IsNotFound(err) {
			return stored, err
		}
	}
	report, files, err := s.compute(ctx, r, w)
	if err != nil {
		return nil, err
	}
	report.BuiltAt = s.now()
	// Months before the first case or grid are answered, not kept: anybody may ask for any of them.
	counts := slices.ContainsFunc(report.Figures, func(f models.Figure) bool { return f.Value != 0 || f.Of != nil && *f.Of != 0 })
	if !s.settled(w) || len(files.cases) == 0 && !counts {
		return report, nil
	}
	report, _, err = s.keep(ctx, report)
	return report, err
}

// whole says whether a report has every figure, and every breakdown with every column, that is defined.
func whole(report *models.Report, kind models.RegionKind) bool {
	for _, f := range Figures() {
		if _, ok := report.Figure(f.Key); !ok {
			return false
		}
	}
	for _, d := range Dimensions() {
		if t, ok := report.Table(d.Key); d.in(kind) && (!ok || !slices.Equal(t.Columns, d.Columns)) {
			return false
		}
	}
	return true
}

// complete works a draft out anew that was built before all was defined that a report has today. What people
// wrote stays. One that is confirmed already stays as it is until it is sealed or comes back.
func (s *Service) complete(ctx context.Context, draft *models.Report, r *models.Region, w Window) (*models.Report, error) {
	now, _, err := s.compute(ctx, r, w)
	if err != nil {
		return nil, err
	}
	draft.Figures, draft.Tables, draft.Lines, draft.BuiltAt = now.Figures, now.Tables, now.Lines, s.now()
	err = s.store.ReplaceReport(ctx, draft)
	if store.IsConflict(err) { // somebody was faster: theirs is as good, or no draft any more
		return s.store.Report(ctx, draft.Region, draft.Month)
	}
	return draft, err
}

// settled says whether a window's reports may be stored.
func (s *Service) settled(w Window) bool { return w.Over && !s.now().Before(w.End.Add(settling)) }

// keep stores a report, or returns the one that somebody else stored first.
func (s *Service) keep(ctx context.Context, report *models.Report) (*models.Report, bool, error) {
	err := s.store.InsertReport(ctx, report)
	switch {
	case err == nil:
		return report, true, nil
	case models.AsError(err).Kind == models.Conflict:
		stored, err := s.store.Report(ctx, report.Region, report.Month)
		return stored, false, err
	}
	return nil, false, err
}

// visit calls back with every case of a place that was active in a window. Cases are kept by
// township; a village's are picked out of its township's.
func (s *Service) visit(ctx context.Context, r *models.Region, w Window, each func(*models.Case) error) error {
	townships := []string{r.Code}
	switch r.Kind {
	case models.RegionCounty:
		inside, err := s.store.RegionsIn(ctx, r.Code)
		if err != nil {
			return err
		}
		townships = townships[:0]
		for _, t := range inside {
			townships = append(townships, t.Code)
		}
	case models.RegionVillage:
		townships[0] = models.PlaceOf(r.Code).Township
	}
	for _, township := range townships {
		err := s.store.ActiveCases(ctx, township, w.Start, w.End, func(c *models.Case) error {
			if !covers(r, c) {
				return nil
			}
			return each(c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
