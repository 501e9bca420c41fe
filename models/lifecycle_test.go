package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// seat is a rung of the default ladder as the lifecycle sees it.
type seat struct {
	name string
	kind models.RegionKind
	top  bool
}

var seats = []seat{{"村级", models.RegionVillage, false}, {"镇级", models.RegionTownship, false}, {"县级", models.RegionCounty, true}}

// seating is a case at a rung. One that waits for its review came from below.
func (s seat) seating(state models.State, review models.ReviewState) models.Seating {
	return models.Seating{
		Position: models.Position{State: state, Review: review}, Seat: s.kind, Region: place().Code(s.kind), Top: s.top,
		FromBelow: review == models.ReviewPending || review == models.ReviewAccepted,
	}
}

var shortNames = map[models.Role]string{
	models.RoleMediator: "调解员", models.RoleChair: "村主任", models.RoleFirstSecretary: "第一书记", models.RoleJudicial: "司法所",
	models.RoleCounty: "县中心", models.RoleAuditor: "审计员", models.RoleAdmin: "管理员", models.RoleSystem: "系统",
}

// cell says who may do an action and what comes of it.
func cell(s models.Seating, action models.Action) string {
	var who []string
	var row models.Transition
	for _, role := range everyRole() {
		if found, err := models.Permit(s, action, actorOf(role)); err == nil {
			who, row = append(who, shortNames[role]), found
		}
	}
	text := strings.Join(who, "、")
	switch {
	case len(who) == 0:
		return "—"
	case row.Ending != "":
		return text + " → " + row.To.Name() + "（" + models.NameOf(models.ClosingReasons(), string(row.Ending)) + "）"
	case row.To != "" && row.To != s.Position.State:
		return text + " → " + row.To.Name()
	}
	return text
}

// table writes who may do what in each state; only the lines that differ from another table where
// there is one.
func table(seating func(models.State) models.Seating, except map[string]bool) (text string, lines map[string]bool) {
	var b strings.Builder
	heads := []string{"操作"}
	for _, state := range models.States() {
		heads = append(heads, state.Name)
	}
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	lines = map[string]bool{}
	for _, action := range models.Actions() {
		cells := []string{action.Name}
		for _, state := range models.States() {
			cells = append(cells, cell(seating(models.State(state.Code)), models.Action(action.Code)))
		}
		line := "| " + strings.Join(cells, " | ") + " |\n"
		lines[line] = true
		if !except[line] {
			b.WriteString(line)
		}
	}
	return b.String(), lines
}

// level writes the tables of one rung. Review states in which the same holds share one.
func level(s seat) string {
	reviews := append([]models.Choice{{Code: "", Name: "没有上报"}}, models.ReviewStates()...)
	if s.top {
		reviews = reviews[:3] // nobody above could have sent a case back
	}
	titles, after := map[string][]string{}, map[string]string{}
	var order []string
	for _, review := range reviews {
		seating := func(state models.State) models.Seating { return s.seating(state, models.ReviewState(review.Code)) }
		text, lines := table(seating, nil)
		if titles[text] == nil {
			order = append(order, text)
		}
		titles[text] = append(titles[text], review.Name)
		switch {
		case review.Code == string(models.ReviewPending):
			less, _ := table(func(state models.State) models.Seating {
				again := seating(state)
				again.Returned = true
				return again
			}, lines)
			after[text] += "\n本级已退回过一次的，只有这些不同：\n\n" + less
		case review.Code == string(models.ReviewAccepted) && s.kind != models.RegionVillage:
			more, _ := table(func(state models.State) models.Seating {
				asked := seating(state)
				asked.Asked = true
				return asked
			}, lines)
			after[text] += "\n已签收并请村里继续协助调解的，只有这些不同：\n\n" + more
		}
	}
	var b strings.Builder
	for _, text := range order {
		fmt.Fprintf(&b, "\n## %s · %s\n\n%s%s", s.name, strings.Join(titles[text], "、"), text, after[text])
	}
	return b.String()
}

// TestLifecycleMatrix holds every state × action × level × review × role against one file that a
// lawyer can read.
func TestLifecycleMatrix(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# 谁在什么时候可以对案件做什么\n\n")
	b.WriteString("格中是可以办理的岗位，都在本案所在地任职；“→”之后是办理后的状态，没有“→”的状态不变；“—”表示谁也不能办理。\n")
	b.WriteString("村级、镇级、县级是案件现在由哪一级承办，县级是最高一级。登记是案件的开始，不在已有的案件上办理。\n")
	b.WriteString("村级待签收、已签收，只在村里有两级时出现（“四级七天”中由组上报到村）。\n\n岗位：\n\n")
	for _, role := range everyRole() {
		fmt.Fprintf(&b, "- %s：%s\n", shortNames[role], role.Name())
	}
	for _, s := range seats {
		b.WriteString(level(s))
	}
	requireGolden(t, "lifecycle.golden", b.String())
}

// TestPermitSaysWhyNot: what is refused is refused for the right reason, in words for people.
func TestPermitSaysWhyNot(t *testing.T) {
	t.Parallel()
	at := func(s seat, state models.State, review models.ReviewState) models.Seating {
		return s.seating(state, review)
	}
	inVillage, inTownship, inCounty := seats[0], seats[1], seats[2]
	elsewhere := func(role models.Role, region string) models.Actor { return models.Actor{Role: role, Region: region} }
	returned := at(inTownship, models.Mediating, models.ReviewPending)
	returned.Returned = true
	direct := at(inTownship, models.Mediating, models.ReviewPending)
	direct.FromBelow = false
	asked := at(inTownship, models.Mediating, models.ReviewAccepted)
	asked.Asked = true
	for _, test := range []struct {
		name    string
		seating models.Seating
		action  models.Action
		actor   models.Actor
		kind    models.Kind
		code    string
		message string
	}{
		{"unknown action", at(inVillage, models.Logged, ""), "fly", actorOf(models.RoleChair), models.Precondition, "case.action", "没有“fly”这个操作"},
		{"logging is no move", at(inVillage, models.Logged, ""), models.ActionLog, actorOf(models.RoleChair), models.Precondition, "case.action", "没有“log”这个操作"},
		{"another role", at(inVillage, models.Logged, ""), models.ActionAccept, actorOf(models.RoleFirstSecretary), models.Forbidden, "case.not_yours", "“受理”由村调委会办理，您现在只能查看"},
		{"another level", at(inTownship, models.Mediating, models.ReviewAccepted), models.ActionAgree, actorOf(models.RoleChair), models.Forbidden, "case.not_yours", "“达成协议”由司法所办理，您现在只能查看"},
		{"a level below is not asked", at(inCounty, models.Mediating, models.ReviewAccepted), models.ActionSitting, actorOf(models.RoleMediator), models.Forbidden, "case.not_yours", "“调解记录”由县矛调中心办理，您现在只能查看"},
		{"the next village", at(inVillage, models.Logged, ""), models.ActionAccept, elsewhere(models.RoleChair, "330681101202"), models.Forbidden, "case.not_yours", "“受理”由村调委会办理，您现在只能查看"},
		{"the next township", at(inTownship, models.Mediating, models.ReviewPending), models.ActionReceive, elsewhere(models.RoleJudicial, "330681102"), models.Forbidden, "case.not_yours", "“签收”由司法所办理，您现在只能查看"},
		{"a helper has no more than sittings", asked, models.ActionAgree, actorOf(models.RoleMediator), models.Forbidden, "case.not_yours", "“达成协议”由司法所办理，您现在只能查看"},
		{"the clock is nobody's", at(inVillage, models.Logged, ""), models.ActionExpire, actorOf(models.RoleCounty), models.Forbidden, "case.not_yours", "“自动上报”由系统办理，您现在只能查看"},
		{"wrong state", at(inVillage, models.Logged, ""), models.ActionAgree, actorOf(models.RoleChair), models.Precondition, "case.state", "本案现在是“已登记”，不能达成协议"},
		{"closed", at(inVillage, models.Closed, ""), models.ActionRaise, actorOf(models.RoleChair), models.Precondition, "case.state", "本案现在是“已结案”，不能提高风险等级"},
		{"sign in first", at(inTownship, models.Mediating, models.ReviewPending), models.ActionAgree, actorOf(models.RoleJudicial), models.Precondition, "case.review_pending", "本案还没有签收，请先签收、退回或转出"},
		{"nothing to sign in", at(inTownship, models.Mediating, models.ReviewAccepted), models.ActionReceive, actorOf(models.RoleJudicial), models.Precondition, "case.no_review", "本案没有等待签收的上报，不能签收"},
		{"nobody above", at(inCounty, models.Mediating, models.ReviewAccepted), models.ActionEscalate, actorOf(models.RoleCounty), models.Precondition, "case.top_level", "本案已在最高一级，不能再上报"},
		{"returned once before", returned, models.ActionReturn, actorOf(models.RoleJudicial), models.Precondition, "case.returned_before", "本级已退回过一次，或者本案不是由下级上报的，不能退回"},
		{"nobody below", direct, models.ActionReturn, actorOf(models.RoleJudicial), models.Precondition, "case.returned_before", "本级已退回过一次，或者本案不是由下级上报的，不能退回"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := models.Permit(test.seating, test.action, test.actor)
			require.Error(t, err)
			refused := models.AsError(err)
			require.Equal(t, test.kind, refused.Kind)
			require.Equal(t, test.code, refused.Code)
			require.Equal(t, test.message, refused.Message)
		})
	}
}

// TestLifecycleIsSound holds what every row of the table must satisfy.
func TestLifecycleIsSound(t *testing.T) {
	t.Parallel()
	hands := map[models.Action]models.Transition{}
	for _, row := range models.Lifecycle() {
		require.True(t, models.HasCode(models.Actions(), string(row.Action)), row.Action)
		require.NotEmpty(t, row.From, row.Action)
		if slices.Contains(row.From, models.Closed) {
			require.True(t, row.To == "" || row.Action == models.ActionReopen, "%s: only mediating it again opens a closed case", row.Action)
		}
		require.Equal(t, row.To == models.Closed, row.Ending != "", "%s: a case is closed for a reason", row.Action)
		require.NotEmpty(t, row.Roles, row.Action)
		require.Equal(t, row.Hand == models.ByClock || row.Hand == models.HolderOrClock, slices.Contains(row.Roles, models.RoleSystem), row.Action)
		// Permit asks the first row of an action who may do it.
		if first, ok := hands[row.Action]; ok {
			require.Equal(t, first.Hand, row.Hand, row.Action)
			require.Equal(t, first.Roles, row.Roles, row.Action)
			for _, state := range row.From {
				require.NotContains(t, first.From, state, "%s: two rows from one state", row.Action)
			}
		}
		hands[row.Action] = row
	}
	require.Len(t, hands, len(models.Actions())-1, "every action but log is in the table")
}
