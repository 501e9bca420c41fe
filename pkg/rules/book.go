package rules

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Kind is a kind of rules of which a county has versions.
type Kind[T any] interface {
	*T
	models.Ruled
}

// Book is the versions of one kind of rules. It lists them, publishes one for days to come, and finds
// the one in force. What the rules say is their own: Book knows their edition.
type Book[T any, P Kind[T]] struct {
	title string // 时限规则, as pages call them
	noun  string // 时限规则, as a version that is not there is called
	code  string // of errors about their fields: policy
	kept  string // what an earlier day would change: 已经开始计算的期限不变
	shelf shelf[P]
	// joins says what is wrong with a version beside a county's others, nil where any may follow any.
	joins    func(next P, own []P) []models.FieldError
	validate *models.Validator
	now      func() time.Time
}

// shelf is where the versions of one kind are kept.
type shelf[P any] struct {
	one     func(ctx context.Context, county string, number int) (P, error)
	all     func(ctx context.Context, county string) ([]P, error)
	inForce func(ctx context.Context, county string, now time.Time) (P, error)
	insert  func(ctx context.Context, p P) error
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
type Version[P models.Ruled] struct {
	Rules    P
	Standing Standing
}

// Issue is the edition of the version.
func (v Version[P]) Issue() *models.Edition { return v.Rules.Issue() }

// Key names a version in an address: 3, or d1 for the first of those for every county.
func (v Version[P]) Key() string { return KeyOf(v.Issue().County, v.Issue().Number) }

// KeyOf names a version in an address; see Version.Key.
func KeyOf(county string, number int) string {
	if county == "" {
		return "d" + strconv.Itoa(number)
	}
	return strconv.Itoa(number)
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
func (b *Book[T, P]) Versions(ctx context.Context, county string) ([]Version[P], error) {
	var all []P
	for _, of := range slices.Compact([]string{county, ""}) {
		found, err := b.shelf.all(ctx, of)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	now := b.now()
	current, err := b.shelf.inForce(ctx, county, now)
	if err != nil && !none(err) {
		return nil, err
	}
	if current != nil && !slices.ContainsFunc(all, func(p P) bool { return p.Issue().ID == current.Issue().ID }) {
		all = append(all, current) // the one the system comes with, which nobody has stored yet
	}
	out := make([]Version[P], len(all))
	for i, p := range all {
		out[i] = Version[P]{Rules: p, Standing: standing(p, all, current, now)}
	}
	return out, nil
}

// none says whether an error is that of a county which has no rules of a kind yet.
func none(err error) bool { return models.AsError(err).Kind == models.Precondition }

func standing[T any, P Kind[T]](version P, all []P, inForce P, now time.Time) Standing {
	p := version.Issue()
	if inForce != nil && p.ID == inForce.Issue().ID {
		return InForce
	}
	for _, o := range all {
		other := o.Issue()
		if other.County == p.County && other.EffectiveFrom.Equal(p.EffectiveFrom) && other.Number > p.Number {
			return Superseded
		}
	}
	owned := inForce != nil && inForce.Issue().County != "" // the county has its own: those for every county are no more
	if p.EffectiveFrom.After(now) && (p.County != "" || !owned) {
		return Coming
	}
	return Past
}

// Version finds a version by its key among those that matter to a county.
func (b *Book[T, P]) Version(ctx context.Context, county, key string) (Version[P], error) {
	all, err := b.Versions(ctx, county)
	if err != nil {
		return Version[P]{}, err
	}
	i := slices.IndexFunc(all, func(v Version[P]) bool { return v.Key() == key })
	if i < 0 {
		return Version[P]{}, models.Errorf(models.NotFound, "not_found", "没有找到这一版%s", b.noun)
	}
	return all[i], nil
}

// Current is the version in force in a county. Where there is none, and none comes with the system,
// that is a Precondition error.
func (b *Book[T, P]) Current(ctx context.Context, county string) (P, error) {
	return b.shelf.inForce(ctx, county, b.now())
}

// Latest is the number of a county's newest version of its own, 0 where it has none.
func (b *Book[T, P]) Latest(ctx context.Context, county string) (int, error) {
	own, err := b.shelf.all(ctx, county)
	latest := 0
	for _, p := range own {
		latest = max(latest, p.Issue().Number)
	}
	return latest, err
}

// Publish adds a version to those of a county inside the actor's scope. base is the newest version that
// they knew (see Latest): where another was published meanwhile this is a Conflict, and of several who
// publish at once one wins. The version takes effect on a day after today, at its beginning, and not
// before a version that is to come; on the same day it takes that one's place. What else is wrong with
// it is an Invalid error that names the fields.
func (b *Book[T, P]) Publish(ctx context.Context, actor models.Actor, county string, p P, base int) (P, error) {
	if models.RegionKindOf(county) != models.RegionCounty || !actor.Scope().Covers(county) {
		return nil, models.Errorf(models.NotFound, "not_found", "没有找到这个县")
	}
	own, err := b.shelf.all(ctx, county)
	if err != nil {
		return nil, err
	}
	newest := &models.Edition{}
	for _, other := range own {
		if other.Issue().Number > newest.Number {
			newest = other.Issue()
		}
	}
	switch {
	case newest.Number > base:
		return nil, taken(newest)
	case newest.Number < base:
		return nil, b.Unread()
	}
	now := b.now()
	copied := *p
	next := P(&copied)
	*next.Issue() = models.Edition{
		ID: models.PolicyID(county, base+1), County: county, Number: base + 1, Name: p.Issue().Name,
		EffectiveFrom: workday.OfTime(p.Issue().EffectiveFrom).Start(), PublishedAt: &now, PublishedBy: &actor,
	}
	if err := b.check(next, own, now); err != nil {
		return nil, err
	}
	err = b.shelf.insert(ctx, next)
	if store.IsDuplicate(err, docstore.IDIndex) {
		other, err := b.shelf.one(ctx, county, base+1)
		if err != nil {
			return nil, err
		}
		return nil, taken(other.Issue())
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}

// Unread is told of a form that does not say which version it was made on top of.
func (b *Book[T, P]) Unread() error {
	return models.Errorf(models.Malformed, "policy.base", "表单没有完整收到，请回到%s重新打开", b.title)
}

// taken tells somebody that another was faster.
func taken(other *models.Edition) error {
	who := "有人"
	if other.PublishedBy != nil {
		who = other.PublishedBy.Name
	}
	return models.Errorf(models.Conflict, "policy.conflict", "%s刚刚发布了%s（%s起生效）。您填写的内容还在，请先看过那一版，再决定要不要发布",
		who, other.VersionName(), workday.OfTime(other.EffectiveFrom))
}

// Check says everything that is wrong with a version that is to be published in a county, as Publish
// does.
func (b *Book[T, P]) Check(ctx context.Context, county string, p P) error {
	own, err := b.shelf.all(ctx, county)
	if err != nil {
		return err
	}
	return b.check(p, own, b.now())
}

func (b *Book[T, P]) check(p P, own []P, now time.Time) error {
	faults := &models.Error{Kind: models.Invalid, Code: b.code + ".invalid", Message: b.noun + "填写有误，请按提示修改"}
	faults.Fields = b.effectiveFaults(p, own, now)
	if b.joins != nil && len(faults.Fields) == 0 {
		faults.Fields = b.joins(p, own)
	}
	whole := false
	for _, err := range []error{b.validate.Check(p), p.Check()} {
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

// effectiveFaults says what is wrong with the day on which a version is to take effect.
func (b *Book[T, P]) effectiveFaults(p P, own []P, now time.Time) []models.FieldError {
	from, today := workday.OfTime(p.Issue().EffectiveFrom), workday.OfTime(now)
	var faults []models.FieldError
	if !today.Before(from) {
		faults = append(faults, models.FieldError{Field: "effectiveFrom", Message: fmt.Sprintf("生效日期应在今天（%s）以后，%s", today, b.kept)})
	}
	for _, o := range own {
		other := o.Issue()
		if coming := workday.OfTime(other.EffectiveFrom); today.Before(coming) && from.Before(coming) && today.Before(from) {
			return append(faults, models.FieldError{Field: "effectiveFrom", Message: fmt.Sprintf(
				"%s将在%s生效，新的一版不能比它早；写同一天，就以新的一版为准", other.VersionName(), coming)})
		}
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
