package models_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// walk leads a case by random moves, allowed or not, through its life.
type walk struct {
	t      require.TestingT
	pick   func(n int) int // 0 to n-1
	policy *models.Policy
	c      *models.Case
	now    time.Time
}

func newWalk(t require.TestingT, pick func(n int) int) *walk {
	policy := []*models.Policy{defaultPolicy(), fourLevels()}[pick(2)]
	c := logged(policy)
	if pick(2) == 0 {
		c.Dictation = &models.Dictation{By: "许来福", Typist: "小林"}
	}
	return &walk{t: t, pick: pick, policy: policy, c: c, now: start}
}

// drawn lets rapid choose, so that a failure is shrunk.
func drawn(t *rapid.T) func(n int) int {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
}

var errChange = errors.New("the change failed")

// step tries one action of one actor and holds Move to its word.
func (w *walk) step() {
	t, c := w.t, w.c
	w.now = w.now.Add(time.Duration(1+w.pick(5*24*3600)) * time.Second)
	roles := everyRole()
	role := roles[w.pick(len(roles))]
	actor := actorOf(role)
	action := models.Action(models.Actions()[w.pick(len(models.Actions()))].Code)
	if allowed := c.Allowed(w.policy, actor); len(allowed) > 0 && w.pick(4) > 0 {
		action = allowed[w.pick(len(allowed))]
		if w.pick(4) == 0 { // what usually comes next
			for _, likely := range []models.Action{models.ActionAccept, models.ActionReceive, models.ActionSign, models.ActionAgree, models.ActionPerform} {
				if slices.Contains(allowed, likely) && w.pick(2) == 0 {
					action = likely
				}
			}
		}
	}
	if slices.Contains([]models.Action{models.ActionDecline, models.ActionWithdraw, models.ActionRefer}, action) && w.pick(4) > 0 {
		return // or every case would end too soon
	}
	fails := w.pick(10) == 0
	before, beforeAt := snapshot(t, c), c.Position()
	err := c.Move(w.policy, action, actor, w.now, strings.Repeat("注", w.pick(3)), func() error {
		if fails {
			return errChange
		}
		return w.change(action)
	})
	if err != nil {
		require.Equal(t, errors.Is(err, errChange), c.May(w.policy, actor, action), "what is allowed fails only with its change: %v", err)
		require.Equal(t, before, snapshot(t, c), "a refused move changes nothing")
		return
	}
	require.False(t, fails)
	require.True(t, c.Filing == nil || action == models.ActionFile || action == models.ActionAddend, "%s changed a file that was filed", action)
	along := slices.ContainsFunc(models.Lifecycle(), func(row models.Transition) bool {
		to, ending := row.To, row.Ending
		if to == "" {
			to, ending = beforeAt.State, beforeAt.Ending
		}
		return row.Action == action && slices.Contains(row.From, beforeAt.State) && slices.Contains(row.Roles, role) && c.State == to && c.Ending == ending
	})
	require.True(t, along, "%s led from %s to %s, which is in no row", action, beforeAt.State, c.State)
	last := c.Timeline[len(c.Timeline)-1]
	require.Equal(t, action, last.Action)
	require.Equal(t, actor, last.Actor)
	require.Equal(t, beforeAt, last.Before)
	require.Equal(t, c.Position(), last.After)
}

// change is what the use cases do inside Move, as far as the lifecycle is concerned.
func (w *walk) change(action models.Action) error {
	c := w.c
	outcomes := map[models.Action]models.Outcome{
		models.ActionDecline: models.OutcomeDeclined, models.ActionWithdraw: models.OutcomeWithdrawn, models.ActionRefer: models.OutcomeReferred,
		models.ActionFail: models.OutcomeFailed, models.ActionAgree: models.OutcomeAgreed,
	}
	switch action {
	case models.ActionEscalate, models.ActionExpire, models.ActionTake:
		return handUp(w.policy, c, w.now)
	case models.ActionReceive:
		c.Review = models.ReviewAccepted
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clockOf(models.PhaseMediation, w.now, 30))
	case models.ActionReturn:
		below := c.Stages[len(c.Stages)-2]
		rung, _ := w.policy.Rung(below.Level)
		c.EndStage(w.now, models.OutcomeReturned, "", "")
		c.StartStage(rung, below.Office, w.now, clockOf(models.PhaseReturned, w.now, 5))
		c.Review = models.ReviewReturned
	case models.ActionReopen:
		rung, _ := w.policy.Rung(c.Level)
		c.After = nil
		c.StartStage(rung, c.Office, w.now, clockOf(models.PhaseMediation, w.now, 30))
	case models.ActionDraft:
		c.Drafts = append(c.Drafts, models.AgreementDraft{Seq: len(c.Drafts) + 1, At: w.now})
	case models.ActionAffirm:
		c.Dictation.AffirmedOn = "2026-11-24"
	case models.ActionRemind:
		if c.After != nil {
			c.After.Told(w.now)
		}
	case models.ActionPause:
		clock := c.RunningClock()
		clock.Pauses = append(clock.Pauses, models.Pause{Ground: models.PauseSurvey, From: w.now, EndsBy: w.now.AddDate(0, 0, 60)})
	case models.ActionResume:
		c.RunningClock().Pause().Until = &w.now
	case models.ActionExtend:
		clock := c.RunningClock()
		clock.Adjustments = append(clock.Adjustments, models.Adjustment{Kind: models.AdjustExtend, At: w.now, Days: 5})
	case models.ActionPolice:
		if c.Police == nil {
			c.Police = &models.PoliceDuty{AskedAt: w.now}
		}
		c.Police.ReportedAt = &w.now
	case models.ActionFile:
		c.Filing = &models.Filing{At: w.now}
	case models.ActionRaise, models.ActionLower:
		c.Risk = models.RiskLevel(models.RiskLevels()[w.pick(4)].Code)
	default:
		if outcome, ends := outcomes[action]; ends {
			c.EndStage(w.now, outcome, "", "")
		}
		if action == models.ActionAgree { // somebody is reminded of what comes
			care := c.Care()
			care.Reminders = append(care.Reminders, models.Reminder{At: w.now.AddDate(0, 0, w.pick(9)), Kind: models.NoticeDue, Seq: 1, Day: "2026-12-01"})
		}
	}
	return nil
}

// holds is what is true of every case at any time.
func (w *walk) holds() {
	t, c := w.t, w.c
	require.NoError(t, c.VerifyTimeline())
	require.Equal(t, c.State.IsOpen(), c.OpenStage() != nil, "a clock runs while the case is open")
	require.Equal(t, c.State.IsOpen() && !c.IsPaused(), c.DueAt != nil, "what stands still is not due")
	waits := c.After != nil && c.Filing == nil && slices.ContainsFunc(c.After.Reminders, func(r models.Reminder) bool { return r.ToldAt == nil })
	require.Equal(t, c.State.IsOpen() || waits, c.NextAt != nil)
	require.Equal(t, c.State.IsOpen(), c.ConcludedAt == nil)
	require.Equal(t, c.State == models.Closed, c.ClosedAt != nil)
	require.Equal(t, c.State == models.Closed, c.ActiveUntil.Before(models.FarFuture()))
	require.Equal(t, c.State == models.Closed, c.Ending != "")
	if c.Review == models.ReviewPending {
		require.True(t, c.State.IsOpen(), "what is over waits for nobody")
	}
	for i, stage := range c.Stages {
		if stage.Closed != nil {
			require.Nil(t, stage.Clock().Pause(), "a pause ends with its stage")
		}
		require.Equal(t, i < len(c.Stages)-1 || !c.State.IsOpen(), stage.Closed != nil)
		require.Equal(t, stage.Closed != nil, stage.Outcome != "")
	}
	if open := c.OpenStage(); open != nil {
		require.Equal(t, open.Level, c.Level)
		require.Equal(t, open.Office, c.Office)
		if !c.IsPaused() {
			require.Equal(t, open.Clock().DueAt, *c.DueAt)
		}
	}
	at, ok := c.PositionAt(w.now.Add(time.Nanosecond))
	require.True(t, ok)
	require.Equal(t, c.Position(), at)
}

func snapshot(t require.TestingT, c *models.Case) []byte {
	raw, err := docstore.Marshal(c)
	require.NoError(t, err)
	return raw
}

func TestMoveGoesAlongTheTableOrChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk(t, drawn(t))
		w.holds()
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			w.step()
			w.holds()
		}
	})
}

// TestWalksReachEverything asks that the property above has something to say about every state,
// review and level. It walks the same ways each time.
func TestWalksReachEverything(t *testing.T) {
	t.Parallel()
	seen := map[any]int{}
	for seed := range uint64(900) {
		w := newWalk(t, rand.New(rand.NewPCG(seed, 1)).IntN)
		for range 30 {
			w.step()
		}
		for _, e := range w.c.Timeline {
			seen[e.After.State]++
			seen[e.After.Review]++
			seen[e.After.Level]++
			seen[e.Action]++
		}
	}
	for _, list := range [][]models.Choice{models.States(), models.Actions()} {
		for _, choice := range list {
			require.True(t, seen[models.State(choice.Code)]+seen[models.Action(choice.Code)] > 0, choice.Name)
		}
	}
	for _, review := range []models.ReviewState{"", models.ReviewPending, models.ReviewAccepted, models.ReviewReturned} {
		require.NotZero(t, seen[review], review)
	}
	for _, level := range []string{models.LevelGroup, models.LevelVillage, models.LevelOffice, models.LevelTownship, models.LevelCounty} {
		require.NotZero(t, seen[level], level)
	}
}

// leaves lists the fields of a value that hold no fields of their own, by path.
func leaves(path string, v reflect.Value, visit func(string, reflect.Value)) {
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		visit(path, v)
		return
	}
	for i := range v.NumField() {
		leaves(path+"."+v.Type().Field(i).Name, v.Field(i), visit)
	}
}

// spoil changes a field to something else.
func spoil(t require.TestingT, v reflect.Value) {
	switch old := v.Interface().(type) {
	case int:
		v.SetInt(int64(old) + 1)
	case time.Time:
		v.Set(reflect.ValueOf(old.Add(time.Millisecond)))
	case *time.Time:
		at := time.UnixMilli(0).UTC()
		if old != nil {
			at = old.Add(time.Millisecond)
		}
		v.Set(reflect.ValueOf(&at))
	case bool:
		v.SetBool(!old)
	case []int:
		v.Set(reflect.ValueOf(append(slices.Clone(old), 1)))
	case *models.ClockChange:
		v.Set(reflect.ValueOf(&models.ClockChange{Began: old == nil || !old.Began}))
	default:
		require.Equal(t, reflect.String, v.Kind(), "say how to spoil a %T", old)
		v.SetString(v.String() + "x")
	}
}

// TestTamperingIsSeen: no field of any event can be changed, no event before the last taken out,
// and none put elsewhere or twice, without the case saying so.
func TestTamperingIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk(t, drawn(t))
		for tries := 0; tries < 40 && len(w.c.Timeline) < 5; tries++ {
			w.step()
		}
		clean := w.c.Timeline
		n := len(clean)
		i := rapid.IntRange(0, n-1).Draw(t, "event")
		tampered := func(what string, events []models.Event) {
			copied := *w.c
			copied.Timeline = events
			require.Error(t, copied.VerifyTimeline(), what)
		}
		fields := 0
		leaves("", reflect.ValueOf(&models.Event{}).Elem(), func(path string, _ reflect.Value) {
			fields++
			events := slices.Clone(clean)
			leaves("", reflect.ValueOf(&events[i]).Elem(), func(p string, v reflect.Value) {
				if p == path {
					spoil(t, v)
				}
			})
			tampered(path, events)
		})
		require.Greater(t, fields, 20)
		for _, due := range []**time.Time{&clean[i].Before.DueAt, &clean[i].After.DueAt} {
			if old := *due; old != nil {
				*due = nil
				tampered("a deadline taken away", clean)
				*due = old
			}
		}
		if i < n-1 {
			tampered("taken out", slices.Delete(slices.Clone(clean), i, i+1))
			swapped := slices.Clone(clean)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			tampered("swapped", swapped)
			swapped[i].Seq, swapped[i+1].Seq = i+1, i+2
			tampered("swapped and renumbered", swapped)
		}
		tampered("twice", slices.Insert(slices.Clone(clean), i, clean[i]))
		other := *w.c
		other.ID[11]++
		require.Error(t, other.VerifyTimeline(), "another case's timeline")
		require.NoError(t, w.c.VerifyTimeline())
	})
}

// TestTimelineSurvivesTheStore: a case that was written and read again still verifies.
func TestTimelineSurvivesTheStore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk(t, drawn(t))
		w.now = w.now.Add(123456789 * time.Nanosecond) // finer than what is stored
		for range 10 {
			w.step()
		}
		raw := snapshot(t, w.c)
		read := readBack(t, raw)
		require.NoError(t, read.VerifyTimeline())
		require.True(t, bytes.Equal(raw, snapshot(t, read)))
	})
}
