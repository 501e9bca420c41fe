package models_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// lastClockChange is the event that came last with what it did to the clock.
func lastClockChange(c *models.Case) *models.ClockChange { return c.Timeline[len(c.Timeline)-1].Clock }

// TestClockChanges: each event says what it did to the clock, and nothing where it did nothing.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	policy := defaultPolicy()
	c := logged(policy)
	require.True(t, lastClockChange(c).Began)
	require.Equal(t, c.RunningClock().Since, lastClockChange(c).Terms.Since)
	now := start
	do := func(action models.Action, role models.Role, change func()) *models.ClockChange {
		now = now.Add(time.Hour)
		require.NoError(t, c.Move(policy, action, actorOf(role), now, "", func() error { change(); return nil }))
		return lastClockChange(c)
	}
	accepted := do(models.ActionAccept, models.RoleMediator, func() {
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clockOf(models.PhaseMediation, now, 30))
	})
	require.True(t, accepted.Began)
	require.Equal(t, models.PhaseMediation, accepted.Terms.Phase)
	require.Nil(t, do(models.ActionSitting, models.RoleMediator, func() {}), "a sitting leaves the clock alone")
	pause := models.Pause{Ground: models.PauseSurvey, Note: "等测绘", By: actorOf(models.RoleMediator), From: now.Add(time.Hour), EndsBy: now.AddDate(0, 0, 60)}
	require.Equal(t, &models.ClockChange{Pause: &pause}, do(models.ActionPause, models.RoleMediator, func() {
		c.RunningClock().Pauses = append(c.RunningClock().Pauses, pause)
	}))
	until := now.Add(time.Hour)
	require.Equal(t, &models.ClockChange{Until: &until}, do(models.ActionResume, models.RoleMediator, func() { c.RunningClock().Pause().Until = &until }))
	require.Nil(t, c.Timeline[len(c.Timeline)-2].Clock.Pause.Until, "what an event said stays")
	extension := models.Adjustment{Kind: models.AdjustExtend, At: now.Add(time.Hour), By: actorOf(models.RoleMediator), Days: 5, Note: "双方同意"}
	extended := do(models.ActionExtend, models.RoleMediator, func() {
		c.RunningClock().Adjustments = append(c.RunningClock().Adjustments, extension)
	})
	require.Equal(t, &models.ClockChange{Adjustments: []models.Adjustment{extension}}, extended)
	corrected := do(models.ActionCorrect, models.RoleMediator, func() { c.RunningClock().Days = 20 })
	require.False(t, corrected.Began)
	require.Equal(t, 20, corrected.Terms.Days)

	replayed, real := c.ReplayClock(), c.RunningClock()
	require.Equal(t, []any{real.Since, real.Days, real.Pauses, real.Adjustments}, []any{replayed.Since, replayed.Days, replayed.Pauses, replayed.Adjustments})

	// Nothing of it can be changed without the case saying so.
	spoiled := 0
	raw := snapshot(t, c)
	for i := range c.Timeline {
		var paths []string
		within("", reflect.ValueOf(c.Timeline[i].Clock), func(path string, _ reflect.Value) { paths = append(paths, path) })
		for _, path := range paths {
			copied := readBack(t, raw)
			require.NoError(t, copied.VerifyTimeline())
			within("", reflect.ValueOf(copied.Timeline[i].Clock), func(p string, v reflect.Value) {
				if p == path {
					spoil(t, v)
					spoiled++
				}
			})
			require.Error(t, copied.VerifyTimeline(), "event %d: %s", i+1, path)
		}
	}
	require.Greater(t, spoiled, 50)
}

// TestOldTimelinesHold: events of before there was a ClockChange have none, and the hash they had.
func TestOldTimelinesHold(t *testing.T) {
	t.Parallel()
	c := &models.Case{}
	c.Timeline = []models.Event{{
		Seq: 1, At: time.UnixMilli(1_700_000_000_000).UTC(), Actor: models.Actor{ID: "a", Name: "甲", Role: models.RoleChair, Region: "990101101201"}, Action: models.ActionLog,
		After: models.Position{State: models.Logged, Level: models.LevelVillage, Risk: models.Blue}, Note: "登记",
		Prev: "d014b1c90a033868c602bbf8b2e68feb759b10c60b5d2ec0a3dfc52e1199f13a", Hash: "8b2d89028930fea5064f7495eaf76e005bd0f4b78b305a8d8675857a36e968ef",
	}}
	require.NoError(t, c.VerifyTimeline())
	require.Nil(t, c.ReplayClock())
}

// within is leaves, and those behind pointers and in lists as well.
func within(path string, v reflect.Value, visit func(string, reflect.Value)) {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil() && v.Type() != reflect.TypeFor[*time.Time]():
		within(path, v.Elem(), visit)
	case v.Kind() == reflect.Pointer && v.Type() != reflect.TypeFor[*time.Time](), v.Kind() == reflect.Slice && v.Len() == 0:
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			within(path+"["+strconv.Itoa(i)+"]", v.Index(i), visit)
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			within(path+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	default:
		visit(path, v)
	}
}
