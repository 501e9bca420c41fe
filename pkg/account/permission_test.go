package account_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
)

var update = flag.Bool("update", false, "write the golden files anew")

// inWords says what each permission is for, as a lawyer reads it.
var inWords = map[account.Permission]string{
	account.Public:         "打开不需要登录的页面",
	account.LoggedIn:       "打开登录后人人可用的页面",
	account.ReadCases:      "查看本地区的案件",
	account.WriteCases:     "登记纠纷、办理案件",
	account.DrawGrid:       "划本村的党建网格",
	account.FileReturns:    "报送本村的排查表",
	account.SettleFindings: "写明原因，关闭排查线索",
	account.PrintPapers:    "打印卷宗（含完整号码）、查看附件",
	account.ReviewCases:    "签收、退回或者转出下级上报的案件",
	account.ReadReports:    "查看本地区的月报",
	account.BuildReports:   "生成月报",
	account.IssueReports:   "编制、确认、审核、封存本地的月报",
	account.ReadOverview:   "查看辖区总览",
	account.CheckFiles:     "抽查回访、真实性核查",
	account.ReadAccesses:   "查看谁看过个人信息、谁导出过资料",
	account.SettleSubsidy:  "审核以案定补、定稿",
	account.ExportSubsidy:  "导出定稿的补贴结算表",
	account.ManageRules:    "发布时限规则、风险规则、补贴标准，录入放假安排、定排查周期",
	account.ManageAccounts: "管理账号",
	account.ManageJobs:     "管理定时任务",
}

// permissionTable is the whole table as text.
func permissionTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# 岗位与权限

“可”表示该岗位可以使用，“—”表示不可以。地区以账号所在的地区为限，以外的案件等于不存在。
能不能办理某一件案件，还要看它在哪一级、由谁办理，见案件的流程表。

|权限|`)
	for _, role := range models.Roles() {
		b.WriteString(role.Name() + "|")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(models.Roles())) + "\n")
	for _, p := range account.Permissions() {
		require.NotEmpty(t, inWords[p], "%s has no words", p)
		fmt.Fprintf(&b, "|%s|", inWords[p])
		for _, role := range models.Roles() {
			if account.Has(role, p) {
				b.WriteString("可|")
			} else {
				b.WriteString("—|")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	require.Len(t, account.Permissions(), len(inWords), "every permission is listed")
	got := permissionTable(t)
	path := filepath.Join("testdata", "permissions.golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")), "the table has changed: run with -update and read the difference")
}

// TestCheck holds that nobody, and roles that are none, may do nothing but what is public.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, p := range append(account.Permissions(), "no permission") {
		for _, role := range append(models.Roles(), models.RoleSystem, "", "king") {
			nobody := account.Check(models.Actor{Role: role}, p)
			somebody := account.Check(models.Actor{ID: "chen", Role: role}, p)
			if p == account.Public {
				require.NoError(t, nobody)
				require.NoError(t, somebody)
				continue
			}
			e := requireTold(t, models.Unauthenticated, "login_needed", nobody)
			require.Equal(t, "请先登录", e.Message)
			if slices.Contains(p.Holders(), role) {
				require.NoError(t, somebody)
				continue
			}
			e = requireTold(t, models.Forbidden, "forbidden", somebody)
			require.Equal(t, "您的岗位（"+role.Name()+"）不能使用这个功能", e.Message)
		}
	}
}

// TestWhoSignsInReachesTheQueue: the roles that sign in by the lifecycle are those that the routes for
// it let in.
func TestWhoSignsInReachesTheQueue(t *testing.T) {
	t.Parallel()
	for _, row := range models.Lifecycle() {
		if row.Action == models.ActionReceive || row.Action == models.ActionReturn {
			require.ElementsMatch(t, row.Roles, account.ReviewCases.Holders())
		}
	}
}

// TestHoldersAreCopies: who changes the list of one answer changes no permission.
func TestHoldersAreCopies(t *testing.T) {
	t.Parallel()
	for _, p := range account.Permissions() {
		holders := p.Holders()
		before := slices.Clone(holders)
		for i := range holders {
			holders[i] = "king"
		}
		require.Equal(t, before, p.Holders())
	}
}
