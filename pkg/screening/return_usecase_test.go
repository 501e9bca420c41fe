package screening_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/screening"
)

// TestTwoPhonesOneReturn: however many send the return of a cell for a period, there is one, and it was
// sent once.
func TestTwoPhonesOneReturn(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		send := func(key string, seen int, findings ...screening.FindingForm) (*models.Return, bool, error) {
			return w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Key: key, Seen: seen, Zero: len(findings) == 0, Findings: findings})
		}
		if w.caps.AtomicInserts {
			var group sync.WaitGroup
			filed := make([]bool, 16)
			for i := range filed {
				group.Go(func() {
					_, ok, err := send(fmt.Sprint("phone", i), 0)
					filed[i] = ok && err == nil
				})
			}
			group.Wait()
			require.Len(t, slices.DeleteFunc(filed, func(ok bool) bool { return !ok }), 1)
		} else {
			_, ok, err := send("phone0", 0)
			require.NoError(t, err)
			require.True(t, ok)
		}
		ditch := screening.FindingForm{What: "两家为水沟争吵", Type: "neighbourhood", Households: 2, Signs: []string{"threat"}}
		_, _, err := send("other", 0, ditch)
		require.Equal(t, "return.filed", models.AsError(err).Code, "a form that does not know of it is told")
		require.Contains(t, models.AsError(err).Message, "陈守义")
		_, ok, err := send("other", 1, ditch)
		require.NoError(t, err)
		require.True(t, ok)
		r, ok, err := send("other", 1, ditch)
		require.NoError(t, err)
		require.False(t, ok, "the same form again is the same return")
		require.Len(t, r.Filings, 2)
		require.True(t, r.Filings[0].IsZero(), "what was corrected is kept")

		// A settled finding stays through any correction; one that waits is changed or dropped.
		_, err = w.Settle(t.Context(), secretary, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "当场说和"})
		require.NoError(t, err)
		road := screening.FindingForm{What: "新路占地", Type: "forest_land"}
		r, _, err = send("third", 2, road)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, []int{r.Latest().Findings[0].Seq, r.Latest().Findings[1].Seq})
		r, _, err = send("fourth", 3)
		require.NoError(t, err)
		require.Len(t, r.Latest().Findings, 1)
		require.Empty(t, r.Waiting)
		_, _, err = send("fifth", 4, screening.FindingForm{Seq: 1, What: "改掉", Type: "other"})
		requireFault(t, "findings[0].what", "已经处理", err)
		_, err = w.Settle(t.Context(), mediator, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingDuplicated, Note: "重复"})
		require.Equal(t, models.Conflict, models.AsError(err).Kind)
	})
}

func TestWhatAReturnRefuses(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		file := func(actor models.Actor, id, from string, form screening.FileForm) error {
			_, _, err := w.File(t.Context(), actor, id, from, form)
			return err
		}
		zero, good := screening.FileForm{Zero: true}, screening.FindingForm{What: "争吵", Type: "other"}
		require.Equal(t, models.Forbidden, models.AsError(file(judicial, cell(3), "2026-11-01", zero)).Kind)
		for name, ask := range map[string][2]string{"no cell": {cell(9), "2026-11-01"}, "no period begins then": {cell(3), "2026-11-02"}, "before it was drawn": {cell(3), "2026-10-01"}, "still to come": {cell(3), "2026-12-01"}, "another village": {"330681101202-1", "2026-11-01"}} {
			require.Equal(t, models.NotFound, models.AsError(file(mediator, ask[0], ask[1], zero)).Kind, name)
		}
		require.Equal(t, "return.both", models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{Zero: true, Findings: []screening.FindingForm{good}})).Code)
		require.Equal(t, "return.empty", models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{})).Code)
		for field, change := range map[string]func(f *screening.FindingForm){
			"findings[0].what":  func(f *screening.FindingForm) { f.What = "老王330681195803126417和老李吵架" },
			"findings[0].type":  func(f *screening.FindingForm) { f.Type = "quarrel" },
			"findings[0].signs": func(f *screening.FindingForm) { f.Signs = []string{"bad"} },
		} {
			f := good
			change(&f)
			e := models.AsError(file(mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{f}}))
			require.Equal(t, field, e.Fields[0].Field)
		}
		w.at("2027-03-10 09:00")
		require.Equal(t, "return.too_late", models.AsError(file(mediator, cell(3), "2026-11-01", zero)).Code)
		require.NoError(t, file(mediator, cell(3), "2027-01-01", zero))
		r, err := w.store.Return(t.Context(), official.Scope(), models.ReturnID(cell(3), "2027-01-01"))
		require.NoError(t, err)
		require.True(t, r.Filings[0].Late)
	})
}

// TestAPhotoGoesToTheCase: what was photographed stays with its finding through a correction, is opened by
// those who open attachments, on record, and is the first attachment of the case.
func TestAPhotoGoesToTheCase(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		var shot bytes.Buffer
		require.NoError(t, png.Encode(&shot, image.NewGray(image.Rect(0, 0, 1200, 800))))
		ditch := screening.FindingForm{What: "两家为水沟争吵", Type: "neighbourhood", Photo: shot.Bytes()}
		wrong := ditch
		wrong.Photo = []byte("%PDF-1.7\n合同\n%%EOF")
		_, _, err := w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{ditch, wrong}})
		requireFault(t, "findings[1].photo", "这里只放照片", err)
		r, _, err := w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{ditch, {What: "新路占地", Type: "other"}}})
		require.NoError(t, err)
		photo := r.Latest().Findings[0].Photo
		require.NotNil(t, photo)
		require.Nil(t, r.Latest().Findings[1].Photo)
		r, _, err = w.File(t.Context(), chair, cell(3), "2026-11-01", screening.FileForm{Seen: 1, Findings: []screening.FindingForm{{Seq: 2, What: "新路占地", Type: "other"}, {Seq: 1, What: "两家为水沟争吵", Type: "other"}}})
		require.NoError(t, err)
		require.Equal(t, photo, r.Latest().Findings[0].Photo)

		id := models.FindingID(r.ID, 1)
		small, err := w.OpenPhoto(t.Context(), judicial, id, true)
		require.NoError(t, err)
		big, err := w.OpenPhoto(t.Context(), mediator, id, false)
		require.NoError(t, err)
		require.Greater(t, len(big), len(small))
		require.Equal(t, "image/jpeg", http.DetectContentType(big))
		_, err = w.OpenPhoto(t.Context(), secretary, id, false)
		require.Equal(t, models.Forbidden, models.AsError(err).Kind)
		beside := mediator
		beside.Region = "330681101202"
		_, err = w.OpenPhoto(t.Context(), beside, id, false)
		require.Equal(t, models.NotFound, models.AsError(err).Kind)
		_, err = w.OpenPhoto(t.Context(), mediator, models.FindingID(r.ID, 2), false)
		require.Equal(t, "finding.no_photo", models.AsError(err).Code)
		looks, err := w.store.Accesses(t.Context(), official.Scope(), w.clock().Add(time.Hour), 10)
		require.NoError(t, err)
		require.Len(t, looks, 2, "whoever opened it is on record, whoever was refused saw nothing")

		c, _, err := w.cases.Log(t.Context(), chair, casework.LogForm{
			Type: "neighbourhood", VillageCode: north, Title: "水沟", Facts: "两家为水沟争吵", Source: "screening", Finding: id,
			Parties: []casework.PartyForm{{Role: models.Applicant, Kind: models.Person, Name: "甲"}, {Role: models.Respondent, Kind: models.Person, Name: "乙"}},
		}, "")
		require.NoError(t, err)
		require.Len(t, c.Attachments, 1)
		require.Equal(t, photo.Hash, c.Attachments[0].Hash)
		require.True(t, slices.ContainsFunc(c.Timeline, func(e models.Event) bool {
			return e.Action == models.ActionAttach && e.Note == c.Attachments[0].Entry()
		}))
		require.NoError(t, c.VerifyTimeline())
		_, data, err := w.cases.OpenAttachment(t.Context(), mediator, c.ID, 1, false)
		require.NoError(t, err)
		require.Equal(t, big, data)
	})
}

// TestAFindingBecomesOneCase: whoever logs it, and however often, and each leads to the other, also where
// that was broken off in between.
func TestAFindingBecomesOneCase(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		ditch := screening.FindingForm{What: "两家为水沟争吵", Where: "北垄", Type: "neighbourhood", Households: 2, Signs: []string{"failed"}}
		r, _, err := w.File(t.Context(), mediator, cell(3), "2026-11-01", screening.FileForm{Findings: []screening.FindingForm{ditch, ditch}})
		require.NoError(t, err)
		form := casework.LogForm{
			Type: "neighbourhood", VillageCode: north, Title: "水沟", Facts: "两家为水沟争吵", Source: "screening", Finding: models.FindingID(r.ID, 1),
			Parties: []casework.PartyForm{{Role: models.Applicant, Kind: models.Person, Name: "甲"}, {Role: models.Respondent, Kind: models.Person, Name: "乙"}},
		}
		first, created, err := w.cases.Log(t.Context(), mediator, form, "draft")
		require.NoError(t, err)
		require.True(t, created)
		require.Equal(t, &models.CaseFinding{ID: form.Finding, Where: "北垄", Signs: []string{"failed"}}, first.Finding)
		again, created, err := w.cases.Log(t.Context(), chair, form, "another draft")
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, first.ID, again.ID)
		l, err := w.Lead(t.Context(), judicial.Scope(), form.Finding)
		require.NoError(t, err)
		require.Equal(t, first.ID.Hex(), l.Outcome.Case)
		require.Len(t, l.Return.Outcomes, 1)
		waiting, err := w.Waiting(t.Context(), official.Scope(), official.Region)
		require.NoError(t, err)
		require.Len(t, waiting, 1)

		// The case of the second is logged, and noting it at the finding is broken off.
		form.Finding = models.FindingID(r.ID, 2)
		second, _, err := w.cases.Log(t.Context(), mediator, form, "")
		require.NoError(t, err)
		broken, err := w.store.Return(t.Context(), official.Scope(), r.ID)
		require.NoError(t, err)
		broken.Outcomes = broken.Outcomes[:1]
		broken.Waiting, broken.ActiveUntil = broken.Township, models.FarFuture()
		require.NoError(t, w.store.ReplaceReturn(t.Context(), broken))
		_, err = w.Settle(t.Context(), mediator, form.Finding, screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.Equal(t, "finding.settled", models.AsError(err).Code, "a finding that has a case is not closed")
		l, err = w.Lead(t.Context(), judicial.Scope(), form.Finding)
		require.NoError(t, err)
		require.Equal(t, second.ID.Hex(), l.Outcome.Case)
		mended, err := w.Mend(t.Context())
		require.NoError(t, err)
		require.Zero(t, mended)

		form.Finding = models.FindingID(r.ID, 3)
		_, _, err = w.cases.Log(t.Context(), mediator, form, "")
		requireFault(t, "finding", "没有找到", err)
	})
}

// TestRemindersOfReturns: before the end to who is in charge, after it to the chair as well; the same ones whenever
// they are asked for, those of a time in which nobody asked too; and never a name in them.
func TestRemindersOfReturns(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		due := func() []string {
			reminders, err := w.Reminders(t.Context())
			require.NoError(t, err)
			out := []string{}
			for _, r := range reminders {
				for _, name := range []string{"周大成", "陈守义", "王五", "孙八"} {
					require.NotContains(t, r.Text+r.Subject+r.Key, name)
				}
				out = append(out, r.To+" "+r.Key[len("returns/330681101201/"):]+" "+r.Text)
			}
			return out
		}
		w.at("2026-11-27 23:59")
		require.Empty(t, due())
		w.at("2026-11-28 00:00")
		const soon = "北坡村2026年11月的排查表，还有%d个网格没有报，11月30日截止。没有发现也要报“本期没有发现”。"
		want := []string{"chair 2026-11-01/soon " + fmt.Sprintf(soon, 3), "mediator 2026-11-01/soon " + fmt.Sprintf(soon, 1)}
		require.Equal(t, want, due())
		require.Equal(t, want, due())
		_, _, err := w.File(t.Context(), mediator, cell(2), "2026-11-01", screening.FileForm{Zero: true})
		require.NoError(t, err)
		require.Len(t, due(), 1)

		w.at("2026-12-20 09:00") // nobody asked for three weeks
		require.Equal(t, []string{"chair 2026-11-01/late 北坡村2026年11月的排查表，有3个网格过了11月30日还没有报，请尽快补报。"}, due())
		w.at("2027-01-01 00:00")
		require.Len(t, due(), 2, "December's, to the chair for all and to the mediator for the group")
		for n := 1; n <= 4; n++ {
			_, _, err := w.File(t.Context(), chair, cell(n), "2026-12-01", screening.FileForm{Zero: true})
			require.NoError(t, err)
		}
		require.Empty(t, due())
	})
}

// TestTheSummaryRises: each level is the sum of those below it, and tells 零报告 from 未报.
func TestTheSummaryRises(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		file := func(n int, findings ...screening.FindingForm) *models.Return {
			r, _, err := w.File(t.Context(), mediator, cell(n), "2026-11-01", screening.FileForm{Zero: len(findings) == 0, Findings: findings})
			require.NoError(t, err)
			return r
		}
		file(2)
		r := file(3, screening.FindingForm{What: "甲", Type: "other"}, screening.FindingForm{What: "乙", Type: "other"})
		_, err := w.Settle(t.Context(), judicial, models.FindingID(r.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.NoError(t, err)
		summary := func(unit string) *screening.Summary {
			s, err := w.Summary(t.Context(), official.Scope(), unit, "2026-11-01")
			require.NoError(t, err)
			return s
		}
		require.Equal(t, screening.Counts{Cells: 4, Returned: 2, Zero: 1, Waiting: 2, Findings: 2, Prevented: 1, Open: 1}, summary(north).Unit.Counts)
		w.at("2026-12-02 09:00")
		file(4)
		w.at("2026-12-04 00:00") // three days of grace have passed
		want := screening.Counts{Cells: 4, Returned: 3, Zero: 2, Late: 1, Missing: 1, Findings: 2, Prevented: 1, Open: 1}
		for _, unit := range []string{official.Region, judicial.Region, north, cell(1)} {
			s := summary(unit)
			require.Equal(t, want, s.Unit.Counts, unit)
			require.Len(t, s.Duties, want.Cells, unit)
			require.Len(t, s.Leads, want.Findings, unit)
			var sum screening.Counts
			for _, u := range s.Units {
				sum = screening.Counts{
					Cells: sum.Cells + u.Cells, Returned: sum.Returned + u.Returned, Zero: sum.Zero + u.Zero, Late: sum.Late + u.Late, Waiting: sum.Waiting + u.Waiting,
					Missing: sum.Missing + u.Missing, Findings: sum.Findings + u.Findings, Cases: sum.Cases + u.Cases, Prevented: sum.Prevented + u.Prevented, Open: sum.Open + u.Open,
				}
			}
			require.Equal(t, want, sum, unit)
		}
		group := summary(cell(2))
		require.Equal(t, []string{"第一党小组", "王五中心户", "孙八中心户"}, []string{group.Units[0].Name, group.Units[1].Name, group.Units[2].Name})
		require.True(t, group.Units[0].Alone)
		require.Equal(t, 1, group.Units[0].Cells)
		for _, scope := range []models.Scope{{Region: "330681102"}, {Region: "330681101202"}} {
			_, err := w.Summary(t.Context(), scope, north, "")
			require.Equal(t, models.NotFound, models.AsError(err).Kind)
		}
	})
}

// TestAMonthOfReturnsStaysAsItWas: the report that was stored when the month was over is that which the same
// documents give much later, after late returns, corrections, settled findings and changes of the grid that
// are dated back; and each figure opens a list of its length.
func TestAMonthOfReturnsStaysAsItWas(t *testing.T) {
	t.Parallel()
	withGrid(t, func(t *testing.T, w *grided) {
		w.drawn(t)
		require.NoError(t, w.SetRule(t.Context(), official, screening.RuleForm{From: "2026-11-16", Every: models.EveryWeek, Kinds: []string{"group", "household"}, GraceDays: 3}))
		requireFault(t, "from", "明天或者以后", w.SetRule(t.Context(), official, screening.RuleForm{From: "2026-11-02", Every: models.EveryWeek, Kinds: []string{"group"}}))
		require.Equal(t, models.Forbidden, models.AsError(w.SetRule(t.Context(), judicial, screening.RuleForm{})).Kind)
		find := screening.FindingForm{What: "甲", Type: "other"}
		file := func(n int, from string, seen int, findings ...screening.FindingForm) *models.Return {
			r, _, err := w.File(t.Context(), mediator, cell(n), from, screening.FileForm{Seen: seen, Zero: len(findings) == 0, Findings: findings})
			require.NoError(t, err)
			return r
		}
		first := file(2, "2026-11-01", 0, find)
		w.at("2026-11-20 09:00")
		file(2, "2026-11-16", 0)
		file(3, "2026-11-01", 0) // late
		w.at("2026-11-30 20:00")
		file(3, "2026-11-30", 0) // of a week that ends in December
		w.at("2026-12-01 00:10")
		_, err := w.BuildMissing(t.Context(), nil)
		require.NoError(t, err)
		stored, err := w.store.Report(t.Context(), official.Region, "2026-11")
		require.NoError(t, err)
		figures := map[string]int64{}
		for _, f := range stored.Figures {
			if strings.HasPrefix(f.Key, "screen_") || strings.HasPrefix(f.Key, "leads") {
				figures[f.Key] = f.Value
			}
		}
		require.Equal(t, map[string]int64{
			"screen_due": 10, "screen_returned": 3, "screen_zero": 2, "screen_missing": 7, "screen_coverage": 3, "screen_late": 1, "leads": 1, "leads_case": 0, "leads_prevented": 0, "leads_open": 1,
		}, figures, "to the 15th all four cells, then three a week, twice")

		w.at("2026-12-03 09:00")
		file(3, "2026-11-16", 0, find)
		file(2, "2026-11-16", 1, find)
		_, err = w.Settle(t.Context(), chair, models.FindingID(first.ID, 1), screening.SettleForm{As: models.FindingPrevented, Note: "说和"})
		require.NoError(t, err)
		require.NoError(t, w.EndCell(t.Context(), chair, cell(4), 1, screening.EndCellForm{LastDay: "2026-11-10", Reason: "早就没有了"}))
		_, err = w.Draw(t.Context(), chair, north, screening.CellForm{Kind: models.CellHousehold, Parent: 2, Name: "新的", Responsible: "丁", From: "2026-11-02"})
		require.NoError(t, err)
		for _, r := range regions() {
			then, err := w.store.Report(t.Context(), r.Code, "2026-11")
			require.NoError(t, err)
			win := window(t, "2026-11")
			g, err := w.Grid(t.Context(), official.Scope(), north)
			require.NoError(t, err)
			returns, err := w.store.ActiveReturns(t.Context(), judicial.Region, time.Time{}, models.FarFuture())
			require.NoError(t, err)
			rules, err := w.Rules(t.Context(), official.Region)
			require.NoError(t, err)
			again := screening.Compute(r, win, slices.Values([]*models.Case{}), inside(r), screening.EntriesOf(win, rules, []*models.Grid{g}, returns)...)
			require.Empty(t, cmp.Diff(then, again, cmpopts.IgnoreFields(models.Report{}, "Head", "BuiltAt")), r.Name)
			for _, f := range then.Figures {
				if d, _ := screening.Define(f.Key); d.OfGrid() {
					list, err := w.Entries(t.Context(), official.Scope(), r.Code, "2026-11", f.Key)
					require.NoError(t, err)
					want := f.Value
					if d.Rate {
						want = *f.Of
					}
					require.Len(t, list, int(want), "%s %s", r.Name, f.Key)
				}
			}
		}
	})
}
