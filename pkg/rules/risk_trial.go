package rules

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// RiskTrialQuery says what is tried on which cases of a county: those that are open now, or with a year
// those that were logged in it, as they stand. With is compared with Against.
type RiskTrialQuery struct {
	County        string
	Year          int // 0 for the open ones
	With, Against *models.RiskPolicy
	Most          int             // how many cases that differ are listed, 0 for all
	Progress      func(done int)  // nil for nobody
	Counted       func(total int) // nil for nobody
}

// RiskTrial is how many cases have each level by two versions. What people have raised a case to is left
// out: it is no rule's.
type RiskTrial struct {
	Year       int          `json:"year"`
	Cases      int          `json:"cases"`
	Levels     []TrialRow   `json:"levels"`    // from low to high
	Townships  []TrialRow   `json:"townships"` // orange and red
	Higher     int          `json:"higher"`
	Lower      int          `json:"lower"`
	Differing  []RiskDiffer `json:"differing"` // the higher first
	Candidates [2]string    `json:"versions"`
}

// RiskDiffer is a case that the versions assess differently.
type RiskDiffer struct {
	ID     bson.ObjectID      `json:"id"`
	Number string             `json:"number"`
	Title  string             `json:"-"`
	Place  string             `json:"place"`
	Was    *models.Assessment `json:"was"`
	Is     *models.Assessment `json:"is"`

	township string
	logged   time.Time
}

// TryRisk tries a version of the risk rules. Nothing is written. Cases are read page by page; what is
// kept in memory is the numbers, and the cases that differ.
func (s *Service) TryRisk(ctx context.Context, q RiskTrialQuery) (*RiskTrial, error) {
	now := s.now()
	townships, err := s.store.RegionsIn(ctx, q.County)
	if err != nil {
		return nil, err
	}
	t := &RiskTrial{Year: q.Year, Candidates: [2]string{q.Against.VersionName(), q.With.VersionName()}, Differing: []RiskDiffer{}}
	levels, places := map[models.RiskLevel]*Pair{}, map[string]*Pair{}
	for _, level := range models.RiskLevels() {
		levels[models.RiskLevel(level.Code)] = &Pair{}
	}
	for _, township := range townships {
		places[township.Code] = &Pair{}
	}
	visit := func(c *models.Case) error {
		t.add(q, c, levels, places, now)
		if q.Progress != nil && t.Cases%progressStep == 0 {
			q.Progress(t.Cases)
		}
		return ctx.Err()
	}
	if q.Year == 0 {
		seen := map[bson.ObjectID]bool{}
		err = s.store.OpenCases(ctx, q.County, 500, func(page []*models.Case) error {
			for _, c := range page {
				if seen[c.ID] {
					continue
				}
				seen[c.ID] = true
				if err := visit(c); err != nil {
					return err
				}
			}
			return nil
		})
	} else {
		err = s.tryRiskYear(ctx, q, townships, visit)
	}
	if err != nil {
		return nil, err
	}
	for _, level := range models.RiskLevels() {
		t.Levels = append(t.Levels, TrialRow{level.Code, level.Name, *levels[models.RiskLevel(level.Code)]})
	}
	for _, township := range townships {
		t.Townships = append(t.Townships, TrialRow{township.Code, township.Name, *places[township.Code]})
	}
	rise := func(d RiskDiffer) int { return d.Is.Level.Rank() - d.Was.Level.Rank() }
	slices.SortFunc(t.Differing, func(a, b RiskDiffer) int {
		return cmp.Or(cmp.Compare(rise(b), rise(a)), strings.Compare(a.township, b.township), a.logged.Compare(b.logged), strings.Compare(a.ID.Hex(), b.ID.Hex()))
	})
	if q.Most > 0 && len(t.Differing) > q.Most {
		t.Differing = t.Differing[:q.Most]
	}
	return t, nil
}

// tryRiskYear goes through the cases that were logged in a year. A closed one is assessed as it stood
// when it ended.
func (s *Service) tryRiskYear(ctx context.Context, q RiskTrialQuery, townships []*models.Region, visit func(*models.Case) error) error {
	from, before := time.Date(q.Year, 1, 1, 0, 0, 0, 0, workday.Zone), time.Date(q.Year+1, 1, 1, 0, 0, 0, 0, workday.Zone)
	if q.Year < firstYear || s.now().Before(from) {
		return models.FieldErrorf("year", "请填写%d年到%d年之间的一年", firstYear, workday.OfTime(s.now()).Year)
	}
	if q.Counted != nil {
		total := 0
		for _, t := range townships {
			n, err := s.store.CountLogged(ctx, t.Code, from, before)
			if err != nil {
				return err
			}
			total += int(n)
		}
		q.Counted(total)
	}
	for _, t := range townships {
		if err := s.store.LoggedCases(ctx, t.Code, from, before, visit); err != nil {
			return err
		}
	}
	return nil
}

func (t *RiskTrial) add(q RiskTrialQuery, c *models.Case, levels map[models.RiskLevel]*Pair, places map[string]*Pair, now time.Time) {
	t.Cases++
	at := now
	if c.ConcludedAt != nil {
		at = *c.ConcludedAt
	}
	was, is := q.Against.Score(c, c.Linked, at), q.With.Score(c, c.Linked, at)
	levels[was.Level].Was++
	levels[is.Level].Is++
	if pair := places[c.Place.Township]; pair != nil {
		if was.Level.Rank() >= models.Orange.Rank() {
			pair.Was++
		}
		if is.Level.Rank() >= models.Orange.Rank() {
			pair.Is++
		}
	}
	switch {
	case is.Level.Rank() > was.Level.Rank():
		t.Higher++
	case is.Level.Rank() < was.Level.Rank():
		t.Lower++
	default:
		return
	}
	t.Differing = append(t.Differing, RiskDiffer{
		ID: c.ID, Number: c.NumberText(), Title: c.Title, Place: c.Place.TownshipName + c.Place.VillageName, Was: was, Is: is,
		township: c.Place.Township, logged: c.LoggedAt,
	})
}
