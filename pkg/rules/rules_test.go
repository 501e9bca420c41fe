package rules_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/rules"
)

func (w *world) standings(t *testing.T, of string) map[string]rules.Standing {
	t.Helper()
	all, err := w.Deadlines.Versions(t.Context(), of)
	require.NoError(t, err)
	out := map[string]rules.Standing{}
	for _, v := range all {
		out[v.Key()] = v.Standing
		found, err := w.Deadlines.Version(t.Context(), of, v.Key())
		require.NoError(t, err)
		require.Equal(t, v, found)
		require.NotEmpty(t, v.Standing.Name())
	}
	return out
}

func (w *world) publish(t *testing.T, from string) (*models.Policy, error) {
	t.Helper()
	latest, err := w.Deadlines.Latest(t.Context(), county)
	require.NoError(t, err)
	return w.Deadlines.Publish(t.Context(), boss, county, candidate(func(p *models.Policy) { p.EffectiveFrom = local(from + " 00:00") }), latest)
}

// TestVersions follows a county through the versions it publishes.
func TestVersions(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		require.Equal(t, map[string]rules.Standing{"d1": rules.InForce}, w.standings(t, county))
		first, err := w.publish(t, "2027-01-01")
		require.NoError(t, err)
		require.Equal(t, models.PolicyID(county, 1), first.ID)
		require.Equal(t, "第1版", first.VersionName())
		require.Equal(t, local("2027-01-01 00:00"), first.EffectiveFrom)
		require.Equal(t, now, *first.PublishedAt)
		require.Equal(t, boss, *first.PublishedBy)
		require.Equal(t, map[string]rules.Standing{"1": rules.Coming, "d1": rules.InForce}, w.standings(t, county))
		require.Equal(t, map[string]rules.Standing{"d1": rules.InForce}, w.standings(t, otherCounty), "it is nobody else's")
		require.Equal(t, map[string]rules.Standing{"d1": rules.InForce}, w.standings(t, ""))

		_, err = w.publish(t, "2027-01-01")
		require.NoError(t, err, "another thought before the day")
		_, err = w.publish(t, "2027-03-01")
		require.NoError(t, err)
		require.Equal(t, map[string]rules.Standing{"1": rules.Superseded, "2": rules.Coming, "3": rules.Coming, "d1": rules.InForce}, w.standings(t, county))
		current, err := w.Deadlines.Current(t.Context(), county)
		require.NoError(t, err)
		require.Equal(t, models.PolicyID("", 1), current.ID)

		w.now = local("2027-01-01 00:00")
		require.Equal(t, map[string]rules.Standing{"1": rules.Superseded, "2": rules.InForce, "3": rules.Coming, "d1": rules.Past}, w.standings(t, county))
		w.now = local("2027-03-01 00:00")
		require.Equal(t, map[string]rules.Standing{"1": rules.Superseded, "2": rules.Past, "3": rules.InForce, "d1": rules.Past}, w.standings(t, county))
		_, err = w.Deadlines.Version(t.Context(), county, "4")
		require.Equal(t, models.NotFound, models.AsError(err).Kind)
		_, err = w.Deadlines.Version(t.Context(), otherCounty, "1")
		require.Equal(t, models.NotFound, models.AsError(err).Kind)
	})
}

// TestPublishRefuses: what must not come into force does not, and says why.
func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	_, err := w.publish(t, "2027-02-01")
	require.NoError(t, err)
	for _, test := range []struct {
		name   string
		change func(*models.Policy)
		want   map[string]string
		whole  string
	}{
		{"today", func(p *models.Policy) { p.EffectiveFrom = local("2026-11-24 23:00") }, map[string]string{"effectiveFrom": "生效日期应在今天（2026-11-24）以后，已经开始计算的期限不变"}, ""},
		{"last year", func(p *models.Policy) { p.EffectiveFrom = local("2025-01-01 00:00") }, map[string]string{"effectiveFrom": "生效日期应在今天（2026-11-24）以后，已经开始计算的期限不变"}, ""},
		{"no day", func(p *models.Policy) { p.EffectiveFrom = time.Time{} }, map[string]string{"effectiveFrom": "生效日期应在今天（2026-11-24）以后，已经开始计算的期限不变"}, ""},
		{"before one that is to come", func(p *models.Policy) { p.EffectiveFrom = local("2027-01-31 00:00") }, map[string]string{"effectiveFrom": "第1版将在2027-02-01生效，新的一版不能比它早；写同一天，就以新的一版为准"}, ""},
		{"a gap", func(p *models.Policy) { p.Rules[1].Risks = p.Rules[1].Risks[:1] }, map[string]string{}, "规则有缺漏：村级调解没有规则：土地流转，风险黄（一般）"},
		{"an overlap", func(p *models.Policy) { p.Rules[4].Except = p.Rules[4].Except[:1] }, map[string]string{"rules[4].name": "规则“村级其他纠纷”和“村级集体分红”重叠：村级调解，集体分红，风险蓝（低）、黄（一般），无利益冲突"}, ""},
		{"fields", func(p *models.Policy) {
			p.Name, p.Rules[0].Days, p.Rules[1].Unit, p.Rules[2].WarnDays, p.Rules[3].ID = "", 0, "weeks", []int{5, 90}, ""
			p.ReturnMaxDays, p.PoliceHours, p.ExtendMaxDays = 1, 100, 61
		}, map[string]string{
			"name": "请填写名称", "rules[0].days": "天数不能小于1", "rules[1].unit": "请从列表中选择算法", "rules[2].warnDays": "提前提醒的天数不能大于60", "rules[3].name": "请填写规则编号",
			"returnMaxDays": "退回补充的最多天数不能少于前面的最少数", "policeHours": "登记报告公安的小时数不能大于72", "extendMaxDays": "延期的最多天数不能大于60",
		}, ""},
		{"a field and a gap", func(p *models.Policy) { p.Rules[5].Days, p.Rules[6].Levels = 400, []string{"tonwship"} },
			map[string]string{"rules[5].days": "天数不能大于365", "rules[6].levels": "规则“镇级签收”：没有“tonwship”这个层级"}, "规则有缺漏：镇级签收没有规则：各类纠纷"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := candidate(func(p *models.Policy) { p.EffectiveFrom = local("2027-03-01 00:00") }, test.change)
			_, err := w.Deadlines.Publish(t.Context(), boss, county, p, 1)
			requireFaults(t, err, test.want)
			requireFaults(t, w.Deadlines.Check(t.Context(), county, p), test.want)
			if test.whole != "" {
				require.Equal(t, test.whole, models.AsError(err).Message)
			}
		})
	}
	all, err := w.Deadlines.Versions(t.Context(), county)
	require.NoError(t, err)
	require.Len(t, all, 2, "nothing of it was kept")
}

// TestPublishElsewhere: a county is another's business, and so is a place that is none.
func TestPublishElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	for _, of := range []string{otherCounty, "", "3306", north, "x"} {
		_, err := w.Deadlines.Publish(t.Context(), boss, of, candidate(), 0)
		require.Equal(t, models.NotFound, models.AsError(err).Kind, of)
	}
	_, err := w.Deadlines.Publish(t.Context(), boss, county, candidate(), 7)
	require.Equal(t, models.Malformed, models.AsError(err).Kind, "a number that nobody gave")
}

// TestPublishTogether: of many who publish at once one wins; the others are told who it was.
func TestPublishTogether(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		const many = 8
		errs := make([]error, many)
		var group sync.WaitGroup
		for i := range many {
			group.Go(func() {
				_, errs[i] = w.Deadlines.Publish(t.Context(), boss, county, candidate(func(p *models.Policy) { p.Name = fmt.Sprint("稿", i) }), 0)
			})
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			e := models.AsError(err)
			require.Equal(t, models.Conflict, e.Kind, "%v", err)
			require.Equal(t, "方正平刚刚发布了第1版（2027-01-01起生效）。您填写的内容还在，请先看过那一版，再决定要不要发布", e.Message)
		}
		require.Equal(t, 1, won)
		latest, err := w.Deadlines.Latest(t.Context(), county)
		require.NoError(t, err)
		require.Equal(t, 1, latest)
		_, err = w.Deadlines.Publish(t.Context(), rival, county, candidate(), 0)
		require.Equal(t, models.Conflict, models.AsError(err).Kind, "who began before it is told as well")
		_, err = w.Deadlines.Publish(t.Context(), rival, county, candidate(), 1)
		require.NoError(t, err)
	})
}

// TestPublishingChangesNoDeadline: a case that runs keeps its deadline and the number of the version
// that made it, also when the new version has taken effect; its next clock is made by the new one.
func TestPublishingChangesNoDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, enginetest.Embedded(t))
	c := lived(t, 1, life{north, models.LandTransfer, "2026-11-24 09:00", 1, -1, "", ""})
	w.keep(t, c)
	before := w.read(t, c)
	_, err := w.Deadlines.Publish(t.Context(), boss, county, candidate(func(p *models.Policy) { p.EffectiveFrom = local("2026-12-01 00:00") }), 0)
	require.NoError(t, err)
	w.now = local("2026-12-02 08:00")
	_, err = w.Recount(t.Context(), w.now)
	require.NoError(t, err)
	kept := w.read(t, c)
	require.Equal(t, before, kept)
	require.Equal(t, []any{"", 1}, []any{kept.RunningClock().PolicyCounty, kept.RunningClock().PolicyNumber})

	_, err = escalation.NewSweeper(w.store).Run(t.Context(), c.DueAt.Add(time.Hour))
	require.NoError(t, err)
	up := w.read(t, c)
	require.Len(t, up.Stages, 2)
	require.Equal(t, []any{county, 1}, []any{up.RunningClock().PolicyCounty, up.RunningClock().PolicyNumber})
}
