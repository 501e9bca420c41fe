package screening_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/workday"
)

// worked is a county in which the use cases themselves are at work, on the store.
type worked struct {
	*kept
	cases *casework.Service
	files []*models.Case // as they were read last, in the order of their logging
	done  map[models.Action]int
}

func newWorked(t *testing.T, p *models.Policy) *worked {
	t.Helper()
	k := keep(t, newHistory(t, p, seeded(21)))
	require.NoError(t, k.store.InsertPolicy(t.Context(), p))
	ring, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "seal.key"))
	require.NoError(t, err)
	return &worked{kept: k, cases: casework.New(k.store, ring, models.NewValidator(), func() time.Time { return k.now }), done: map[models.Action]int{}}
}

// TestReportsOfWhatTheUseCasesWrote: the reports that were stored when each month was over are those
// that the same files give much later. The histories of the other tests only imitate the use cases.
func TestReportsOfWhatTheUseCasesWrote(t *testing.T) {
	t.Parallel()
	for name, p := range ladders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorked(t, p)
			for range 400 {
				before := month(w.now)
				w.now = w.now.Add(time.Duration(1+w.pick(20*60)) * time.Minute)
				if m := month(w.now); m != before {
					w.now = window(t, before).End.Add(10 * time.Minute)
					built, err := w.service.BuildMissing(t.Context(), nil)
					require.NoError(t, err)
					require.Equal(t, len(regions()), built, before)
				}
				w.step(t)
			}
			require.Greater(t, len(w.done), 15, "%v", w.done)
			w.now = w.now.AddDate(0, 6, 0)
			_, err := escalation.NewSweeper(w.store).Run(t.Context(), w.now)
			require.NoError(t, err)
			all, compared := w.everyCase(t), 0
			for _, r := range regions() {
				stored, err := w.store.Reports(t.Context(), r.Code, "2000-01", "2999-12")
				require.NoError(t, err)
				for _, then := range stored {
					require.Empty(t, cmp.Diff(then, screening.Compute(r, window(t, then.Month), slices.Values(all), inside(r)), cmpopts.IgnoreFields(models.Report{}, "Head", "BuiltAt")), then.ID)
					compared++
				}
			}
			require.GreaterOrEqual(t, compared, 3*len(regions()))
		})
	}
}

// everyCase reads all files of the county.
func (w *worked) everyCase(t *testing.T) []*models.Case {
	t.Helper()
	var all []*models.Case
	for _, township := range townships {
		require.NoError(t, w.store.ActiveCases(t.Context(), township.Code, time.Time{}, models.FarFuture(), func(c *models.Case) error {
			all = append(all, c)
			return nil
		}))
	}
	return all
}

func (w *worked) step(t *testing.T) {
	t.Helper()
	switch {
	case len(w.files) == 0 || w.pick(6) == 0:
		w.logOne(t)
		return
	case w.pick(5) == 0:
		_, err := escalation.NewSweeper(w.store).Run(t.Context(), w.now)
		require.NoError(t, err)
		w.files = w.everyCase(t)
		slices.SortFunc(w.files, func(a, b *models.Case) int { return a.LoggedAt.Compare(b.LoggedAt) })
		return
	}
	at := max(0, len(w.files)-10)
	at += w.pick(len(w.files) - at)
	c := w.files[at]
	actors := []models.Actor{
		{ID: "c", Name: "周大成", Role: models.RoleChair, Region: c.Place.Village},
		{ID: "j", Name: "何明理", Role: models.RoleJudicial, Region: c.Place.Township}, {ID: "k", Name: "方正平", Role: models.RoleCounty, Region: c.Place.County},
	}
	actor := actors[w.pick(len(actors))]
	allowed := c.Allowed(w.rules.Policy, actor)
	if len(allowed) == 0 {
		return
	}
	action := allowed[w.pick(len(allowed))]
	if w.pick(2) == 0 { // what usually comes next
		for _, likely := range []models.Action{models.ActionAccept, models.ActionReceive, models.ActionAgree, models.ActionPerform} {
			if slices.Contains(allowed, likely) {
				action = likely
			}
		}
	}
	changed, err := w.act(t, actor, c, action)
	if err != nil {
		kind := models.AsError(err).Kind
		require.True(t, kind == models.Precondition || kind == models.Invalid, "%s: %v", action, err)
		return
	}
	w.files[at] = changed
	w.done[action]++
}

func (w *worked) logOne(t *testing.T) {
	t.Helper()
	village := choose(w.history, villages...)
	actor := models.Actor{ID: "m", Name: "陈守义", Role: models.RoleMediator, Region: village.Code}
	if w.pick(5) == 0 {
		actor = models.Actor{ID: "j", Name: "何明理", Role: models.RoleJudicial, Region: village.Parent}
	}
	c, _, err := w.cases.Log(t.Context(), actor, casework.LogForm{
		Type: choose[models.DisputeType](w.history, models.LandTransfer, models.Dividend, "neighbourhood"), VillageCode: village.Code, Title: "纠纷", Facts: "经过",
		Source: choose(w.history, "application", "screening"), AmountFen: int64(w.pick(5)) * 10_000, Households: w.pick(4),
		Risk: choose(w.history, models.Blue, models.Yellow, models.Orange, models.Red),
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "陈大山"}, {Role: models.Respondent, Kind: models.Organisation, Name: "合作社", Collective: w.pick(4) == 0},
		},
	}, "")
	require.NoError(t, err)
	w.files = append(w.files, c)
	w.done[models.ActionLog]++
}

// act does one action by its use case.
func (w *worked) act(t *testing.T, actor models.Actor, c *models.Case, action models.Action) (*models.Case, error) {
	t.Helper()
	ctx, ref, today := t.Context(), casework.Ref{ID: c.ID, Version: c.Version}, workday.OfTime(w.now)
	policy := w.rules.Policy
	switch action {
	case models.ActionAccept:
		return w.cases.Accept(ctx, actor, ref, casework.AcceptForm{Consent: "双方同意"})
	case models.ActionDecline:
		return w.cases.Decline(ctx, actor, ref, casework.DeclineForm{Reason: "拒绝"})
	case models.ActionSitting:
		return w.cases.RecordSitting(ctx, actor, ref, casework.SittingForm{HeldAt: w.now, Place: "村", Course: "经过", Result: "continue"})
	case models.ActionAgree:
		if len(c.Sittings) == 0 {
			return w.act(t, actor, c, models.ActionSitting)
		}
		form := casework.AgreementForm{Form: choose(w.history, "written", "oral"), OralReason: "不需要", Items: []string{"付款"}, AmountFen: 5_000_00}
		for range w.pick(3) {
			form.Instalments = append(form.Instalments, casework.InstalmentForm{DueOn: today.AddDays(w.pick(30)).String()})
		}
		return w.cases.Agree(ctx, actor, ref, form)
	case models.ActionFail:
		return w.cases.Fail(ctx, actor, ref, casework.FailForm{Reason: "差距大", RemediesTold: true})
	case models.ActionWithdraw:
		return w.cases.Withdraw(ctx, actor, ref, casework.ReasonForm{Reason: "撤回"})
	case models.ActionRefer:
		return w.cases.Refer(ctx, actor, ref, casework.ReferForm{To: "court", Reason: "起诉"})
	case models.ActionEscalate:
		return w.cases.Escalate(ctx, actor, ref, casework.EscalateForm{Reason: models.ReasonFailed, Note: "调解不成"})
	case models.ActionReceive:
		return w.cases.Review(ctx, actor, ref, casework.ReviewForm{Decision: "accept", AskVillage: w.pick(2) == 0})
	case models.ActionReturn:
		return w.cases.Review(ctx, actor, ref, casework.ReviewForm{Decision: "return", Days: policy.ReturnMinDays, Missing: []string{"补充"}})
	case models.ActionPerform:
		form := casework.PerformForm{On: today.String()}
		if i := slices.IndexFunc(c.Agreement.Instalments, func(in models.Instalment) bool { return in.PerformedOn == "" }); i >= 0 {
			form.Seq = i + 1
		}
		return w.cases.Perform(ctx, actor, ref, form)
	case models.ActionClose:
		return w.cases.Close(ctx, actor, ref, casework.CloseForm{})
	case models.ActionRaise, models.ActionLower:
		risk := choose(w.history, models.Blue, models.Yellow, models.Orange, models.Red)
		if action == models.ActionRaise && risk.Rank() < c.Risk.Rank() {
			risk = c.Risk
		}
		return w.cases.Assess(ctx, actor, ref, casework.RiskForm{Risk: risk, Reason: "评估"})
	case models.ActionSigns:
		signs := models.RiskSigns{Petition: w.pick(2) == 0, Crowd: w.pick(8) == 0, Threat: w.pick(8) == 0}
		if actor.Role == models.RoleCounty { // strikes none off
			signs = c.Signs.With(signs)
		}
		return w.cases.ReportSigns(ctx, actor, ref, casework.SignsForm{RiskSigns: signs, Note: "核实过"})
	case models.ActionPause:
		return w.cases.Pause(ctx, actor, ref, casework.PauseForm{Ground: models.PauseSurvey, Note: "测绘"})
	case models.ActionResume:
		return w.cases.Resume(ctx, actor, ref, casework.ResumeForm{})
	case models.ActionExtend:
		return w.cases.Extend(ctx, actor, ref, casework.ExtendForm{Days: 5, Consent: "双方同意"})
	case models.ActionOrder:
		return w.cases.Order(ctx, actor, ref, casework.OrderForm{Kind: "deadline", LastDay: today.AddDays(2).String(), Note: "抓紧"})
	case models.ActionTake:
		return w.cases.Order(ctx, actor, ref, casework.OrderForm{Kind: "take", Note: "提级"})
	case models.ActionPolice:
		return w.cases.ReportPolice(ctx, actor, ref, casework.PoliceForm{ReportedAt: w.now, ReportedBy: "周大成", ReportedTo: "派出所"})
	case models.ActionDraft:
		return w.cases.Draft(ctx, actor, ref, casework.DraftForm{Form: "written", Items: []string{"付款"}, Reason: "再改"})
	case models.ActionSign:
		form := casework.SignForm{ReachedOn: today.String()}
		if w.pick(2) == 0 {
			form.MediatorSigned, form.Sealed = today.String(), today.String()
			for _, p := range c.Parties {
				form.Signatures = append(form.Signatures, models.Signature{Party: p.Name, SignedOn: today.String()})
			}
		}
		return w.cases.Sign(ctx, actor, ref, form)
	case models.ActionConfirm:
		return w.cases.Confirm(ctx, actor, ref, casework.ConfirmForm{Step: choose(w.history, "applied", "confirmed", "refused"), On: today.String(), Court: "法院", Reason: "不明确"})
	case models.ActionPress:
		form := casework.PressForm{On: today.String(), How: "上门", Answer: "再等等"}
		if i := slices.IndexFunc(c.Agreement.Instalments, func(in models.Instalment) bool { return in.PerformedOn == "" }); i >= 0 {
			form.Seq = i + 1
		}
		return w.cases.Press(ctx, actor, ref, form)
	case models.ActionBreach:
		return w.cases.Breach(ctx, actor, ref, casework.BreachForm{Way: "sue", Told: true, Note: "不付"})
	case models.ActionReopen:
		return w.cases.Reopen(ctx, actor, ref, casework.ReopenForm{Reason: "again", Note: "又吵了"})
	case models.ActionVisit:
		return w.cases.Visit(ctx, actor, ref, casework.VisitForm{On: today.String(), How: "phone", Visited: []string{c.Parties[0].Name}, Satisfaction: "satisfied"})
	case models.ActionCorrect:
		form := casework.CorrectForm{
			Reason: "写错了", Type: choose[models.DisputeType](w.history, models.LandTransfer, models.Dividend, "neighbourhood"), Title: "纠纷", Facts: "经过",
			Source: choose(w.history, "application", "screening"), AmountFen: int64(w.pick(5)) * 10_000, Households: w.pick(4),
		}
		for i, p := range c.Parties {
			form.Parties = append(form.Parties, casework.CorrectPartyForm{Was: i + 1, Role: p.Role, Kind: p.Kind, Name: p.Name, Collective: p.Collective})
		}
		if w.pick(3) == 0 {
			form.Parties = append(form.Parties, casework.CorrectPartyForm{Role: models.ThirdParty, Kind: models.Person, Name: fmt.Sprintf("证人%d", len(c.Parties))})
		}
		return w.cases.Correct(ctx, actor, ref, form)
	case models.ActionAttach:
		return w.cases.Attach(ctx, actor, ref, casework.AttachForm{Kind: "evidence", File: fmt.Appendf(nil, "%%PDF-1.4\n%% %d\n%%%%EOF\n", w.pick(1<<20))})
	case models.ActionDetach:
		return w.cases.Detach(ctx, actor, ref, casework.DetachForm{Seq: max(1, len(c.Attachments)), Reason: "附错了"})
	case models.ActionInquire:
		return w.cases.RecordInvestigation(ctx, actor, ref, casework.InvestigationForm{HeldAt: w.now, Place: "田头", Asked: "邵老三", As: "neighbour", Text: "看见地界移过。"})
	case models.ActionFile:
		return w.cases.File(ctx, actor, ref, casework.FileForm{Retention: "long", Known: true})
	case models.ActionAddend:
		return w.cases.Addend(ctx, actor, ref, casework.AddendForm{Text: "后来"})
	}
	require.Fail(t, "no use case is known here for this action", string(action))
	return nil, nil
}
