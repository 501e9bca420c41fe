package screening_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// TestTheDrawIsFair: it does not depend on the order of the files, takes no file twice, and over many
// seeds each as often as another.
func TestTheDrawIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.StringMatching(`[0-9a-f]{24}`), rapid.ID).Draw(t, "ids")
		seed, n := rapid.String().Draw(t, "seed"), rapid.IntRange(0, 20).Draw(t, "n")
		drawn := screening.Drawn(seed, ids, n)
		require.Len(t, drawn, min(n, len(ids)))
		require.True(t, slices.Equal(drawn, screening.Drawn(seed, rapid.Permutation(ids).Draw(t, "order"), n)))
		for _, id := range drawn {
			require.Contains(t, ids, id)
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(drawn))), len(drawn))
	})
	times := map[string]int{}
	var ids []string
	for i := range 20 {
		ids = append(ids, fmt.Sprintf("%024x", i))
	}
	for seed := range 4000 {
		for _, id := range screening.Drawn(fmt.Sprint(seed), ids, 5) {
			times[id]++
		}
	}
	for _, id := range ids {
		require.InDelta(t, 1000, times[id], 120, "of 4000 draws of a quarter")
	}
}

// guarded makes ended cases of one village with texts and times of one's own.
type guarded struct {
	t     *testing.T
	cases []*models.Case
	guard *models.GuardThresholds // nil for the default
}

func (g *guarded) limits() models.GuardThresholds {
	if g.guard != nil {
		return *g.guard
	}
	return models.DefaultGuard()
}

// add ends a case by an agreement so long after its logging.
func (g *guarded) add(at string, took time.Duration, facts string, names ...string) *models.Case {
	g.t.Helper()
	s := begin(g.t, at, models.Blue)
	s.c.Facts = facts
	for i, name := range names {
		s.c.Parties[i].Name = name
	}
	s.village(models.ActionAccept)
	s.now = s.now.Add(took)
	s.village(models.ActionAgree)
	g.cases = append(g.cases, s.c)
	return s.c
}

func (g *guarded) inspect(past []*models.Report, villages []*models.Region) map[models.CheckKind][]models.CheckItem {
	check := screening.Inspect(townships[0], window(g.t, "2026-10"), "seed", g.limits(), g.cases, past, villages)
	out, keys := map[models.CheckKind][]models.CheckItem{}, map[string]bool{}
	for _, i := range check.Items {
		require.False(g.t, keys[i.Key], "a key twice: %s", i.Key)
		keys[i.Key] = true
		out[i.Kind] = append(out[i.Kind], i)
	}
	return out
}

const days = 24 * time.Hour

// story is a text long enough to be compared.
func story(who, other, rent string) string {
	return who + "于二〇二三年春天把村东头的三亩水田租给" + other + "种植大蒜，口头约定每年每亩租金" + rent + "元，秋收以后一次付清。去年收成不好，对方一直拖着没有给，" + who + "几次上门讨要都没有结果，两家为此在村口争吵起来，邻居劝开以后来到村里要求调解。"
}

func TestSimilarTexts(t *testing.T) {
	t.Parallel()
	g := &guarded{t: t}
	a := g.add("2026-10-02 09:00", 3*days, story("陈大山", "丰禾合作社", "800"), "陈大山", "丰禾合作社")
	b := g.add("2026-10-05 09:00", 4*days, story("李小河", "金穗家庭农场", "1200"), "李小河", "金穗家庭农场")
	g.add("2026-10-06 09:00", 5*days, "两家共用的院墙年久失修倒塌，砸坏了邻居停在墙边的三轮车，对重新砌墙的费用由谁承担说法不一，都认为是对方多年前私自加高院墙造成的，村干部上门看过现场以后约双方到村委会坐下来商量。", "王五", "赵六")
	g.add("2026-10-07 09:00", 6*days, "短", "孙七", "周八")
	g.add("2026-10-08 09:00", 7*days, "短", "吴九", "郑十")
	found := g.inspect(nil, nil)[models.CheckSimilar]
	require.Len(t, found, 1)
	var ids []string
	for _, c := range found[0].Cases {
		ids = append(ids, c.ID)
	}
	require.ElementsMatch(t, []string{a.ID.Hex(), b.ID.Hex()}, ids, "the same story with other names and sums; short texts are alike by nature")
	require.Contains(t, found[0].Ground, "2件")
	require.NotContains(t, found[0].Ground, "陈大山", "no person is named")
}

func TestTooFastAndBatches(t *testing.T) {
	t.Parallel()
	g := &guarded{t: t}
	fast := g.add("2026-10-02 09:00", 59*time.Minute, "事实")
	g.add("2026-10-03 09:00", time.Hour, "事实")
	for i := range 4 { // all ended at noon, give or take
		g.add(fmt.Sprintf("2026-10-%02d 09:00", 10+i), time.Duration(10-i)*days+time.Duration(i)*10*time.Minute, "事实")
	}
	for i := range 3 {
		g.add(fmt.Sprintf("2026-10-%02d 15:00", 10+i), time.Duration(12-i)*days, "事实")
	}
	found := g.inspect(nil, nil)
	require.Len(t, found[models.CheckFast], 1)
	require.Equal(t, fast.ID.Hex(), found[models.CheckFast][0].Cases[0].ID)
	require.Equal(t, "登记后59分钟就达成协议", found[models.CheckFast][0].Ground)
	require.Len(t, found[models.CheckBatch], 1, "three at once are no batch")
	require.Equal(t, "北坡村有4件在30分钟内先后办结", found[models.CheckBatch][0].Ground)
	require.Len(t, found[models.CheckCall], 5, "five at least are called back")
}

func TestUnlikelyShares(t *testing.T) {
	t.Parallel()
	places := func(households ...int) []*models.Region {
		var out []*models.Region
		for i, n := range households {
			out = append(out, &models.Region{Code: fmt.Sprintf("330681101%03d", 201+i), Kind: models.RegionVillage, Name: fmt.Sprintf("%c村", '甲'+rune(i)), Households: n})
		}
		return out
	}
	months := func(villages []*models.Region, ended ...int64) []*models.Report {
		table := models.Table{Key: "village", Columns: []string{"opened", "concluded"}}
		for i, n := range ended {
			table.Rows = append(table.Rows, models.TableRow{Code: villages[i].Code, Name: villages[i].Name, Values: []int64{0, n}})
		}
		return []*models.Report{{Tables: []models.Table{table}}, {Tables: []models.Table{table}}}
	}
	four, uneven, unknown := places(400, 400, 400, 400), places(3000, 400, 400, 400), places(0, 0, 0, 0)
	for name, tt := range map[string]struct {
		villages []*models.Region
		ended    []int64 // of each, in each of two months
		want     string
	}{
		"even":                      {four, []int64{10, 11, 9, 10}, ""},
		"most of all":               {four, []int64{30, 5, 4, 4}, "占全镇86件的69.8%；按户数大约应有22件"},
		"most, but largest by far":  {uneven, []int64{30, 5, 4, 4}, ""},
		"few at all":                {four, []int64{4, 0, 0, 0}, ""},
		"no households known":       {unknown, []int64{30, 5, 4, 4}, "按村数大约应有22件"},
		"the only village":          {four[:1], []int64{40}, ""},
		"twice as many, by chance?": {four, []int64{5, 1, 2, 2}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &guarded{t: t}
			found := g.inspect(months(tt.villages, tt.ended...), tt.villages)[models.CheckShare]
			if tt.want == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Contains(t, found[0].Ground, tt.want)
			require.NotEmpty(t, found[0].Place)
		})
	}
}

func TestChecksAreDrawnOnceAndRecorded(t *testing.T) {
	t.Parallel()
	h := newHistory(t, policy(), seeded(3))
	h.live(1200, 6, nil) // months in which more cases end than are drawn
	k := keep(t, h)
	_, err := k.service.BuildMissing(t.Context(), nil)
	require.NoError(t, err)
	code, last, cases := townships[0].Code, "", []*models.Case(nil)
	for _, m := range k.months() {
		ended, err := k.service.Cases(t.Context(), everything, code, m, "concluded")
		require.NoError(t, err)
		if len(ended) > len(cases) {
			last, cases = m, ended
		}
	}
	require.Greater(t, len(cases), models.DefaultGuard().DrawLeast, "more than are drawn")
	k.now = window(t, last).End.Add(6 * time.Hour)
	made, err := k.service.BuildChecks(t.Context())
	require.NoError(t, err)
	require.Equal(t, len(townships), made)
	made, err = k.service.BuildChecks(t.Context())
	require.NoError(t, err)
	require.Zero(t, made, "the first draw stays")

	check, err := k.service.Check(t.Context(), everything, code, last)
	require.NoError(t, err)
	require.Len(t, check.Seed, 32)
	require.Equal(t, len(cases), check.Population)
	same, population, err := k.service.Redrawn(t.Context(), check)
	require.NoError(t, err)
	require.True(t, same, "who has the seed draws the same")
	require.Equal(t, check.Population, population)
	others := 0 // of a few cases, two seeds may well draw the same
	for digit := range strings.SplitSeq("0123456789", "") {
		forged := *check
		forged.Seed = strings.Repeat(digit, 32)
		same, _, err = k.service.Redrawn(t.Context(), &forged)
		require.NoError(t, err)
		if !same {
			others++
		}
	}
	require.Positive(t, others, "whoever has another seed draws others, of %d cases", population)

	record := func(form screening.CheckForm) (*models.FileCheck, error) {
		return k.service.RecordCheck(t.Context(), officer, code, last, form)
	}
	first := check.Items[0]
	for name, tt := range map[string]struct {
		form  screening.CheckForm
		field string
	}{
		"no result":        {screening.CheckForm{Result: "perhaps"}, "result"},
		"untrue, no words": {screening.CheckForm{Result: "false"}, "note"},
		"a phone":          {screening.CheckForm{Result: "true", Note: "电话13800005678"}, "note"},
	} {
		tt.form.Version, tt.form.Item = check.Version, first.Key
		_, err := record(tt.form)
		require.Equal(t, tt.field, models.AsError(err).Fields[0].Field, name)
	}
	done, err := record(screening.CheckForm{Version: check.Version, Item: first.Key, Result: "true"})
	require.NoError(t, err)
	require.Equal(t, "true", done.Item(first.Key).Result)
	require.Equal(t, officer, *done.Item(first.Key).By)
	_, err = record(screening.CheckForm{Version: check.Version, Item: first.Key, Result: "unreached", Note: "没人接"})
	requireTold(t, models.Conflict, "conflict", err)
	require.Contains(t, models.AsError(err).Message, officer.Name)
	_, err = record(screening.CheckForm{Version: done.Version, Item: "nothing", Result: "true"})
	require.Equal(t, models.NotFound, models.AsError(err).Kind)
	_, err = k.service.Check(t.Context(), models.Scope{Region: townships[1].Code}, code, last)
	require.Equal(t, models.NotFound, models.AsError(err).Kind)
	_, err = k.service.Check(t.Context(), everything, county.Code, last)
	require.Equal(t, models.NotFound, models.AsError(err).Kind)
}
