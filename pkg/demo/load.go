package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// The county that is loaded for measuring: as large as a big real one.
const (
	LoadCounty        = "990700"
	loadTownships     = 20
	loadVillages      = 15 // of each township
	LoadCasesPerYear  = 20_000
	loadOverdueBehind = 25 // cases of each township that nobody escalated yet
)

// LoadRegions lists the places of the measured county.
func LoadRegions() []*models.Region {
	out := []*models.Region{{Code: LoadCounty, Kind: models.RegionCounty, Parent: LoadCounty[:4], Name: "大禾县", ShortName: "大禾县", Committee: "大禾县人民调解委员会", Office: "大禾县矛调中心"}}
	for t := range loadTownships {
		code := fmt.Sprintf("%s%03d", LoadCounty, 101+t)
		name := string([]rune("东西南北上下前后左右金木水火土甲乙丙丁戊")[t]) + "溪镇"
		out = append(out, township(code, LoadCounty, name, 6_000))
		for v := range loadVillages {
			out = append(out, village(fmt.Sprintf("%s%03d", code, 201+v), code, string([]rune("松柏梅竹兰桂桃李杏柳槐榆枫楠樟")[v])+"坪村", 400))
		}
	}
	return out
}

// Loader makes finished case documents by the rules, without the use cases around them: as many
// and as large as those of a county in use, with valid timelines and clocks.
type Loader struct {
	store    *store.Store
	ring     *seal.Ring
	rules    escalation.Rules
	villages []*models.Region
	places   map[string]models.Place
	end      time.Time
	seed     uint64
}

// NewLoader puts the measured county into an empty store that has policy and calendar. Its history
// ends at end.
func NewLoader(ctx context.Context, st *store.Store, ring *seal.Ring, rules escalation.Rules, end time.Time, seed uint64) (*Loader, error) {
	regions := LoadRegions()
	if err := putRegions(ctx, st, regions); err != nil {
		return nil, err
	}
	return ReopenLoader(ctx, st, ring, rules, end, seed)
}

// ReopenLoader is NewLoader for a store that has the county.
func ReopenLoader(ctx context.Context, st *store.Store, ring *seal.Ring, rules escalation.Rules, end time.Time, seed uint64) (*Loader, error) {
	l := &Loader{store: st, ring: ring, rules: rules, end: end.UTC().Truncate(time.Millisecond), seed: seed, places: map[string]models.Place{}}
	for _, r := range LoadRegions() {
		if r.Kind != models.RegionVillage {
			continue
		}
		place, err := st.Place(ctx, r.Code)
		if err != nil {
			return nil, err
		}
		l.villages, l.places[r.Code] = append(l.villages, r), place
	}
	return l, nil
}

// Load inserts count cases at a constant rate that ends at the loader's end: only recent ones are
// open. On top, every township has some whose deadline has just passed. progress, which may be nil, is
// called by several at once.
func (l *Loader) Load(ctx context.Context, count int, progress func(done int)) error {
	every := 365 * 24 * time.Hour / LoadCasesPerYear
	behind := loadTownships * loadOverdueBehind
	return l.insert(ctx, count, progress, func(i int, r *rand.Rand) (*models.Case, error) {
		if i < behind && count > 2*behind {
			return l.overdue(r, l.villages[(i%loadTownships)*loadVillages+i/loadTownships%loadVillages], i)
		}
		born := l.end.Add(-time.Duration(count-i) * every)
		return l.lived(r, l.villages[(i*7+i/len(l.villages))%len(l.villages)], born, i)
	})
}

// LoadYear inserts count cases that were logged evenly over a calendar year, which is more than any county
// has in one: rules are to be tried on as many.
func (l *Loader) LoadYear(ctx context.Context, year, count int, progress func(done int)) error {
	from := time.Date(year, 1, 1, 0, 0, 0, 0, workday.Zone)
	length := from.AddDate(1, 0, 0).Sub(from)
	return l.insert(ctx, count, progress, func(i int, r *rand.Rand) (*models.Case, error) {
		born := from.Add(length / time.Duration(count) * time.Duration(i))
		return l.lived(r, l.villages[(i*7+i/len(l.villages))%len(l.villages)], born, i)
	})
}

// LoadDue inserts count cases whose deadline has passed and that a sweep moves up.
func (l *Loader) LoadDue(ctx context.Context, count int, salt uint64) error {
	again := *l
	again.seed = l.seed ^ salt<<32
	return again.insert(ctx, count, nil, func(i int, r *rand.Rand) (*models.Case, error) {
		return again.overdue(r, l.villages[i*7%len(l.villages)], 1_000_000*int(salt)+i)
	})
}

// LoadOpen inserts count cases in mediation whose clock wants nothing for days. No county has so many;
// a sweep is to be as fast among them.
func (l *Loader) LoadOpen(ctx context.Context, count int, progress func(done int)) error {
	return l.insert(ctx, count, progress, func(i int, r *rand.Rand) (*models.Case, error) {
		born := l.end.Add(-15*time.Hour - time.Duration(r.IntN(45*60))*time.Minute)
		return l.lived(r, l.villages[i*7%len(l.villages)], born, i)
	})
}

// insert makes and inserts cases in parallel. Each is a function of its number and the seed.
func (l *Loader) insert(ctx context.Context, count int, progress func(done int), make func(i int, r *rand.Rand) (*models.Case, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	// Writers wait for the disk together: many of them share one commit.
	for range 64 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				c, err := make(i, rand.New(rand.NewPCG(l.seed, uint64(i))))
				if err == nil {
					err = l.store.InsertCase(ctx, c)
				}
				if err != nil {
					cancel(fmt.Errorf("load case %d: %w", i, err))
					return
				}
				if progress != nil {
					progress(int(done.Add(1)))
				}
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

// lived is a case that came in at born and is as far as a case of its age is.
func (l *Loader) lived(r *rand.Rand, village *models.Region, born time.Time, serial int) (*models.Case, error) {
	c, s, err := l.begin(r, kindOf(r, serial), village, born, serial)
	if err != nil {
		return nil, err
	}
	// Settled within the deadline of its type, so that a history of any length leaves as many open.
	settle := time.Duration(4+r.IntN(5)) * 24 * time.Hour
	steps := []struct {
		after time.Duration
		do    func(now time.Time) error
	}{
		{14 * time.Hour, s.accept},
		{14*time.Hour + settle/3, s.sit},
		{14*time.Hour + 2*settle/3, s.sit},
		{14*time.Hour + settle, s.agree},
		{14*time.Hour + settle + 240*time.Hour, s.perform},
	}
	for _, step := range steps {
		now := born.Add(step.after)
		if !now.Before(l.end) {
			break
		}
		if err := step.do(now); err != nil {
			return nil, err
		}
	}
	s.index()
	return c, nil
}

// overdue is a case in a village whose thirty days ended a little before the loader's end and that
// the next sweep moves up. Its warnings have gone out.
func (l *Loader) overdue(r *rand.Rand, village *models.Region, serial int) (*models.Case, error) {
	born := l.end.AddDate(0, 0, -46).Add(time.Duration(r.IntN(5*24)) * time.Hour)
	c, s, err := l.begin(r, "neighbourhood", village, born, serial)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.accept(born.Add(10*time.Hour)), s.sit(born.Add(80*time.Hour))); err != nil {
		return nil, err
	}
	for c.NextAt.Before(*c.DueAt) {
		at := *c.NextAt
		if err := l.rules.Carry(c, escalation.Decide(l.rules.Policy, c, at), at); err != nil {
			return nil, err
		}
	}
	if !c.DueAt.Before(l.end) {
		return nil, fmt.Errorf("case born %s is not due before %s", born, l.end)
	}
	s.index()
	return c, nil
}

// script does to one document what the use cases do.
type script struct {
	*Loader
	c       *models.Case
	r       *rand.Rand
	dispute dispute
	actor   models.Actor
	serial  int
}

func (l *Loader) begin(r *rand.Rand, kind models.DisputeType, village *models.Region, born time.Time, serial int) (*models.Case, *script, error) {
	d := invent(r, kind, village, models.Blue, born)
	f := d.form
	id := bson.NewObjectIDFromTimestamp(born)
	c := &models.Case{
		ID: id, Place: l.places[village.Code], Type: f.Type, Subtype: f.Subtype, Title: f.Title, Facts: f.Facts, Requests: f.Requests, Source: f.Source,
		AmountFen: f.AmountFen, Households: f.Households, Land: f.Land, Dividend: f.Dividend, Risk: f.Risk,
	}
	for _, p := range f.Parties {
		party := models.Party{Role: p.Role, Kind: p.Kind, Name: p.Name, Address: p.Address, Sex: p.Sex, Nation: p.Nation, Occupation: p.Occupation, Collective: p.Collective, Representative: p.Representative, Away: p.Away}
		var err error
		if party.IDNumber, err = l.sealed(id, "idNumber", p.IDNumber, models.MaskIDNumber(p.IDNumber)); err != nil {
			return nil, nil, err
		}
		if party.Phone, err = l.sealed(id, "phone", p.Phone, models.MaskPhone(p.Phone)); err != nil {
			return nil, nil, err
		}
		c.Conflict.Exists = c.Conflict.Exists || p.Collective && p.Role == models.Respondent
		c.Parties = append(c.Parties, party)
	}
	if c.Conflict.Exists {
		c.Conflict.Consent = "双方同意由村调委会调解。"
	}
	s := &script{Loader: l, c: c, r: r, dispute: d, serial: serial, actor: models.Actor{ID: "mediator-" + village.Code, Name: "赵守田", Role: models.RoleMediator, Region: village.Code}}
	rung, ok := l.rules.Policy.Intake(models.RegionVillage)
	if !ok {
		return nil, nil, errors.New("the policy has no village level")
	}
	clock, err := l.rules.Start(c, models.PhaseAcceptance, rung.Level, born, 0)
	if err != nil {
		return nil, nil, err
	}
	c.Log(s.actor, born, rung, models.OfficeOf(rung, c.Place), clock, "")
	return c, s, nil
}

func (l *Loader) sealed(id bson.ObjectID, field, plain, mask string) (models.Sealed, error) {
	if plain == "" {
		return models.Sealed{}, nil
	}
	key, box, err := l.ring.Seal(plain, id.Hex()+"/"+field)
	return models.Sealed{KeyID: key, Box: box, Index: l.ring.Index(plain), Mask: mask}, err
}

// Form is a dispute in the measured county as a client sends it: the same for the same number.
func Form(number uint64, at time.Time) casework.LogForm {
	r := rand.New(rand.NewPCG(number, 1))
	regions := LoadRegions()
	for {
		if village := pick(r, regions); village.Kind == models.RegionVillage {
			return invent(r, kindOf(r, int(number)), village, models.Blue, at).form
		}
	}
}
