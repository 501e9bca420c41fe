package screening_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx/docxtest"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

// TestThresholdsOfACounty: what a county sets holds for the months that end afterwards, and for no other
// county; every rule has its own, none twice.
func TestThresholdsOfACounty(t *testing.T) {
	t.Parallel()
	k := keepShort(t)
	official := models.Actor{ID: "county", Name: "方正平", Role: models.RoleCounty, Region: county.Code}
	over, running := k.months()[len(k.months())-2], screening.MonthOf(k.now)
	advice := func(month, key string) *screening.Advice {
		view, err := k.service.Report(t.Context(), everything, county.Code, month)
		require.NoError(t, err)
		for _, a := range screening.Advise(view) {
			if a.Key == key {
				return &a
			}
		}
		return nil
	}
	require.Equal(t, "达到1条就提出", advice(over, "leads").From)
	require.NotNil(t, advice(running, "leads"))
	form := func() screening.ThresholdForm {
		guard := models.DefaultGuard()
		f := screening.ThresholdForm{Guard: &guard}
		for _, l := range screening.AdviceLimits(models.Thresholds{}) {
			f.Advice = append(f.Advice, l.AdviceThreshold)
		}
		return f
	}
	at := func(f screening.ThresholdForm, key string) *models.AdviceThreshold {
		for i := range f.Advice {
			if f.Advice[i].Key == key {
				return &f.Advice[i]
			}
		}
		t.Fatal("no rule " + key)
		return nil
	}
	higher := form()
	at(higher, "leads").Least = 9999
	for field, change := range map[string]func(f *screening.ThresholdForm){
		"advice[0].least":   func(f *screening.ThresholdForm) { f.Advice[0].Least = 0 },
		"advice[1].key":     func(f *screening.ThresholdForm) { f.Advice[1].Key = f.Advice[0].Key },
		"advice[15].rise":   func(f *screening.ThresholdForm) { f.Advice[15].Rise = 0 },
		"guard.drawPercent": func(f *screening.ThresholdForm) { f.Guard.DrawPercent = 101 },
		"guard":             func(f *screening.ThresholdForm) { f.Guard = nil },
	} {
		wrong := form()
		change(&wrong)
		err := k.service.SetThresholds(t.Context(), official, wrong)
		require.Equal(t, field, models.AsError(err).Fields[0].Field, "%v", err)
	}
	short := form()
	short.Advice = short.Advice[1:]
	require.Equal(t, models.Malformed, models.AsError(k.service.SetThresholds(t.Context(), official, short)).Kind)
	require.Equal(t, models.Forbidden, models.AsError(k.service.SetThresholds(t.Context(), officer, higher)).Kind)

	require.NoError(t, k.service.SetThresholds(t.Context(), official, higher))
	err := k.service.SetThresholds(t.Context(), official, form())
	require.Equal(t, models.Conflict, models.AsError(err).Kind)
	require.Contains(t, models.AsError(err).Message, "方正平")
	require.NotNil(t, advice(over, "leads"), "a month that is over stays as it was")
	for month, whose := range map[string]string{over: "县里没有另行设置，是系统默认的", running: "县矛调中心" + k.now.In(workday.Zone).Format("2006年1月2日") + "设置"} {
		require.Contains(t, docxtest.Part(t, document(t, k, county.Code, month), "word/document.xml"), "提出建议的门槛（"+whose+"）：", month)
	}
	require.Nil(t, advice(running, "leads"))
}

// TestGuardKeepsTo what the county set, and says so in the check.
func TestGuardKeepsTo(t *testing.T) {
	t.Parallel()
	limits := models.DefaultGuard()
	limits.FastMinutes, limits.BatchLeast, limits.BatchMinutes, limits.DrawLeast, limits.DrawPercent, limits.SimilarPercent = 61, 3, 15, 1, 50, 100
	g := &guarded{t: t, guard: &limits}
	g.add("2026-10-02 09:00", 60*time.Minute, "事实")
	for i := range 3 {
		g.add("2026-10-03 09:00", 5*days+time.Duration(i)*7*time.Minute, "事实")
	}
	found := g.inspect(nil, nil)
	require.Len(t, found[models.CheckFast], 1)
	require.Len(t, found[models.CheckBatch], 1)
	require.Len(t, found[models.CheckCall], 2, "half of four")
	check := screening.Inspect(townships[0], window(t, "2026-10"), "seed", limits, g.cases, nil, nil)
	require.Equal(t, limits, check.Thresholds())
	require.Equal(t, models.DefaultGuard(), (&models.FileCheck{}).Thresholds(), "a check from before it could be set")
}
