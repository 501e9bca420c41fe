package models_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// tale is a case with what was done to it, an hour apart.
type tale struct {
	t      *testing.T
	c      *models.Case
	policy *models.Policy
	now    time.Time
}

func newTale(t *testing.T) *tale {
	t.Helper()
	policy := defaultPolicy()
	c := logged(policy)
	c.Title, c.Facts, c.Requests, c.Subtype = "三组地租拖欠", "两年租金没有付。", []string{"付清租金"}, "rent_arrears"
	c.Parties = []models.Party{
		{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Representative: "邵兴旺"},
		{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: models.Sealed{Mask: "330681********6417", Box: []byte("sealed")}, Phone: models.Sealed{Mask: "138****5678"}, Agent: "许小福"},
	}
	return &tale{t: t, c: c, policy: policy, now: start}
}

func (a *tale) does(action models.Action, role models.Role, note string, change func() error) *tale {
	a.t.Helper()
	a.now = a.now.Add(time.Hour)
	require.NoError(a.t, a.c.Move(a.policy, action, actorOf(role), a.now, note, change))
	return a
}

func (a *tale) accepts() *tale {
	return a.does(models.ActionAccept, models.RoleMediator, "", func() error {
		now, by := a.now, actorOf(models.RoleMediator)
		a.c.AcceptedAt, a.c.OpenStage().Received, a.c.OpenStage().Handler = &now, &now, &by
		return nil
	})
}

func (a *tale) sits(role models.Role, result, course string, rightsTold bool) *tale {
	return a.does(models.ActionSitting, role, "", func() error {
		a.c.Sittings = append(a.c.Sittings, models.Sitting{
			Seq: len(a.c.Sittings) + 1, HeldAt: a.now.Add(-time.Minute), RecordedAt: a.now, Place: "村委会", Mediators: []string{"陈守义"}, Result: result,
			Course: course, RightsTold: rightsTold, Level: a.c.Level,
		})
		return nil
	})
}

// goesUp hands up for a reason, by whom it may be.
func (a *tale) goesUp(action models.Action, role models.Role, reason models.Reason, note, asked string) *tale {
	return a.does(action, role, note, func() error {
		above, ok := a.policy.Above(a.c.Level)
		require.True(a.t, ok)
		a.c.OpenStage().Asked = asked
		a.c.EndStage(a.now, models.OutcomeEscalated, reason, note)
		a.c.StartStage(above, models.OfficeOf(above, a.c.Place), a.now, clockOf(models.PhaseReview, a.now, 3))
		a.c.Review = models.ReviewPending
		return nil
	})
}

func (a *tale) expires(days int) *tale {
	a.now = a.now.AddDate(0, 0, days)
	return a.goesUp(models.ActionExpire, models.RoleSystem, models.ReasonDeadline, "期限届满", "")
}

func (a *tale) signsIn(role models.Role) *tale {
	return a.does(models.ActionReceive, role, "", func() error {
		now, by := a.now, actorOf(role)
		a.c.OpenStage().Received, a.c.OpenStage().Handler, a.c.Review = &now, &by, models.ReviewAccepted
		return nil
	})
}

func (a *tale) givesBack(missing ...string) *tale {
	return a.does(models.ActionReturn, models.RoleJudicial, "请补充", func() error {
		a.c.EndStage(a.now, models.OutcomeReturned, "", "请补充")
		a.c.LastStage().Missing = missing
		rung := a.policy.Ladder[0]
		a.c.StartStage(rung, models.OfficeOf(rung, a.c.Place), a.now, clockOf(models.PhaseReturned, a.now, 7))
		a.c.Review = models.ReviewReturned
		return nil
	})
}

func (a *tale) attaches(role models.Role, kind string) *tale {
	return a.does(models.ActionAttach, role, "", func() error {
		a.c.Attachments = append(a.c.Attachments, models.Attachment{Seq: len(a.c.Attachments) + 1, Kind: kind, Type: models.TypePDF, At: a.now})
		return nil
	})
}

// scores is what the system assesses.
func (a *tale) scores(level models.RiskLevel, points int) *tale {
	return a.does(models.ActionAssess, models.RoleSystem, fmt.Sprintf("系统评估：%s，%d分", level.Name(), points), func() error {
		a.c.Assessment = &models.Assessment{At: a.now, Level: level, Points: points}
		a.c.Risk = level
		return nil
	})
}

func (a *tale) threatens() *tale {
	return a.does(models.ActionRaise, models.RoleMediator, "扬言动手", func() error {
		a.c.Risk, a.c.Police = models.Orange, &models.PoliceDuty{AskedAt: a.now, AnswerBy: a.now.Add(24 * time.Hour)}
		return nil
	})
}

// wanting lists the papers that are missing or unsigned.
func wanting(list []models.CasePaper) string {
	var out []string
	for _, p := range list {
		if p.State == models.PaperMissing || p.State == models.PaperUnsigned {
			out = append(out, p.Code)
		}
	}
	return strings.Join(out, " ")
}

func TestHandover(t *testing.T) {
	t.Parallel()
	said := func(h models.Handover) []string {
		out := []string{}
		for _, s := range h.Tried {
			out = append(out, s.ResultName+"/"+s.End)
		}
		return out
	}
	for _, test := range []struct {
		name          string
		live          func(a *tale)
		stage, of     int // index, and how many there are
		from, to      string
		by            models.Role
		why, note     string
		asked         string
		failed, tried []string
		risk          models.RiskLevel
		papers        string
		answer        models.ReviewState
	}{
		{"nobody did anything", func(a *tale) { a.expires(4) }, 0, 1, "村级", "镇级", models.RoleSystem, "到期未办结，自动上报", "期限届满", "",
			[]string{"北坡村人民调解委员会没有受理", "本级没有调解记录", "受理期限届满，没有办结"}, []string{}, models.Blue, "application rights identity sittings", models.ReviewPending},
		{"tried and asked for help", func(a *tale) {
			a.accepts().sits(models.RoleMediator, "no_agreement", "双方各执一词。", true).sits(models.RoleMediator, "continue", "合作社愿付一半。", false)
			a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "差距太大", "请司法所主持").signsIn(models.RoleJudicial)
		}, 0, 1, "村级", "镇级", models.RoleMediator, "本级调解不成", "差距太大", "请司法所主持",
			[]string{"本级调解2次，其中1次没有达成一致"}, []string{"未达成一致/双方各执一词。", "择期继续调解/合作社愿付一半。"}, models.Blue,
			"identity", models.ReviewAccepted},
		{"a threat nobody reported", func(a *tale) {
			a.threatens()
			a.c.Parties[0].IDNumber.Mask, a.c.Parties[1].Agent = "91330681*****", ""
			a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonRisk, "怕打起来", "")
		}, 0, 1, "村级", "镇级", models.RoleMediator, "矛盾可能激化", "怕打起来", "",
			[]string{"北坡村人民调解委员会没有受理", "本级没有调解记录"}, []string{}, models.Orange,
			"application rights sittings police", models.ReviewPending},
		{"sent back", func(a *tale) {
			a.accepts().goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonAsked, "当事人要求", "").givesBack("调解记录")
		}, 0, 1, "村级", "镇级", models.RoleMediator, "当事人要求", "当事人要求", "",
			[]string{"本级没有调解记录"}, []string{}, models.Blue,
			"rights identity sittings", models.ReviewReturned},
		{"the second time from the same level has those before the return as well", func(a *tale) {
			a.accepts().sits(models.RoleMediator, "continue", "第一轮。", false)
			a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonAsked, "当事人要求", "").givesBack("再谈一次")
			a.sits(models.RoleMediator, "no_agreement", "第二轮。", true).expires(9)
		}, 2, 2, "村级", "镇级", models.RoleSystem, "到期未办结，自动上报", "期限届满", "",
			[]string{"本级调解2次，其中1次没有达成一致", "补充调解期限届满，没有办结"}, []string{"择期继续调解/第一轮。", "未达成一致/第二轮。"}, models.Blue,
			"identity", models.ReviewPending},
		{"nothing more was done after a return", func(a *tale) {
			a.accepts().sits(models.RoleMediator, "no_agreement", "第一轮。", true)
			a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonAsked, "当事人要求", "").givesBack("再谈一次").expires(9)
		}, 2, 2, "村级", "镇级", models.RoleSystem, "到期未办结，自动上报", "期限届满", "",
			[]string{"本级调解1次，其中1次没有达成一致", "补充调解期限届满，没有办结"}, []string{"未达成一致/第一轮。"}, models.Blue, "identity", models.ReviewPending},
		{"what came later does not stand in the first", func(a *tale) {
			a.accepts().goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonAsked, "当事人要求", "").givesBack("再谈一次")
			a.threatens().sits(models.RoleMediator, "no_agreement", "第二轮。", true).attaches(models.RoleMediator, models.AttachIdentity).expires(9)
		}, 0, 2, "村级", "镇级", models.RoleMediator, "当事人要求", "当事人要求", "", []string{"本级没有调解记录"}, []string{}, models.Blue,
			"rights identity sittings", models.ReviewReturned},
		{"taken up, then handed up again before anybody signed in", func(a *tale) {
			a.accepts().goesUp(models.ActionTake, models.RoleJudicial, models.ReasonOrdered, "上级要求提级办理", "").expires(5)
		}, 0, 2, "村级", "镇级", models.RoleJudicial, "上级提级办理", "上级要求提级办理", "", []string{"本级没有调解记录"}, []string{}, models.Blue,
			"rights identity sittings", ""},
		{"from the township to the county", func(a *tale) {
			a.accepts().sits(models.RoleMediator, "continue", "村里。", true).goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "难", "").signsIn(models.RoleJudicial)
			a.sits(models.RoleJudicial, "no_agreement", "镇里。", false).expires(9)
		}, 1, 2, "镇级", "县级", models.RoleSystem, "到期未办结，自动上报", "期限届满", "",
			[]string{"本级调解1次，其中1次没有达成一致", "签收期限届满，没有办结"}, []string{"未达成一致/镇里。"}, models.Blue,
			"identity", models.ReviewPending},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newTale(t)
			test.live(a)
			require.NoError(t, a.c.VerifyTimeline())
			require.Len(t, a.c.Handovers(), test.of)
			h, ok := a.c.HandoverOf(test.stage)
			require.True(t, ok)
			stage := a.c.Stages[test.stage]
			require.Equal(t, test.stage+1, h.Stage)
			require.Equal(t, *stage.Closed, h.At)
			require.Equal(t, []string{test.from, test.to}, []string{h.From.Name, h.To.Name})
			require.Equal(t, a.c.Stages[test.stage+1].Office, h.To.Office)
			require.Equal(t, test.by, h.By.Role)
			require.Equal(t, []string{test.why, test.note, test.asked}, []string{h.Why, h.Note, h.Asked})
			require.Equal(t, test.failed, h.Failed)
			require.Equal(t, test.tried, said(h))
			require.Equal(t, test.risk, h.Risk)
			require.Equal(t, test.papers, wanting(h.Papers))
			require.Equal(t, test.answer, h.Answer.State)
			require.NotEmpty(t, h.Answer.Name)
			require.Equal(t, stage.Clock().DueAt, h.DueAt)
			require.Equal(t, stage.Clock().Working, h.Working)
		})
	}
}

// The papers are those of the case page, all of them, as they were when it went up: what is attached is there.
func TestHandoverPapersAreTheCases(t *testing.T) {
	t.Parallel()
	a := newTale(t).accepts().attaches(models.RoleMediator, models.AttachIdentity).sits(models.RoleMediator, "no_agreement", "谈不拢。", true)
	then := a.c.Papers()
	require.Empty(t, wanting(then))
	a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "难", "").signsIn(models.RoleJudicial)
	a.attaches(models.RoleJudicial, models.AttachEvidence).sits(models.RoleJudicial, "agreed", "谈拢了。", true)
	a.does(models.ActionFail, models.RoleJudicial, "", func() error {
		a.c.Failure = &models.Failure{At: a.now}
		a.c.EndStage(a.now, models.OutcomeFailed, "", "")
		return nil
	})
	h, ok := a.c.HandoverOf(0)
	require.True(t, ok)
	require.Empty(t, cmp.Diff(then, h.Papers))
	require.NotEqual(t, then, a.c.Papers())
	require.GreaterOrEqual(t, len(h.Papers), 13)
	require.Contains(t, h.Papers, models.CasePaper{Code: "identity", Name: "当事人身份证明", Must: true, State: models.PaperThere, StateName: "已有", Note: "已附1份"})

	// What a return asked for stands at the paper when it goes up again.
	b := newTale(t).accepts().goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "难", "").givesBack("调解记录：没有签名")
	b.c.Stages[1].Returned = []models.ReturnItem{{Paper: "sittings", Reason: "没有签名"}}
	b.expires(9)
	again, ok := b.c.HandoverOf(2)
	require.True(t, ok)
	for _, p := range again.Papers {
		require.Equal(t, p.Code == "sittings", p.Returned == "没有签名", p.Code)
	}
}

// A case that the system has assessed says so, also at the levels above, and in the order of the file.
func TestHandoverRisks(t *testing.T) {
	t.Parallel()
	a := newTale(t).scores(models.Orange, 45).accepts().scores(models.Red, 85).expires(0).scores(models.Orange, 40).expires(5)
	said := func(stage int) (out []string) {
		h, ok := a.c.HandoverOf(stage)
		require.True(t, ok)
		for _, r := range h.Risks {
			out = append(out, r.Note)
		}
		return append(out, string(h.Risk))
	}
	require.Equal(t, []string{"系统评估：橙（较高），45分", "系统评估：红（高），85分", "red"}, said(0))
	require.Equal(t, []string{"系统评估：橙（较高），45分", "系统评估：红（高），85分", "系统评估：橙（较高），40分", "orange"}, said(1))
}

// What was done about a threat is told as it stood when the case went up.
func TestHandoverPolice(t *testing.T) {
	t.Parallel()
	a := newTale(t).accepts().threatens().expires(3)
	a.does(models.ActionPolice, models.RoleJudicial, "", func() error {
		at := a.now
		a.c.Police.ReportedAt, a.c.Police.ReportedBy, a.c.Police.ToldAt = &at, "周一鸣", &at
		return nil
	})
	a.expires(5)
	first, _ := a.c.HandoverOf(0)
	require.True(t, first.Police.IsOpen())
	require.Nil(t, first.Police.ToldAt)
	second, _ := a.c.HandoverOf(1)
	require.Equal(t, "周一鸣", second.Police.ReportedBy)
	require.Equal(t, "周一鸣", a.c.Police.ReportedBy, "the case itself is left alone")
}

// Each party's position is what it said last before the case went up.
func TestHandoverPositions(t *testing.T) {
	t.Parallel()
	a := newTale(t).accepts()
	says := func(party, text string) {
		a.c.Sittings[len(a.c.Sittings)-1].Statements = append(a.c.Sittings[len(a.c.Sittings)-1].Statements, models.Statement{Party: party, Text: text})
	}
	a.sits(models.RoleMediator, "continue", "第一轮。", true)
	says("丰年农机合作社", "一分不付")
	says("许来福", "全部付清")
	a.sits(models.RoleMediator, "no_agreement", "第二轮。", true)
	says("丰年农机合作社", "先付一半")
	a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "难", "").signsIn(models.RoleJudicial)
	a.sits(models.RoleJudicial, "no_agreement", "镇里。", true)
	says("丰年农机合作社", "都付")
	h, ok := a.c.HandoverOf(0)
	require.True(t, ok)
	require.Equal(t, &models.HandoverPosition{Sitting: 1, HeldAt: a.c.Sittings[0].HeldAt, Text: "全部付清"}, h.Sides[0].Parties[0].Position)
	require.Equal(t, &models.HandoverPosition{Sitting: 2, HeldAt: a.c.Sittings[1].HeldAt, Text: "先付一半"}, h.Sides[1].Parties[0].Position)

	silent := newTale(t).expires(4)
	h, ok = silent.c.HandoverOf(0)
	require.True(t, ok)
	require.Nil(t, h.Sides[1].Parties[0].Position)
}

// What is in it, and what is not: masks only.
func TestHandoverHasMasksOnly(t *testing.T) {
	t.Parallel()
	a := newTale(t)
	a.accepts().threatens().goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "难", "请主持").givesBack("调解记录", "证据")
	h, ok := a.c.HandoverOf(0)
	require.True(t, ok)
	require.Equal(t, "土地流转·租金拖欠", h.Case.TypeName)
	require.Equal(t, "青禾县枫溪镇北坡村", h.Case.Place)
	require.Equal(t, []string{"调解记录", "证据"}, h.Answer.Missing)
	require.Len(t, h.Sides, 2)
	require.Equal(t, []any{"申请人", []string{"付清租金"}, "许来福", "330681********6417", "138****5678"},
		[]any{h.Sides[0].RoleName, h.Sides[0].Requests, h.Sides[0].Parties[0].Name, h.Sides[0].Parties[0].IDNumber, h.Sides[0].Parties[0].Phone})
	require.Equal(t, []any{"被申请人", []string{}, "邵兴旺"}, []any{h.Sides[1].RoleName, h.Sides[1].Requests, h.Sides[1].Parties[0].Representative})
	require.Equal(t, "扬言动手", h.Risks[0].Note)
	require.True(t, h.Police.IsOpen())
	raw, err := json.Marshal(h)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "sealed")
}

func TestNoHandover(t *testing.T) {
	t.Parallel()
	a := newTale(t).accepts()
	for _, stage := range []int{-1, 0, 1, 9} {
		_, ok := a.c.HandoverOf(stage)
		require.False(t, ok)
	}
	require.Equal(t, []models.Handover{}, a.c.Handovers())
	a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "", "").givesBack("甲")
	for stage, want := range []bool{true, false, false, false} {
		_, ok := a.c.HandoverOf(stage)
		require.Equal(t, want, ok, "sent back is not handed up")
	}
}

// A long course is quoted from its end, from the beginning of a sentence where one is near.
func TestHandoverQuotesTheEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, course, want string }{
		{"short", " 双方陈述。\n", "双方陈述。"},
		{"as long as is quoted", strings.Repeat("字", 120), strings.Repeat("字", 120)},
		{"without a sentence near", strings.Repeat("字", 300), "……" + strings.Repeat("字", 120)},
		{"from a sentence", strings.Repeat("前", 100) + "。" + strings.Repeat("后", 110), "……" + strings.Repeat("后", 110)},
		{"a sentence that begins too late", strings.Repeat("前", 180) + "。" + strings.Repeat("后", 20), "……" + strings.Repeat("前", 99) + "。" + strings.Repeat("后", 20)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newTale(t).accepts().sits(models.RoleMediator, "continue", test.course, false)
			a.goesUp(models.ActionEscalate, models.RoleMediator, models.ReasonFailed, "", "")
			h, ok := a.c.HandoverOf(0)
			require.True(t, ok)
			require.Equal(t, test.want, h.Tried[0].End)
		})
	}
}
