package rules

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Service carries out what is done to the rules. Safe for concurrent use.
type Service struct {
	store    *store.Store
	sweeper  *escalation.Sweeper
	validate *models.Validator
	now      func() time.Time
}

// New makes the service. now is cut to the millisecond, as times are stored.
func New(st *store.Store, now func() time.Time) *Service {
	return &Service{
		store: st, sweeper: escalation.NewSweeper(st), validate: models.NewValidator(),
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
}

// Standing is what a version is good for at a moment.
type Standing string

const (
	InForce    Standing = "in_force"   // 现行
	Coming     Standing = "coming"     // 待生效
	Superseded Standing = "superseded" // 被取代: another took, or takes, effect at the same moment
	Past       Standing = "past"       // 已停用
)

// Name is the standing as people say it.
func (s Standing) Name() string {
	return map[Standing]string{InForce: "现行", Coming: "待生效", Superseded: "没有生效", Past: "已停用"}[s]
}

// Version is one version with what it is good for now.
type Version struct {
	*models.Policy
	Standing Standing
}

// Key names a version in an address: 3, or d1 for the first of those for every county.
func (v Version) Key() string { return KeyOf(v.Policy) }

// KeyOf names a policy in an address; see Version.Key.
func KeyOf(p *models.Policy) string {
	if p.County == "" {
		return "d" + strconv.Itoa(p.Number)
	}
	return strconv.Itoa(p.Number)
}

// CountyOf is the county whose rules hold where somebody sits, "" where that is no single county.
func CountyOf(region string) string {
	if len(region) < 6 {
		return ""
	}
	return region[:6]
}

// Versions lists every version that matters to a county, the one that takes effect last first: its own,
// then those for every county.
func (s *Service) Versions(ctx context.Context, county string) ([]Version, error) {
	var all []*models.Policy
	for _, of := range slices.Compact([]string{county, ""}) {
		found, err := s.store.Policies(ctx, of)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	now := s.now()
	current, err := s.store.PolicyInForce(ctx, county, now)
	if err != nil && models.AsError(err).Code != "policy.none" {
		return nil, err
	}
	out := make([]Version, len(all))
	for i, p := range all {
		out[i] = Version{Policy: p, Standing: standing(p, all, current, now)}
	}
	return out, nil
}

func standing(p *models.Policy, all []*models.Policy, current *models.Policy, now time.Time) Standing {
	if current != nil && p.ID == current.ID {
		return InForce
	}
	for _, other := range all {
		if other.County == p.County && other.EffectiveFrom.Equal(p.EffectiveFrom) && other.Number > p.Number {
			return Superseded
		}
	}
	owned := current != nil && current.County != "" // the county has its own: those for every county are no more
	if p.EffectiveFrom.After(now) && (p.County != "" || !owned) {
		return Coming
	}
	return Past
}

// Version finds a version by its key among those that matter to a county.
func (s *Service) Version(ctx context.Context, county, key string) (Version, error) {
	all, err := s.Versions(ctx, county)
	if err != nil {
		return Version{}, err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return v.Key() == key })
	if i < 0 {
		return Version{}, models.Errorf(models.NotFound, "not_found", "没有找到这一版时限规则")
	}
	return all[i], nil
}

// Current is the policy in force in a county.
func (s *Service) Current(ctx context.Context, county string) (*models.Policy, error) {
	return s.store.PolicyInForce(ctx, county, s.now())
}

// Latest is the number of a county's newest version of its own, 0 where it has none.
func (s *Service) Latest(ctx context.Context, county string) (int, error) {
	own, err := s.store.Policies(ctx, county)
	latest := 0
	for _, p := range own {
		latest = max(latest, p.Number)
	}
	return latest, err
}

// Publish adds a version to those of a county inside the actor's scope. base is the newest version that
// they knew (see Latest): where another was published meanwhile this is a Conflict, and of several who
// publish at once one wins. The version takes effect on a day after today, at its beginning, and not
// before a version that is to come; on the same day it takes that one's place. What else is wrong with
// it is an Invalid error that names the fields.
func (s *Service) Publish(ctx context.Context, actor models.Actor, county string, p *models.Policy, base int) (*models.Policy, error) {
	if models.RegionKindOf(county) != models.RegionCounty || !actor.Scope().Covers(county) {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个县")
	}
	own, err := s.store.Policies(ctx, county)
	if err != nil {
		return nil, err
	}
	newest := &models.Policy{}
	for _, other := range own {
		if other.Number > newest.Number {
			newest = other
		}
	}
	switch {
	case newest.Number > base:
		return nil, s.taken(newest)
	case newest.Number < base:
		return nil, models.Errorf(models.Malformed, "policy.base", "表单没有完整收到，请回到时限规则重新打开")
	}
	now := s.now()
	next := *p
	next.Head, next.County, next.Number = docstore.Head{}, county, base+1
	next.ID = models.PolicyID(county, next.Number)
	next.EffectiveFrom = workday.OfTime(p.EffectiveFrom).Start()
	next.PublishedAt, next.PublishedBy = &now, &actor
	if err := s.check(&next, own, now); err != nil {
		return nil, err
	}
	err = s.store.InsertPolicy(ctx, &next)
	if store.IsDuplicate(err, docstore.IDIndex) {
		other, err := s.store.Policy(ctx, county, next.Number)
		if err != nil {
			return nil, err
		}
		return nil, s.taken(other)
	}
	if err != nil {
		return nil, err
	}
	return &next, nil
}

// taken tells somebody that another was faster.
func (s *Service) taken(other *models.Policy) error {
	who := "有人"
	if other.PublishedBy != nil {
		who = other.PublishedBy.Name
	}
	return models.Errorf(models.Conflict, "policy.conflict", "%s刚刚发布了%s（%s起生效）。您填写的内容还在，请先看过那一版，再决定要不要发布",
		who, other.VersionName(), workday.OfTime(other.EffectiveFrom))
}

// Check says everything that is wrong with a version that is to be published in a county, as Publish
// does.
func (s *Service) Check(ctx context.Context, county string, p *models.Policy) error {
	own, err := s.store.Policies(ctx, county)
	if err != nil {
		return err
	}
	return s.check(p, own, s.now())
}

func (s *Service) check(p *models.Policy, own []*models.Policy, now time.Time) error {
	faults := &models.Error{Kind: models.Invalid, Code: "policy.invalid", Message: "时限规则填写有误，请按提示修改"}
	faults.Fields = effectiveFaults(p, own, now)
	whole := false
	for _, err := range []error{s.validate.Check(p), p.Check()} {
		if err == nil {
			continue
		}
		e := models.AsError(err)
		if e.Kind != models.Invalid {
			return err
		}
		if e.Code == faults.Code { // of all of it together
			faults.Message, whole = e.Message, true
		}
		for _, f := range e.Fields {
			f.Field = fieldOf(f.Field)
			if !slices.ContainsFunc(faults.Fields, func(o models.FieldError) bool { return o.Field == f.Field }) {
				faults.Fields = append(faults.Fields, f)
			}
		}
	}
	if len(faults.Fields) == 0 && !whole {
		return nil
	}
	return faults
}

// fieldOf is the field of the form in which a fault is put right: a list typed in one field, and the
// name of a rule whose number nobody types.
func fieldOf(path string) string {
	if i := strings.LastIndex(path, "["); strings.HasSuffix(path, "]") && i > 0 {
		path = path[:i]
	}
	if rule, ok := strings.CutSuffix(path, ".id"); ok {
		return rule + ".name"
	}
	return path
}
