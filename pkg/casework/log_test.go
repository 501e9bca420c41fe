package casework_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

func TestLog(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c, created, err := w.Log(t.Context(), mediator, draft(func(f *casework.LogForm) {
			f.Title, f.Risk, f.Source, f.Requests = "  三组地租拖欠 ", "", "", []string{" 付清 ", "", "  "}
		}), "")
		require.NoError(t, err)
		require.True(t, created)
		require.Empty(t, cmp.Diff(c, w.stored(t, c), cmpopts.EquateEmpty()))
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, "三组地租拖欠", c.Title, "as it was meant")
		require.Equal(t, []string{"付清"}, c.Requests)
		require.Equal(t, "application", c.Source)
		require.Equal(t, models.Blue, c.Risk)
		require.Equal(t, models.Logged, c.State)
		require.Equal(t, "village", c.Level)
		require.Equal(t, "北坡村人民调解委员会", c.Office.Name)
		require.Equal(t, "枫溪镇司法所", c.Place.TownshipOffice)
		require.Nil(t, c.Number)
		require.Equal(t, mediator, c.LoggedBy)
		require.True(t, local("2026-03-06 00:00").Equal(*c.DueAt), "three working days from Monday: %s", c.DueAt)
		require.Len(t, c.Timeline, 1)
	})
}

// TestWhereACaseComesIn holds at which rung a case begins, by who logs it and what it is about.
func TestWhereACaseComesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	intake := func(intake, consent string) func(*casework.LogForm) {
		return func(f *casework.LogForm) { f.Intake, f.Consent = intake, consent }
	}
	for _, test := range []struct {
		name          string
		actor         models.Actor
		change        []func(*casework.LogForm)
		level, office string
		consent, note string
	}{
		{"a mediator's", mediator, nil, "village", "北坡村人民调解委员会", "", ""},
		{"a judicial officer's", judicial, nil, "township", "枫溪镇司法所", "", ""},
		{"the county's", countyMan, nil, "county", "青禾县矛调中心", "", ""},
		{"the way round the village is for the village's own disputes", mediator, []func(*casework.LogForm){intake("township", "")}, "village", "北坡村人民调解委员会", "", ""},
		{"consent to what needs none", mediator, []func(*casework.LogForm){intake("village", "双方同意")}, "village", "北坡村人民调解委员会", "", ""},
		{"against the village, to the township", mediator, []func(*casework.LogForm){againstTheVillage, intake("township", "双方同意")}, "township", "枫溪镇司法所", "", "被申请人是村集体，本村调解员有利益冲突"},
		{"against the village, with consent", mediator, []func(*casework.LogForm){againstTheVillage, intake("village", "双方同意")}, "village", "北坡村人民调解委员会", "双方同意", "被申请人是村集体，本村调解员有利益冲突"},
		{"against the village, nothing said yet", mediator, []func(*casework.LogForm){againstTheVillage}, "village", "北坡村人民调解委员会", "", "被申请人是村集体，本村调解员有利益冲突"},
		{"the village asks", mediator, []func(*casework.LogForm){againstTheVillage, func(f *casework.LogForm) {
			f.Parties[0].Role, f.Parties[1].Role = models.Respondent, models.Applicant
		}}, "village", "北坡村人民调解委员会", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := w.Log(t.Context(), test.actor, draft(test.change...), "")
			require.NoError(t, err)
			require.Equal(t, test.level, c.Level)
			require.Equal(t, test.office, c.Office.Name)
			require.Equal(t, test.consent, c.Conflict.Consent)
			require.Equal(t, test.note != "", c.Conflict.Exists)
			require.Equal(t, test.note, c.Timeline[0].Note)
			require.Empty(t, c.Review, "it came in here: nobody has to sign it in")
		})
	}
}

func TestWhoMayLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const message = "只有调解员、村调委会主任、司法所和县矛调中心可以登记纠纷"
	for _, actor := range []models.Actor{secretary, auditor, admin, {ID: "x", Role: models.RoleSystem, Region: county}, {}} {
		for _, form := range []casework.LogForm{draft(), {}} {
			_, _, err := w.Log(t.Context(), actor, form, "")
			requireTold(t, models.Forbidden, "case.log", message, err)
		}
	}
	for _, actor := range []models.Actor{neighbour, nextDoor, alien} {
		_, _, err := w.Log(t.Context(), actor, draft(), "")
		requireFields(t, err, "villageCode", "这个村不在您的管辖范围内，请重新选择")
	}
}

func TestLogRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	party := func(i int, change func(*casework.PartyForm)) func(*casework.LogForm) {
		return func(f *casework.LogForm) { change(&f.Parties[i]) }
	}
	for _, test := range []struct {
		name   string
		change func(*casework.LogForm)
		fields []string
	}{
		{"nothing", func(f *casework.LogForm) { *f = casework.LogForm{} }, []string{
			"type", "请填写纠纷类型", "villageCode", "请填写所在村", "title", "请填写标题", "facts", "请填写简要事实", "parties", "当事人至少填写2项",
		}},
		{"a type that is none", func(f *casework.LogForm) { f.Type, f.Subtype, f.Land = "war", "", nil }, []string{"type", "请从列表中选择纠纷类型"}},
		{"a sub-type of another type", func(f *casework.LogForm) { f.Subtype = "membership" }, []string{"subtype", "请从列表中选择具体情形"}},
		{"a source that is none", func(f *casework.LogForm) { f.Source = "rumour" }, []string{"source", "请从列表中选择来源"}},
		{"a risk that is none", func(f *casework.LogForm) { f.Risk = "black" }, []string{"risk", "请从列表中选择风险等级"}},
		{"a village code that is none", func(f *casework.LogForm) { f.VillageCode = "33068110120" }, []string{"villageCode", "所在村应为12位数字的村级区划代码"}},
		{"a village that is not there", func(f *casework.LogForm) { f.VillageCode = "330681101299" }, []string{"villageCode", "没有这个村，请重新选择"}},
		{"blank", func(f *casework.LogForm) { f.Title, f.Facts = "  ", "\n" }, []string{"title", "请填写标题", "facts", "请填写简要事实"}},
		{"too long", func(f *casework.LogForm) {
			f.Title, f.Requests = strings.Repeat("长", 61), []string{strings.Repeat("长", 301)}
		}, []string{"title", "标题最多60个字，现在有61个字", "requests[0]", "请求最多300个字，现在有301个字"}},
		{"negative", func(f *casework.LogForm) { f.AmountFen, f.Households = -1, -1 }, []string{
			"amountFen", "涉及金额不能为负数，也不能超过一千亿元", "households", "涉及户数不能小于0",
		}},
		{"one side only", func(f *casework.LogForm) { f.Parties[1].Role = models.Applicant }, []string{"parties", "请至少填写一名被申请人"}},
		{"no side at all", func(f *casework.LogForm) {
			f.Parties[0].Role, f.Parties[1].Role = models.ThirdParty, models.ThirdParty
		}, []string{"parties", "请至少填写一名申请人", "parties", "请至少填写一名被申请人"}},
		{"a party without a name", party(0, func(p *casework.PartyForm) { p.Name = " " }), []string{"parties[0].name", "请填写姓名或名称"}},
		{"a phone with a wrong digit", party(0, func(p *casework.PartyForm) { p.Phone = "1381234567" }), []string{"parties[0].phone", "电话应为11位手机号码，或带区号的固定电话，请核对"}},
		{"an identity number with a wrong digit", party(0, func(p *casework.PartyForm) { p.IDNumber = "330681195803126418" }), []string{
			"parties[0].idNumber", "证件号码的最后一位对不上，可能有一位输错，请照证件逐位核对",
		}},
		{"a credit code with a wrong digit", party(1, func(p *casework.PartyForm) { p.IDNumber = "93330681MA2ABCDE7B" }), []string{
			"parties[1].idNumber", "统一社会信用代码的最后一位对不上，可能有一位输错，请照证书逐位核对",
		}},
		{"land in a dispute over dividends", func(f *casework.LogForm) { f.Type, f.Subtype = models.Dividend, "" }, []string{"landTransfer", "只有土地流转纠纷才填写土地流转情况"}},
		{"dividends in a dispute over land", func(f *casework.LogForm) { f.Dividend = &models.DividendFacts{} }, []string{"dividend", "只有集体分红纠纷才填写分红情况"}},
		{"a term that ends before it begins", func(f *casework.LogForm) { f.Land.To = "2024-01-09" }, []string{"landTransfer.to", "流转截止日期不能早于起始日期"}},
		{"a contract of tomorrow", func(f *casework.LogForm) { f.Land.ContractDate = "2026-03-03" }, []string{"landTransfer.contractDate", "签订日期不能晚于今天"}},
		{"a violation of tomorrow", func(f *casework.LogForm) { f.Land.ViolationKnownOn = "2026-03-03" }, []string{"landTransfer.violationKnownOn", "知道权利受侵害的日期不能晚于今天"}},
		{"a day that is none", func(f *casework.LogForm) { f.Land.From = "2026-02-30" }, []string{"landTransfer.from", "流转起始日期请写成年-月-日，例如2026-11-24"}},
		{"a decision of tomorrow", func(f *casework.LogForm) {
			f.Type, f.Subtype, f.Land, f.Dividend = models.Dividend, "", nil, &models.DividendFacts{DecisionDate: "2026-03-03", ViolationKnownOn: "2026-03-03"}
		}, []string{"dividend.violationKnownOn", "知道权利受侵害的日期不能晚于今天", "dividend.decisionDate", "决议日期不能晚于今天"}},
		{"an intake that is none", func(f *casework.LogForm) { f.Intake = "court" }, []string{"intake", "请从列表中选择由谁受理"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := draft(test.change)
			c, created, err := w.Log(t.Context(), judicial, f, "")
			requireFields(t, err, test.fields...)
			require.Nil(t, c)
			require.False(t, created)
			if f.VillageCode != "330681101299" { // whether a village is there, the store knows
				requireFields(t, w.CheckLog(&f), test.fields...)
			}
		})
	}
	good := draft()
	require.NoError(t, w.CheckLog(&good))
}

// TestOneDraftIsOneCase: a draft that is sent again, at once or later, gives the case that is there;
// the same key of somebody else is another draft.
func TestOneDraftIsOneCase(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		const senders = 16
		cases, created, errs := make([]*models.Case, senders), make([]bool, senders), make([]error, senders)
		var group sync.WaitGroup
		for i := range senders {
			group.Go(func() { cases[i], created[i], errs[i] = w.Log(t.Context(), mediator, draft(), "key") })
		}
		group.Wait()
		made := 0
		for i, err := range errs {
			require.NoError(t, err)
			require.Equal(t, cases[0].ID, cases[i].ID)
			if created[i] {
				made++
			}
		}
		require.Equal(t, 1, made)

		did(t)(w.Accept(t.Context(), mediator, ref(cases[0]), casework.AcceptForm{}))
		again, fresh, err := w.Log(t.Context(), mediator, draft(func(f *casework.LogForm) { f.Title = "另一个标题" }), "key")
		require.NoError(t, err)
		require.False(t, fresh)
		require.Equal(t, cases[0].ID, again.ID)
		require.Equal(t, models.Mediating, again.State, "as it is now")
		require.Equal(t, "三组地租拖欠", again.Title)

		others, fresh, err := w.Log(t.Context(), chair, draft(), "key")
		require.NoError(t, err)
		require.True(t, fresh)
		require.NotEqual(t, again.ID, others.ID)
		one, two := w.log(t), w.log(t)
		require.NotEqual(t, one.ID, two.ID, "without a key each is a case of its own")
	})
}

// TestRedGoesUpAtOnce: what must not wait is at the township in the write that logs it.
func TestRedGoesUpAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	red := func(f *casework.LogForm) { f.Risk = models.Red }
	for _, test := range []struct {
		name   string
		actor  models.Actor
		level  string
		review models.ReviewState
		events int
	}{
		{"from the village", mediator, "township", models.ReviewPending, 2},
		{"from the township", judicial, "county", models.ReviewPending, 2},
		{"at the top there is nowhere to go", countyMan, "county", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := w.Log(t.Context(), test.actor, draft(red), "")
			require.NoError(t, err)
			require.EqualValues(t, 1, c.Version, "one write")
			require.NoError(t, c.VerifyTimeline())
			require.Equal(t, test.level, c.Level)
			require.Equal(t, test.review, c.Review)
			require.Len(t, c.Timeline, test.events)
			if test.events == 2 {
				require.Equal(t, models.ActionExpire, c.Timeline[1].Action)
				require.Equal(t, "风险等级为红（高），立即上报：登记时评为红（高）", c.Timeline[1].Note)
				require.Equal(t, models.ReasonRisk, c.Stages[0].Reason)
			}
		})
	}
}

func TestWithoutRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.Log(t.Context(), alien, draft(func(f *casework.LogForm) { f.VillageCode = alienVillage }), "")
	require.NoError(t, err, "the policy of every county")
	w.at("2024-12-31 23:59")
	_, _, err = w.Log(t.Context(), mediator, draft(func(f *casework.LogForm) { f.Land = nil }), "")
	requireTold(t, models.Precondition, "policy.none", "本县还没有生效的时限规则，请管理员先设置", err)

	four := newWorld(t, models.FourLevelPolicy(local("2025-01-01 00:00")))
	_, _, err = four.Log(t.Context(), countyMan, draft(), "")
	requireTold(t, models.Precondition, "case.no_rung", "时限规则里没有这一级，请联系管理员", err)
}

func TestIDOf(t *testing.T) {
	t.Parallel()
	id := bson.NewObjectID()
	got, err := casework.IDOf(id.Hex())
	require.NoError(t, err)
	require.Equal(t, id, got)
	for _, text := range []string{"", "1", id.Hex() + "0", strings.Repeat("g", 24)} {
		_, err := casework.IDOf(text)
		requireTold(t, models.NotFound, "not_found", "没有找到这个纠纷", err)
	}
}
