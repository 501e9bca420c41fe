package account

import (
	"slices"

	"fengqiao/models"
)

// Permission is what a route asks for. What a role may do to one case is the lifecycle's to say.
type Permission string

const (
	Public         Permission = "public"          // nobody needs to be logged in
	LoggedIn       Permission = "logged_in"       // anybody who is
	ReadCases      Permission = "read_cases"      // cases inside the region
	WriteCases     Permission = "write_cases"     // log cases and act on them
	DrawGrid       Permission = "draw_grid"       // the Party grid of the village
	FileReturns    Permission = "file_returns"    // screening returns of the village
	SettleFindings Permission = "settle_findings" // close a finding with a reason
	PrintPapers    Permission = "print_papers"    // papers with whole numbers, and what is attached
	ReviewCases    Permission = "review_cases"    // the queue of escalated cases
	ReadReports    Permission = "read_reports"    // monthly reports
	BuildReports   Permission = "build_reports"   //
	IssueReports   Permission = "issue_reports"   // write, confirm, review and seal the report of one's own place
	ReadOverview   Permission = "read_overview"   // the dashboard of a township or county
	CheckFiles     Permission = "check_files"     // call-backs and what looks unlikely
	ReadAccesses   Permission = "read_accesses"   // who looked at personal data
	SettleSubsidy  Permission = "settle_subsidy"  // approve what is paid for files, and close a period
	ExportSubsidy  Permission = "export_subsidy"  // take a closed period out for the finance office
	ManageRules    Permission = "manage_rules"    // the policy of a county and the calendar of days off
	ManageAccounts Permission = "manage_accounts" //
	ManageJobs     Permission = "manage_jobs"     //
)

// Permissions lists every permission.
func Permissions() []Permission {
	return []Permission{
		Public, LoggedIn, ReadCases, WriteCases, PrintPapers, DrawGrid, FileReturns, SettleFindings, ReviewCases, ReadReports, BuildReports, IssueReports, ReadOverview, CheckFiles,
		SettleSubsidy, ExportSubsidy, ReadAccesses, ManageRules, ManageAccounts, ManageJobs,
	}
}

var handlersOfCases = []models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}

// Holders lists the roles that have a permission.
func (p Permission) Holders() []models.Role {
	switch p {
	case Public, LoggedIn:
		return models.Roles()
	case ReadCases, ReadReports:
		return append(slices.Clone(handlersOfCases), models.RoleFirstSecretary, models.RoleAuditor)
	case WriteCases, PrintPapers, IssueReports:
		return slices.Clone(handlersOfCases)
	case DrawGrid:
		return []models.Role{models.RoleChair, models.RoleFirstSecretary}
	case FileReturns:
		return []models.Role{models.RoleMediator, models.RoleChair, models.RoleFirstSecretary}
	case SettleFindings:
		return []models.Role{models.RoleMediator, models.RoleChair, models.RoleFirstSecretary, models.RoleJudicial}
	case ReviewCases: // the chair signs in where one rung of a village hands up to another
		return []models.Role{models.RoleChair, models.RoleJudicial, models.RoleCounty}
	case ReadOverview:
		return []models.Role{models.RoleJudicial, models.RoleCounty, models.RoleAuditor}
	case SettleSubsidy:
		return []models.Role{models.RoleJudicial}
	case BuildReports, CheckFiles, ExportSubsidy:
		return []models.Role{models.RoleJudicial, models.RoleCounty}
	case ReadAccesses:
		return []models.Role{models.RoleAuditor}
	case ManageRules:
		return []models.Role{models.RoleCounty}
	case ManageAccounts, ManageJobs:
		return []models.Role{models.RoleAdmin}
	}
	return nil
}

// Has says whether a role has a permission.
func Has(role models.Role, p Permission) bool { return slices.Contains(p.Holders(), role) }

// Check returns nil, an Unauthenticated error for nobody, or a Forbidden one.
func Check(actor models.Actor, p Permission) error {
	switch {
	case p == Public:
		return nil
	case actor.ID == "":
		return models.Errorf(models.Unauthenticated, "login_needed", "请先登录")
	case !Has(actor.Role, p):
		return models.Errorf(models.Forbidden, "forbidden", "您的岗位（%s）不能使用这个功能", actor.Role.Name())
	}
	return nil
}
