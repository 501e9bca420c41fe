package screening

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Entry is one thing that is no case and that figures count, as it was at the end of a window: a return that
// a cell owed, a finding, or a group dispute that waits for an answer. Like a look at a case it knows only what had been written down by then.
type Entry struct {
	Village string
	Return  *models.Return // nil where nothing was sent
	// Duty is a return owed for a period that ended in the window; nil for a finding, and for what was sent
	// late for an earlier month.
	Duty *Duty
	Late bool // the return was first sent in the window, when its period was over
	Lead *Lead
	// Group is a group dispute that nobody had confirmed or dismissed by the window's end; then there is
	// nothing else.
	Group *models.Cluster
	w     Window
}

// found says whether the entry is a finding that was sent in the window.
func (e *Entry) found() bool { return e.Lead != nil && e.w.contains(e.Lead.FiledAt) }

// ended says whether the entry is a finding that was settled so in the window.
func (e *Entry) ended(as string) bool {
	return e.Lead != nil && e.Lead.Outcome != nil && e.Lead.Outcome.As == as && e.w.contains(e.Lead.Outcome.At)
}

// place is the code of the entry's place at one kind of place.
func (e *Entry) place(kind models.RegionKind) string { return models.PlaceOf(e.Village).Code(kind) }

// EntriesOf are the entries of a window, of the grids of one county and their returns. rules are the
// county's. A return of which nothing was sent or settled since the window began, and whose period had
// ended before, adds nothing and may be left out.
func EntriesOf(w Window, rules []models.ScreeningRule, grids []*models.Grid, returns []*models.Return) []Entry {
	var out []Entry
	known, owed := byID(returns), map[string]bool{}
	first := workday.OfTime(w.Start)
	last := workday.OfTime(w.Start.AddDate(0, 1, -1))
	for _, p := range periodsEnding(rules, first, last) {
		if w.End.Before(p.End()) {
			continue // it runs: what is not sent is not missing
		}
		for _, g := range grids {
			for _, d := range duties(g, p, known, w.End) {
				e := Entry{Village: d.Village, Return: d.Return, Duty: &d, w: w}
				if d.Return != nil {
					owed[d.Return.ID] = true
					e.Late = d.Late && w.contains(d.Return.FiledAt)
				}
				out = append(out, e)
			}
		}
	}
	for _, r := range returns {
		if f := r.FilingAt(w.End); f == nil {
			continue
		}
		if !owed[r.ID] && r.Filings[0].Late && w.contains(r.FiledAt) {
			out = append(out, Entry{Village: r.Village, Return: r, Late: true, w: w})
		}
		for _, l := range leads(r, w.End) {
			out = append(out, Entry{Village: r.Village, Return: r, Lead: &l, w: w})
		}
	}
	return out
}

// GroupsOf are the entries of the group disputes that wait for an answer at a window's end.
func GroupsOf(w Window, clusters []*models.Cluster) []Entry {
	var out []Entry
	for _, c := range clusters {
		if c.StateAt(w.End) == models.ClusterSuggested {
			out = append(out, Entry{Village: c.Place.Village, Group: c, w: w})
		}
	}
	return out
}

// groupsIn reads those of a township: what waits now, and what was decided since.
func (s *Service) groupsIn(ctx context.Context, township string, w Window) ([]Entry, error) {
	var found []*models.Cluster
	for _, state := range models.ClusterStates() {
		since := w.End
		if models.ClusterState(state.Code) == models.ClusterSuggested {
			since = time.Time{}
		}
		some, err := s.store.ClustersSince(ctx, township, models.ClusterState(state.Code), since)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return GroupsOf(w, found), nil
}

// ListEntries returns the entries behind one number of the report that Compute makes of them.
func ListEntries(region *models.Region, entries []Entry, ref Ref) ([]Entry, error) {
	if _, err := ParseRef(ref.String()); err != nil {
		return nil, err
	}
	figure, _ := Define(ref.Figure)
	dimension, _ := DimensionOf(ref.Dimension)
	out := []Entry{}
	for i := range entries {
		e := &entries[i]
		if e.place(region.Kind) == region.Code && figure.holds(e) && (ref.Dimension == "" || dimension.codeOf(e) == ref.Code) {
			out = append(out, *e)
		}
	}
	return out, nil
}

// entriesIn reads the entries of a township.
func (s *Service) entriesIn(ctx context.Context, township string, w Window) ([]Entry, error) {
	returns, err := s.returnsIn(ctx, township, w)
	if err != nil {
		return nil, err
	}
	groups, err := s.groupsIn(ctx, township, w)
	return append(returns, groups...), err
}

// returnsIn reads those of its grids and returns.
func (s *Service) returnsIn(ctx context.Context, township string, w Window) ([]Entry, error) {
	grids, err := s.store.GridsIn(ctx, models.Scope{Region: township}, township)
	if err != nil || len(grids) == 0 {
		return nil, err
	}
	rules, err := s.Rules(ctx, models.Scope{Region: township}.County())
	if err != nil {
		return nil, err
	}
	returns, err := s.store.ActiveReturns(ctx, township, w.Start, w.End)
	if err != nil {
		return nil, err
	}
	// The return of a week that reaches into the month may have been sent, and settled, before it began.
	if p := PeriodOn(rules, workday.OfTime(w.Start)); p.Start().Before(w.Start) {
		straddling, err := s.store.ReturnsOf(ctx, models.Scope{Region: township}, township, p.From.String())
		if err != nil {
			return nil, err
		}
		active := byID(returns)
		for _, r := range straddling {
			if active[r.ID] == nil && r.FiledAt.Before(w.End) {
				returns = append(returns, r)
			}
		}
	}
	return EntriesOf(w, rules, grids, returns), nil
}

// entriesOf reads the entries of a place.
func (s *Service) entriesOf(ctx context.Context, r *models.Region, w Window) ([]Entry, error) {
	townships, err := s.townshipsOf(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, township := range townships {
		found, err := s.entriesIn(ctx, township, w)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if e.place(r.Kind) == r.Code {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// Entries returns what stands behind one number of a report that counts returns or findings. figure is the
// text of a Ref. Errors are those of Cases.
func (s *Service) Entries(ctx context.Context, scope models.Scope, region, month, figure string) ([]Entry, error) {
	r, w, err := s.ask(ctx, scope, region, month)
	if err != nil {
		return nil, err
	}
	ref, err := ParseRef(figure)
	if err != nil {
		return nil, err
	}
	all, err := s.entriesOf(ctx, r, w)
	if err != nil {
		return nil, err
	}
	list, err := ListEntries(r, all, ref)
	slices.SortStableFunc(list, func(a, b Entry) int { return cmp.Compare(a.Village, b.Village) })
	return list, err
}
