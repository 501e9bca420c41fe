package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/pkg/account"
)

// Routes lists every page with the permission it needs. What a role may do to one case is the
// lifecycle's to say; which cases it sees, the region's.
func (p *Pages) Routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	routes := []web.Route{
		// Before logging in.
		{Method: get, Path: "/login", Permission: account.Public, Handle: p.loginForm},
		{Method: post, Path: "/login", Permission: account.Public, Handle: p.login},
		{Method: get, Path: "/setup/:token", Permission: account.Public, Handle: p.setupForm},
		{Method: post, Path: "/setup/:token", Permission: account.Public, Handle: p.setup},
		{Method: get, Path: "/help", Permission: account.Public, Handle: p.help},
		{Method: get, Path: "/larger", Permission: account.Public, Handle: p.larger},
		{Method: get, Path: "/static/:sum/:file", Permission: account.Public, Handle: p.static},
		{Method: get, Path: "/favicon.ico", Permission: account.Public, Handle: p.icon},

		// Everybody's own.
		{Method: get, Path: "/", Permission: account.LoggedIn, Handle: p.workbench},
		{Method: post, Path: "/logout", Permission: account.LoggedIn, Handle: p.logout},
		{Method: get, Path: "/password", Permission: account.LoggedIn, Handle: p.passwordForm},
		{Method: post, Path: "/password", Permission: account.LoggedIn, Handle: p.password},
		{Method: get, Path: "/messages", Permission: account.LoggedIn, Handle: p.inbox},
		{Method: post, Path: "/messages/open", Permission: account.LoggedIn, Handle: p.openMessage},
		{Method: post, Path: "/messages/read", Permission: account.LoggedIn, Handle: p.readAll},
		{Method: get, Path: "/messages/settings", Permission: account.LoggedIn, Handle: p.noticesForm},
		{Method: post, Path: "/messages/settings", Permission: account.LoggedIn, Handle: p.saveNotices},
		{Method: post, Path: "/messages/settings/office", Permission: account.LoggedIn, Handle: p.saveOffice},
		{Method: post, Path: "/messages/settings/test", Permission: account.LoggedIn, Handle: p.testNotice},

		// Cases inside the region.
		{Method: get, Path: "/cases", Permission: account.ReadCases, Handle: p.list},
		{Method: get, Path: "/cases/new", Permission: account.WriteCases, Handle: p.logForm},
		{Method: post, Path: "/cases/new", Permission: account.WriteCases, Handle: p.log},
		{Method: get, Path: "/cases/:id", Permission: account.ReadCases, Handle: p.show},
		{Method: get, Path: "/cases/:id/handover", Permission: account.ReadCases, Handle: p.handover},
		{Method: get, Path: "/cases/:id/sheet", Permission: account.ReadCases, Handle: p.sheet},
		{Method: get, Path: "/cases/:id/sheet/code", Permission: account.ReadCases, Handle: p.sheetLabel},
		{Method: post, Path: "/cases/:id/reveal", Permission: account.WriteCases, Handle: p.reveal},

		// The papers of a case. Whoever sees the case reads them masked; who prints them, or opens what is
		// attached, is on record.
		{Method: get, Path: "/cases/:id/papers", Permission: account.ReadCases, Handle: p.papers},
		{Method: get, Path: "/cases/:id/papers/:paper", Permission: account.ReadCases, Handle: p.paper},
		{Method: get, Path: "/cases/:id/papers/:paper/word", Permission: account.PrintPapers, Handle: p.printPaper},
		{Method: get, Path: "/cases/:id/file/word", Permission: account.PrintPapers, Handle: p.printFile},
		{Method: get, Path: "/cases/:id/file/zip", Permission: account.PrintPapers, Handle: p.printZip},
		{Method: get, Path: "/cases/:id/attachments/:seq", Permission: account.PrintPapers, Handle: p.attachment},
		{Method: get, Path: "/cases/:id/attachments/:seq/file", Permission: account.PrintPapers, Handle: p.attachmentFile},
		{Method: get, Path: "/forms", Permission: account.ReadCases, Handle: p.emptyForms},
		{Method: get, Path: "/forms/:form", Permission: account.ReadCases, Handle: p.emptyForm},
		{Method: get, Path: "/forms/:form/word", Permission: account.ReadCases, Handle: p.printForm},
		{Method: post, Path: "/forms/:form/stock", Permission: account.WriteCases, Handle: p.printStock},

		// What the clock will do.
		{Method: get, Path: "/forecast", Permission: account.ReadCases, Handle: p.forecast},

		// Photos of papers, which find their case by the code on them.
		{Method: get, Path: "/scans", Permission: account.WriteCases, Handle: p.scans},
		{Method: post, Path: "/scans", Permission: account.WriteCases, MaxBody: maxUpload, Handle: p.sendScan},
		{Method: get, Path: "/scans/:scan", Permission: account.WriteCases, Handle: p.scan},
		{Method: post, Path: "/scans/:scan", Permission: account.WriteCases, Handle: p.fileScan},
		{Method: get, Path: "/scans/:scan/file", Permission: account.WriteCases, Handle: p.scanFile},

		// Group disputes: who reads cases reads them, who may lower a risk decides.
		{Method: get, Path: "/clusters", Permission: account.ReadCases, Handle: p.clusters},
		{Method: get, Path: "/clusters/:id", Permission: account.ReadCases, Handle: p.cluster},
		{Method: post, Path: "/clusters/:id", Permission: account.ReviewCases, Handle: p.decideCluster},

		// The Party grid and its screening returns.
		{Method: get, Path: "/grid", Permission: account.ReadCases, Handle: p.grid},
		{Method: get, Path: "/grid/new", Permission: account.DrawGrid, Handle: p.newCellForm},
		{Method: post, Path: "/grid/new", Permission: account.DrawGrid, Handle: p.newCell},
		{Method: get, Path: "/grid/import", Permission: account.DrawGrid, Handle: p.gridImportForm},
		{Method: post, Path: "/grid/import", Permission: account.DrawGrid, Handle: p.gridImport},
		{Method: get, Path: "/grid/template.xlsx", Permission: account.DrawGrid, Handle: p.gridTemplate},
		{Method: get, Path: "/grid/cells/:cell", Permission: account.ReadCases, Handle: p.cell},
		{Method: get, Path: "/grid/cells/:cell/change", Permission: account.DrawGrid, Handle: p.changeCellForm},
		{Method: post, Path: "/grid/cells/:cell/change", Permission: account.DrawGrid, Handle: p.changeCell},
		{Method: get, Path: "/grid/cells/:cell/end", Permission: account.DrawGrid, Handle: p.endCellForm},
		{Method: post, Path: "/grid/cells/:cell/end", Permission: account.DrawGrid, Handle: p.endCell},
		{Method: get, Path: "/returns", Permission: account.FileReturns, Handle: p.returns},
		{Method: get, Path: "/returns/:cell/:from", Permission: account.ReadCases, Handle: p.showReturn},
		{Method: post, Path: "/returns/:cell/:from", Permission: account.FileReturns, MaxBody: maxUpload, Handle: p.fileReturn},
		{Method: get, Path: "/findings", Permission: account.ReadCases, Handle: p.findings},
		{Method: get, Path: "/findings/:finding", Permission: account.ReadCases, Handle: p.finding},
		{Method: get, Path: "/findings/:finding/photo", Permission: account.PrintPapers, Handle: p.findingPhoto},
		{Method: get, Path: "/findings/:finding/settle", Permission: account.SettleFindings, Handle: p.settleForm},
		{Method: post, Path: "/findings/:finding/settle", Permission: account.SettleFindings, Handle: p.settle},
		{Method: get, Path: "/screening", Permission: account.ReadCases, Handle: p.screening},
		{Method: get, Path: "/screening/list", Permission: account.ReadCases, Handle: p.screeningList},
		{Method: get, Path: "/screening/rule", Permission: account.ReadCases, Handle: p.screeningRule},
		{Method: post, Path: "/screening/rule", Permission: account.ManageRules, Handle: p.setScreeningRule},
		{Method: get, Path: "/screening/thresholds", Permission: account.ReadCases, Handle: p.thresholds},
		{Method: post, Path: "/screening/thresholds", Permission: account.ManageRules, Handle: p.setThresholds},

		// Escalated cases.
		{Method: get, Path: "/reviews", Permission: account.ReviewCases, Handle: p.reviews},

		// How a township or county stands.
		{Method: get, Path: "/overview", Permission: account.ReadOverview, Handle: p.overview},

		// What is looked into, so that no file is made up.
		{Method: get, Path: "/checks", Permission: account.CheckFiles, Handle: p.checks},
		{Method: post, Path: "/checks", Permission: account.CheckFiles, Handle: p.recordCheck},

		// Monthly reports. The month may end in .xlsx or .docx: then it is the file.
		{Method: get, Path: "/reports", Permission: account.ReadReports, Handle: p.reports},
		{Method: get, Path: "/reports/:region/:month", Permission: account.ReadReports, Handle: p.report},
		{Method: get, Path: "/reports/:region/:month/issue", Permission: account.IssueReports, Handle: p.issueForm},
		{Method: post, Path: "/reports/:region/:month/issue", Permission: account.IssueReports, Handle: p.issue},
		{Method: get, Path: "/reports/:region/:month/verify", Permission: account.ReadReports, Handle: p.verify},
		{Method: get, Path: "/reports/:region/:month/:figure", Permission: account.ReadReports, Handle: p.figure},

		// What is paid for files: who reads cases reads it, the judicial office decides.
		{Method: get, Path: "/subsidies", Permission: account.ReadCases, Handle: p.subsidies},
		{Method: get, Path: "/subsidies/:region/:period", Permission: account.ReadCases, Handle: p.showSubsidy},
		{Method: post, Path: "/subsidies/:region/:period", Permission: account.SettleSubsidy, Handle: p.decideSubsidy},
		{Method: post, Path: "/subsidies/:region/:period/correct", Permission: account.SettleSubsidy, Handle: p.correctSubsidy},
		{Method: get, Path: "/subsidies/:region/:period/workbook", Permission: account.ExportSubsidy, Handle: p.subsidyWorkbook},

		// The days off. The rules themselves follow below.
		{Method: get, Path: "/calendar", Permission: account.ReadCases, Handle: p.calendar},
		{Method: get, Path: "/calendar/load", Permission: account.ManageRules, Handle: p.loadForm},
		{Method: post, Path: "/calendar/load", Permission: account.ManageRules, Handle: p.loadYear},

		// Oversight and upkeep.
		{Method: get, Path: "/accesses", Permission: account.ReadAccesses, Handle: p.accesses},
		{Method: get, Path: "/admin/accounts", Permission: account.ManageAccounts, Handle: p.accounts},
		{Method: get, Path: "/admin/accounts/new", Permission: account.ManageAccounts, Handle: p.accountForm},
		{Method: post, Path: "/admin/accounts/new", Permission: account.ManageAccounts, Handle: p.createAccount},
		{Method: post, Path: "/admin/accounts/:username/disabled", Permission: account.ManageAccounts, Handle: p.disableAccount},
		{Method: get, Path: "/admin/accounts/:username/password", Permission: account.ManageAccounts, Handle: p.resetForm},
		{Method: post, Path: "/admin/accounts/:username/password", Permission: account.ManageAccounts, Handle: p.resetPassword},
		{Method: get, Path: "/admin/jobs", Permission: account.ManageJobs, Handle: p.jobs},
		{Method: post, Path: "/admin/jobs/:job/run", Permission: account.ManageJobs, Handle: p.runJob},
		{Method: get, Path: "/admin/gaps", Permission: account.ManageJobs, Handle: p.gaps},
		{Method: get, Path: "/admin/messages", Permission: account.ManageJobs, Handle: p.deadMessages},
		{Method: post, Path: "/admin/messages/again", Permission: account.ManageJobs, Handle: p.sendAgain},
	}
	routes = slices.Concat(routes, p.deadlineDesk().routes(), p.riskDesk().routes(), p.subsidyDesk().routes())
	// What is done to a case: a form, and what it sends.
	for _, a := range p.actions() {
		path := "/cases/:id/" + a.slug
		routes = append(routes,
			web.Route{Method: get, Path: path, Permission: a.permission, Handle: func(c *gin.Context) error { return p.openAction(c, a) }},
			web.Route{Method: post, Path: path, Permission: a.permission, MaxBody: a.maxBody, Handle: func(c *gin.Context) error { return p.sendAction(c, a) }})
	}
	return routes
}
