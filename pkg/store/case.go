package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// Names of unique indexes that callers react to.
const (
	IndexDraftKey  = "draft"
	IndexNumberKey = "number"
)

func caseKind() *docstore.Kind {
	return &docstore.Kind{
		Name: "cases",
		Fields: []docstore.Field{
			{Path: "draftKey", Type: docstore.String},
			{Path: "numberKey", Type: docstore.String},
			{Path: "place.county", Type: docstore.String},
			{Path: "place.township", Type: docstore.String},
			{Path: "place.village", Type: docstore.String},
			{Path: "office.id", Type: docstore.String},
			{Path: "type", Type: docstore.String},
			{Path: "state", Type: docstore.String},
			{Path: "level", Type: docstore.String},
			{Path: "review", Type: docstore.String},
			{Path: "risk", Type: docstore.String},
			{Path: "loggedAt", Type: docstore.Time},
			{Path: "dueAt", Type: docstore.Time},
			{Path: "nextAt", Type: docstore.Time},
			{Path: "noticeAt", Type: docstore.Time},
			{Path: "activeUntil", Type: docstore.Time},
			{Path: "rescoreAt", Type: docstore.Time},
			{Path: "togetherAt", Type: docstore.Time},
			{Path: "cluster.id", Type: docstore.String},
			{Path: "grams", Type: docstore.String, Array: true},
			{Path: "roots", Type: docstore.String, Array: true},
		},
		Indexes: []docstore.Index{
			{Name: IndexDraftKey, Fields: []string{"draftKey"}, Unique: true},
			{Name: IndexNumberKey, Fields: []string{"numberKey"}, Unique: true},
			{Name: "next", Fields: []string{"nextAt"}},
			{Name: "county_next", Fields: []string{"place.county", "nextAt"}},
			{Name: "notice", Fields: []string{"noticeAt"}},
			{Name: "office_due", Fields: []string{"office.id", "dueAt"}},
			{Name: "village", Fields: []string{"place.village", "state", "loggedAt"}},
			{Name: "township", Fields: []string{"place.township", "state", "loggedAt"}},
			{Name: "county", Fields: []string{"place.county", "state", "loggedAt"}},
			{Name: "township_due", Fields: []string{"place.township", "dueAt"}},
			{Name: "county_due", Fields: []string{"place.county", "dueAt"}},
			{Name: "township_active", Fields: []string{"place.township", "activeUntil"}},
			{Name: "township_grams", Fields: []string{"place.township", "grams", "loggedAt"}},
			{Name: "village_roots", Fields: []string{"place.village", "roots", "loggedAt"}},
			{Name: "rescore", Fields: []string{"rescoreAt"}},
			{Name: "together", Fields: []string{"togetherAt"}},
		},
	}
}

// CaseFilter says which cases a list shows. Empty fields ask for nothing. A search by grams is
// ordered by the day of logging, the newest first. A list that asks for what is due, or waits at an
// office, has only cases whose clock runs and is ordered by the deadline, the earliest first; every
// other is ordered as a search is. A search asks for no risk: nobody is looked up by it.
type CaseFilter struct {
	County, Township, Village string
	State                     models.State
	Level                     string
	Type                      models.DisputeType
	Risk                      models.RiskLevel
	Review                    models.ReviewState
	Offices                   []string   // ids of offices, one of which has the case
	DueBefore                 *time.Time // a clock runs and ends before or at this moment
	LoggedFrom, LoggedBefore  *time.Time
	Grams                     []string // all of them; see models.Grams
	Grouped                   bool     // they belong to a confirmed group dispute
	Cluster                   string   // they belong to that one
}

func (f *CaseFilter) byDue() bool {
	return f.DueBefore != nil || len(f.Offices) > 0 || f.Review == models.ReviewPending
}

// place is the smallest place asked for, inside the scope; false where they do not meet.
func (f *CaseFilter) place(scope models.Scope) (string, bool) {
	place := scope.Region
	for _, code := range []string{f.County, f.Township, f.Village} {
		switch {
		case code == "" || strings.HasPrefix(place, code):
		case strings.HasPrefix(code, place):
			place = code
		default:
			return "", false
		}
	}
	return place, models.RegionKindOf(place) != ""
}

func (f *CaseFilter) query(place string, townships []string) docstore.Query {
	var conditions []docstore.Condition
	equal := func(field, value string) {
		if value != "" {
			conditions = append(conditions, docstore.Equal(field, value))
		}
	}
	query := docstore.Query{Order: "loggedAt", Desc: true}
	kind := models.RegionKindOf(place)
	state := func() {
		if f.State != "" {
			equal("state", string(f.State))
			return
		}
		all := make([]string, 0, 5)
		for _, s := range models.States() {
			all = append(all, s.Code)
		}
		conditions = append(conditions, docstore.In("state", all...))
	}
	switch {
	case len(f.Grams) > 0:
		query.Index = "township_grams"
		if len(townships) > 0 {
			conditions = append(conditions, docstore.In("place.township", townships...))
		} else {
			equal("place.township", place[:9])
		}
		conditions = append(conditions, docstore.HasAll("grams", f.Grams...))
		if kind == models.RegionVillage {
			equal("place.village", place)
		}
		equal("state", string(f.State))
	case f.byDue():
		query.Order, query.Desc = "dueAt", false
		switch {
		case len(f.Offices) > 0:
			query.Index = "office_due"
			equal("place."+string(kind), place)
		case kind == models.RegionCounty:
			query.Index = "county_due"
			equal("place.county", place)
		default:
			query.Index = "township_due"
			equal("place.township", place[:9])
			if kind == models.RegionVillage {
				equal("place.village", place)
			}
		}
		equal("state", string(f.State))
	default:
		query.Index = string(kind)
		equal("place."+string(kind), place)
		state()
	}
	if len(f.Offices) > 0 {
		conditions = append(conditions, docstore.In("office.id", f.Offices...))
	}
	if f.DueBefore != nil {
		conditions = append(conditions, docstore.AtMost("dueAt", *f.DueBefore))
	}
	equal("level", f.Level)
	equal("type", string(f.Type))
	equal("risk", string(f.Risk))
	equal("review", string(f.Review))
	equal("cluster.id", f.Cluster)
	if f.Grouped { // an id is never empty, and a case without a group has none
		conditions = append(conditions, docstore.Above("cluster.id", ""))
	}
	if f.LoggedFrom != nil {
		conditions = append(conditions, docstore.AtLeast("loggedAt", *f.LoggedFrom))
	}
	if f.LoggedBefore != nil {
		conditions = append(conditions, docstore.Below("loggedAt", *f.LoggedBefore))
	}
	query.Filter = conditions
	return query
}

// Case returns the case of that id inside the scope.
func (s *Store) Case(ctx context.Context, scope models.Scope, id bson.ObjectID) (*models.Case, error) {
	c, err := s.cases.Get(ctx, id)
	if err == nil && !scope.Covers(c.Place.Village) {
		err = docstore.ErrNotFound
	}
	if err != nil {
		return nil, told(err, "纠纷")
	}
	return c, nil
}

// CaseByDraft returns the case that was logged with a draft key.
func (s *Store) CaseByDraft(ctx context.Context, scope models.Scope, key string) (*models.Case, error) {
	return s.oneCase(ctx, scope, IndexDraftKey, "draftKey", key)
}

// CaseByNumber returns the case of a number's key.
func (s *Store) CaseByNumber(ctx context.Context, scope models.Scope, key string) (*models.Case, error) {
	return s.oneCase(ctx, scope, IndexNumberKey, "numberKey", key)
}

func (s *Store) oneCase(ctx context.Context, scope models.Scope, index, field, key string) (*models.Case, error) {
	found, err := s.cases.Find(ctx, docstore.Query{Index: index, Filter: []docstore.Condition{docstore.Equal(field, key)}, Limit: 1})
	if err == nil && (len(found) == 0 || !scope.Covers(found[0].Place.Village)) {
		err = docstore.ErrNotFound
	}
	if err != nil {
		return nil, told(err, "纠纷")
	}
	return found[0], nil
}

// InsertCase adds a case. A taken draft key is IsDuplicate(err, IndexDraftKey).
func (s *Store) InsertCase(ctx context.Context, c *models.Case) error {
	return told(s.cases.Insert(ctx, c), "纠纷")
}

// ReplaceCase writes a case back; IsConflict when somebody changed it meanwhile, and
// IsDuplicate(err, IndexNumberKey) when its number was taken.
func (s *Store) ReplaceCase(ctx context.Context, c *models.Case) error {
	return told(s.cases.Replace(ctx, c), "纠纷")
}

// ReplaceCases writes many cases back, each with its own result, which is one of ReplaceCase.
func (s *Store) ReplaceCases(ctx context.Context, cases []*models.Case) ([]error, error) {
	results, err := s.cases.ReplaceMany(ctx, cases)
	for i := range results {
		results[i] = told(results[i], "纠纷")
	}
	return results, told(err, "纠纷")
}

// LastNumber is the largest sequence a committee has given in a year, 0 for none.
func (s *Store) LastNumber(ctx context.Context, committee string, year int) (int64, error) {
	prefix := fmt.Sprintf("%s/%d/", committee, year)
	found, err := s.cases.Find(ctx, docstore.Query{
		Index:  IndexNumberKey,
		Filter: []docstore.Condition{docstore.AtLeast("numberKey", prefix), docstore.Below("numberKey", prefix+"~")},
		Order:  "numberKey", Desc: true, Limit: 1,
	})
	if err != nil || len(found) == 0 {
		return 0, told(err, "纠纷")
	}
	return found[0].Number.Seq, nil
}

// CasePage is one page of a list and where the next one begins, "" at the end.
type CasePage struct {
	Cases []*models.Case
	Next  string
}

// Cases returns one page of the cases inside the scope. after is the Next of the page before. Whoever
// sees more than one county names one: cases are found by county and smaller places.
func (s *Store) Cases(ctx context.Context, scope models.Scope, filter CaseFilter, after string, limit int) (CasePage, error) {
	place, ok := filter.place(scope)
	if !ok {
		return CasePage{Cases: []*models.Case{}}, nil
	}
	if kind := models.RegionKindOf(place); kind == models.RegionProvince || kind == models.RegionCity {
		return CasePage{}, models.FieldErrorf("county", "请先选择一个县")
	}
	if len(filter.Grams) > 0 && filter.Risk != "" {
		// Risk is that of disputes. Asked for together with a name it would be a person's.
		return CasePage{}, models.FieldErrorf("risk", "查找姓名等字词时不能再按风险等级筛选：风险看的是纠纷，不是人。请去掉其中一个")
	}
	var townships []string
	if len(filter.Grams) > 0 && models.RegionKindOf(place) == models.RegionCounty {
		regions, err := s.RegionsIn(ctx, place)
		if err != nil {
			return CasePage{}, err
		}
		for _, r := range regions {
			townships = append(townships, r.Code)
		}
		if len(townships) == 0 {
			return CasePage{Cases: []*models.Case{}}, nil
		}
	}
	query := filter.query(place, townships)
	query.Limit = min(max(limit, 1), docstore.MaxLimit-1) + 1
	if after != "" {
		cursor, err := parseCursor(after)
		if err != nil {
			return CasePage{}, err
		}
		query.After = cursor
	}
	found, err := s.cases.Find(ctx, query)
	if err != nil {
		return CasePage{}, told(err, "纠纷")
	}
	page := CasePage{Cases: found}
	if len(found) == query.Limit {
		page.Cases = found[:len(found)-1]
		last := page.Cases[len(page.Cases)-1]
		at := last.LoggedAt
		if query.Order == "dueAt" {
			at = *last.DueAt
		}
		page.Next = formatCursor(at, last.ID)
	}
	return page, nil
}

// CasesToSweep returns the cases whose clock wants attention at now, the oldest first. after is the
// last one of the page before, nil for the first page.
func (s *Store) CasesToSweep(ctx context.Context, now time.Time, after *models.Case, limit int) ([]*models.Case, error) {
	query := docstore.Query{Index: "next", Filter: []docstore.Condition{docstore.AtMost("nextAt", now)}, Order: "nextAt", Limit: limit}
	if after != nil {
		query.After = &docstore.Cursor{Value: *after.NextAt, ID: after.ID}
	}
	found, err := s.cases.Find(ctx, query)
	return found, told(err, "纠纷")
}

// ActiveCases calls visit once with every case of a township that was active in [from, before):
// logged before its end and not closed before its beginning. The order is no promise.
//
// Cases that are not closed come first: one that is closed while the pages are read moves towards
// their end, where it is recognised, and is not missed.
func (s *Store) ActiveCases(ctx context.Context, township string, from, before time.Time, visit func(*models.Case) error) error {
	query := docstore.Query{
		Index: "township_active",
		Filter: []docstore.Condition{
			docstore.Equal("place.township", township), docstore.AtLeast("activeUntil", from), docstore.Below("loggedAt", before),
		},
		Order: "activeUntil", Desc: true, Limit: 200,
	}
	seen := map[bson.ObjectID]bool{}
	for {
		found, err := s.cases.Find(ctx, query)
		if err != nil {
			return told(err, "纠纷")
		}
		for _, c := range found {
			if seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			if err := visit(c); err != nil {
				return err
			}
		}
		if len(found) < query.Limit {
			return nil
		}
		last := found[len(found)-1]
		query.After = &docstore.Cursor{Value: last.ActiveUntil, ID: last.ID}
	}
}

// FirstLogged is when the first case of a township was logged; false when it has none.
func (s *Store) FirstLogged(ctx context.Context, township string) (first time.Time, ok bool, err error) {
	for _, state := range models.States() {
		found, err := s.cases.Find(ctx, docstore.Query{
			Index:  "township",
			Filter: []docstore.Condition{docstore.Equal("place.township", township), docstore.Equal("state", state.Code)},
			Order:  "loggedAt", Limit: 1,
		})
		if err != nil {
			return time.Time{}, false, told(err, "纠纷")
		}
		if len(found) > 0 && (!ok || found[0].LoggedAt.Before(first)) {
			first, ok = found[0].LoggedAt, true
		}
	}
	return first, ok, nil
}

// CountOpen counts the open cases of an office that are due at or before a moment, by review state.
func (s *Store) CountOpen(ctx context.Context, office string, dueBefore time.Time) (map[models.ReviewState]int64, error) {
	groups, err := s.cases.Tally(ctx, docstore.Grouping{
		Index:  "office_due",
		Filter: []docstore.Condition{docstore.Equal("office.id", office), docstore.AtMost("dueAt", dueBefore)},
		By:     []string{"review"},
	})
	if err != nil {
		return nil, told(err, "纠纷")
	}
	counts := map[models.ReviewState]int64{}
	for _, g := range groups {
		review, _ := g.Keys[0].(string)
		counts[models.ReviewState(review)] = g.Count
	}
	return counts, nil
}
