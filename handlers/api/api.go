package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
	"fengqiao/pkg/subsidy"
)

// Prefix is where the API lies; DocumentPath is that of its description.
const (
	Prefix       = "/api/v1"
	DocumentPath = "/api/openapi.json"
)

// Deps are what the API works with.
type Deps struct {
	Cases    *casework.Service
	Accounts *account.Service
	Reports  *screening.Service
	Store    *store.Store // policies and places
	Now      func() time.Time
}

// API answers under Prefix. Safe for concurrent use.
type API struct {
	cases    *casework.Service
	accounts *account.Service
	reports  *screening.Service
	store    *store.Store
	now      func() time.Time
	document func() ([]byte, error)

	subsidies *subsidy.Service
}

// New makes the API.
func New(d Deps) *API {
	a := &API{cases: d.Cases, accounts: d.Accounts, reports: d.Reports, store: d.Store, now: d.Now, subsidies: subsidy.New(d.Store, d.Now)}
	a.document = sync.OnceValues(func() ([]byte, error) { return document(a.endpoints()) })
	return a
}

// endpoint is one row of the API: the route, and what the document says of it.
type endpoint struct {
	web.Route
	tag     string
	summary string
	params  any      // path, query and header parameters, by struct tags
	in      any      // form of the body, nil where none is read
	out     any      // body of success, nil for none
	headers any      // of success, by struct tags
	status  int      // of success
	also    []int    // further statuses of success: 200 for what is there already, 304 for what is unchanged
	fails   []int    // statuses of failure beside those that every endpoint of its kind has
	example any      // of the body that is sent
	file    []string // content types of success where it is a file
}

// endpoints is the whole table.
func (a *API) endpoints() []endpoint {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	query, invalid, conflict := []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, []int{http.StatusUnprocessableEntity}, []int{http.StatusConflict}
	return []endpoint{
		{Route: web.Route{Method: get, Path: DocumentPath, Permission: account.Public, Handle: a.openapi}, tag: "文档", summary: "本文档", out: new(map[string]any), status: http.StatusOK},

		row(post, "/sessions", account.Public, a.login, endpoint{tag: "登录", summary: "登录", in: new(account.Credentials), out: new(Session), status: http.StatusCreated, example: account.Credentials{Username: "mediator", Password: "fengqiao-demo"}}),
		row(del, "/sessions/current", account.LoggedIn, a.logout, endpoint{tag: "登录", summary: "退出登录", status: http.StatusNoContent}),
		row(get, "/me", account.LoggedIn, a.me, endpoint{tag: "登录", summary: "我是谁", out: new(Account), status: http.StatusOK}),

		row(post, "/cases", account.WriteCases, a.log, endpoint{tag: "案件", summary: "登记纠纷", params: new(logParams), in: new(casework.LogForm), out: new(Case), headers: new(logHeaders), status: http.StatusCreated, also: []int{http.StatusOK}, fails: conflict, example: logExample()}),
		row(get, "/cases", account.ReadCases, a.list, endpoint{tag: "案件", summary: "查询案件", params: new(listParams), out: new(CasePage), status: http.StatusOK, fails: query}),
		row(get, "/cases/:id", account.ReadCases, a.get, endpoint{tag: "案件", summary: "查看案件", params: new(getParams), out: new(Case), headers: new(caseHeaders), status: http.StatusOK, also: []int{http.StatusNotModified}, fails: conflict}),
		row(get, "/cases/:id/following", account.ReadCases, a.following, endpoint{tag: "案件", summary: "归档以后纠纷又起，接着本案另立的案件，新登记的在前", params: new(idParams), out: new(CaseItems), status: http.StatusOK}),
		action(a, "accept", account.WriteCases, "受理", a.cases.Accept),
		action(a, "decline", account.WriteCases, "不予受理", a.cases.Decline),
		action(a, "sittings", account.WriteCases, "登记调解记录", a.cases.RecordSitting),
		action(a, "draft", account.WriteCases, "起草协议，或者修改还没有签完的协议", a.cases.Draft),
		action(a, "sign", account.WriteCases, "登记协议草稿的签名盖章；签完即达成协议", a.cases.Sign),
		action(a, "investigations", account.WriteCases, "登记调查记录", a.cases.RecordInvestigation),
		action(a, "agreement", account.WriteCases, "登记协议", a.cases.Agree),
		action(a, "perform", account.WriteCases, "登记履行", a.cases.Perform),
		action(a, "confirm", account.WriteCases, "司法确认：登记申请或者法院的裁定", a.cases.Confirm),
		action(a, "press", account.WriteCases, "督促履行", a.cases.Press),
		action(a, "breach", account.WriteCases, "不履行协议，转强制执行或者诉讼", a.cases.Breach),
		action(a, "reopen", account.WriteCases, "重新调解", a.cases.Reopen),
		action(a, "visit", account.WriteCases, "登记回访", a.cases.Visit),
		action(a, "correct", account.WriteCases, "补正", a.cases.Correct),
		action(a, "affirm", account.WriteCases, "登记口述人的本人确认", a.cases.Affirm),
		action(a, "fail", account.WriteCases, "调解不成", a.cases.Fail),
		action(a, "withdraw", account.WriteCases, "撤回", a.cases.Withdraw),
		action(a, "close", account.WriteCases, "结案", a.cases.Close),
		action(a, "refer", account.WriteCases, "转出", a.cases.Refer),
		action(a, "escalate", account.WriteCases, "上报", a.cases.Escalate),
		action(a, "review", account.ReviewCases, "签收、退回或转出上报的案件", a.cases.Review),
		action(a, "risk", account.WriteCases, "调整风险等级", a.cases.Assess),
		action(a, "signs", account.WriteCases, "登记风险情况：有没有威胁、器械、聚集，有没有扬言上访、起诉", a.cases.ReportSigns),
		action(a, "pause", account.WriteCases, "暂停计时", a.cases.Pause),
		action(a, "resume", account.WriteCases, "恢复计时", a.cases.Resume),
		action(a, "extend", account.WriteCases, "延期", a.cases.Extend),
		action(a, "order", account.ReviewCases, "督办：限期办结或者提级办理", a.cases.Order),
		action(a, "police", account.WriteCases, "登记报告公安的情况", a.cases.ReportPolice),
		action(a, "attachments", account.WriteCases, "附上照片或PDF；同一份文件再次提交，只有一份", a.cases.Attach).upTo(maxAttachment),
		action(a, "detach", account.WriteCases, "撤下附错的材料；归档以后不能撤", a.cases.Detach),
		action(a, "filing", account.WriteCases, "立卷归档", a.cases.File),
		action(a, "addend", account.WriteCases, "归档后补充说明", a.cases.Addend),
		row(get, "/cases/:id/papers", account.ReadCases, a.papers, endpoint{tag: "卷宗", summary: "一件案件的文书、缺少的材料和附上的材料", params: new(idParams), out: new(Papers), status: http.StatusOK}),
		row(get, "/cases/:id/papers/:paper", account.PrintPapers, a.printPaper, endpoint{tag: "卷宗", summary: "一份文书（留有记录）", params: new(paperParams), file: []string{typeWord}, status: http.StatusOK}),
		row(get, "/cases/:id/file", account.PrintPapers, a.printFile, endpoint{tag: "卷宗", summary: "整本卷宗，一个Word文件（留有记录）", params: new(idParams), file: []string{typeWord}, status: http.StatusOK}),
		row(get, "/cases/:id/file/zip", account.PrintPapers, a.printZip, endpoint{tag: "卷宗", summary: "每份文书一个Word文件（留有记录）", params: new(idParams), file: []string{typeZip}, status: http.StatusOK}),
		row(get, "/cases/:id/attachments/:seq", account.PrintPapers, a.attachment, endpoint{tag: "卷宗", summary: "一份附上的材料（留有记录）", params: new(attachmentParams), file: []string{models.TypeJPEG, models.TypePDF}, status: http.StatusOK}),
		row(get, "/forms", account.ReadCases, a.forms, endpoint{tag: "卷宗", summary: "空白表格", out: new(FormList), status: http.StatusOK}),
		row(get, "/forms/:form", account.ReadCases, a.form, endpoint{tag: "卷宗", summary: "一张空白表格", params: new(formParams), file: []string{typeWord}, status: http.StatusOK}),
		row(post, "/forms/:form/stock", account.WriteCases, a.printStock, endpoint{tag: "卷宗", summary: "印一批带编码的空白表格；第一次归卷时才属于一件案件", params: new(formParams), in: new(casework.StockForm), file: []string{typeWord}, status: http.StatusOK}),
		row(get, "/scans", account.WriteCases, a.scans, endpoint{tag: "拍照归卷", summary: "本单位等着归卷的照片，最早的在前", out: new(ScanList), status: http.StatusOK}),
		row(post, "/scans", account.WriteCases, a.sendScan, endpoint{tag: "拍照归卷", summary: "上传一张文书的照片或者PDF，读出上面的编码；同一份文件再次上传，只有一份", in: new(casework.SendForm), out: new(Scan), status: http.StatusCreated}).upTo(maxAttachment),
		row(get, "/scans/:scan", account.WriteCases, a.scan, endpoint{tag: "拍照归卷", summary: "一张照片，和它的编码属于哪件案件", params: new(scanParams), out: new(Scan), status: http.StatusOK, fails: query}),
		row(get, "/scans/:scan/file", account.WriteCases, a.scanFile, endpoint{tag: "拍照归卷", summary: "照片本身（留有记录）", params: new(scanIDParams), file: []string{models.TypeJPEG, models.TypePDF}, status: http.StatusOK}),
		row(post, "/scans/:scan/attach", account.WriteCases, a.fileScan, endpoint{tag: "拍照归卷", summary: "归进一件案件；给出编码的，印来备用的表格从此属于这件案件", params: new(scanIDParams), in: new(casework.ScanForm), out: new(Case), headers: new(caseHeaders), status: http.StatusOK, fails: conflict}),
		row(post, "/scans/:scan/aside", account.WriteCases, a.layAside, endpoint{tag: "拍照归卷", summary: "不归卷，放到一边；再次上传会再回来", params: new(scanIDParams), in: new(casework.AsideForm), out: new(Scan), status: http.StatusOK, fails: conflict}),
		row(get, "/cases/:id/handovers", account.ReadCases, a.handovers, endpoint{tag: "案件", summary: "移送卷：每次上报的经过、理由、材料和签收情况", params: new(idParams), out: new(HandoverList), status: http.StatusOK}),
		row(get, "/cases/:id/settlements", account.ReadCases, a.settlements, endpoint{tag: "案件", summary: "可用的协议范本，按案件内容填好", params: new(idParams), out: new(SettlementList), status: http.StatusOK}),
		row(get, "/articles", account.LoggedIn, a.articles, endpoint{tag: "法条", summary: "和一类纠纷有关的法条（转述，不是原文）", params: new(articleParams), out: new(ArticleList), status: http.StatusOK, fails: invalid}),
		row(post, "/cases/:id/reveal", account.WriteCases, a.reveal, endpoint{tag: "案件", summary: "查看完整的证件号码和电话（留有查看记录）", params: new(idParams), out: new(Revealed), status: http.StatusOK}),

		row(get, "/clusters", account.ReadCases, a.clusters, endpoint{tag: "群体性纠纷", summary: "群体性纠纷，最近有变化的在前", params: new(clustersParams), out: new(ClusterPage), status: http.StatusOK, fails: query}),
		row(get, "/clusters/:id", account.ReadCases, a.cluster, endpoint{tag: "群体性纠纷", summary: "查看一起群体性纠纷和其中的案件", params: new(clusterParams), out: new(Cluster), headers: new(caseHeaders), status: http.StatusOK, fails: []int{http.StatusNotFound}}),
		row(post, "/clusters/:id", account.ReviewCases, a.decide, endpoint{tag: "群体性纠纷", summary: "确认或者排除", params: new(decideParams), in: new(casework.DecideForm), out: new(Cluster), headers: new(caseHeaders), status: http.StatusOK, fails: []int{http.StatusNotFound, http.StatusConflict}}),

		row(get, "/reviews", account.ReviewCases, a.reviews, endpoint{tag: "案件", summary: "等待签收的案件，期限最早的在前", params: new(pageParams), out: new(CasePage), status: http.StatusOK, fails: append(query, http.StatusConflict)}),

		row(get, "/reports/:region/:month", account.ReadReports, a.report, endpoint{tag: "月报", summary: "查看月报", params: new(reportParams), out: new(Report), headers: new(reportHeaders), status: http.StatusOK, fails: invalid}),
		row(post, "/reports/:region/:month", account.BuildReports, a.report, endpoint{tag: "月报", summary: "现在生成月报", params: new(reportParams), out: new(Report), headers: new(reportHeaders), status: http.StatusOK, fails: invalid}),
		row(post, "/reports/:region/:month/issue", account.IssueReports, a.issue, endpoint{tag: "月报", summary: "编写和签发月报：保存文字、确认、审核、退回、封存、补充说明", params: new(issueParams), in: new(IssueForm), out: new(Report), headers: new(reportHeaders), status: http.StatusOK, fails: conflict}),
		row(get, "/reports/:region/:month/verify", account.ReadReports, a.verifyReport, endpoint{tag: "月报", summary: "核对月报的封存", params: new(reportParams), out: new(ReportCheck), status: http.StatusOK, fails: invalid}),
		row(get, "/reports/:region/:month/figures/:key", account.ReadReports, a.figure, endpoint{tag: "月报", summary: "月报中一个数字背后的案件，或者排查表、线索", params: new(figureParams), out: new(FigurePage), status: http.StatusOK, fails: invalid}),

		row(get, "/subsidies/:region/:period", account.ReadCases, a.subsidy, endpoint{tag: "以案定补", summary: "一个乡镇或者村一期的补贴结算表，没有定稿的按卷宗现在的情况计算", params: new(subsidyParams), out: new(Subsidy), status: http.StatusOK}),
		row(post, "/subsidies/:region/:period", account.SettleSubsidy, a.decideSubsidy, endpoint{tag: "以案定补", summary: "保存逐件的决定；close为true时定稿，以后不再变动", params: new(subsidyParams), in: new(subsidy.DecideForm), out: new(Subsidy), status: http.StatusOK, fails: conflict}),
		row(post, "/subsidies/:region/:period/correct", account.SettleSubsidy, a.correctSubsidy, endpoint{tag: "以案定补", summary: "更正已经定稿的一件：核准的追回，不予核准的重新审核，列入现在这一期；回答的是现在这一期的结算表", params: new(subsidyParams), in: new(subsidy.CorrectForm), out: new(Subsidy), status: http.StatusOK, fails: conflict}),
		row(get, "/subsidies/:region/:period/workbook", account.ExportSubsidy, a.subsidyWorkbook, endpoint{tag: "以案定补", summary: "已经定稿的结算表，Excel（留有记录）", params: new(subsidyParams), file: []string{typeExcel}, status: http.StatusOK, fails: conflict}),

		row(get, "/grids/:village", account.ReadCases, a.grid, endpoint{tag: "排查", summary: "一个村的党建网格", params: new(gridParams), out: new(Grid), status: http.StatusOK}),
		row(post, "/grids/:village/cells", account.DrawGrid, a.drawCell, endpoint{tag: "排查", summary: "在网格里添加一个", params: new(gridParams), in: new(screening.CellForm), out: new(CellFile), headers: new(drawnHeaders), status: http.StatusCreated, fails: conflict}),
		row(post, "/grids/:village/import", account.DrawGrid, a.importGrid, endpoint{tag: "排查", summary: "从Excel导入网格；有一处不对就什么都不导入，逐行说明", params: new(gridParams), in: new(ImportForm), out: new(Imported), status: http.StatusOK, fails: conflict}).upTo(maxAttachment),
		row(get, "/cells/:cell", account.ReadCases, a.cell, endpoint{tag: "排查", summary: "一个网格和它的历史", params: new(cellParams), out: new(CellFile), headers: new(cellHeaders), status: http.StatusOK}),
		row(post, "/cells/:cell/change", account.DrawGrid, a.changeCell, endpoint{tag: "排查", summary: "网格从某一天起的改动，原来的情况留在历史里", params: new(changeCellParams), in: new(screening.CellForm), out: new(CellFile), headers: new(cellHeaders), status: http.StatusOK, fails: conflict}),
		row(post, "/cells/:cell/end", account.DrawGrid, a.endCell, endpoint{tag: "排查", summary: "撤销网格", params: new(changeCellParams), in: new(screening.EndCellForm), out: new(CellFile), headers: new(cellHeaders), status: http.StatusOK, fails: conflict}),
		row(get, "/returns/:cell/:from", account.ReadCases, a.duty, endpoint{tag: "排查", summary: "一个网格一期的排查表", params: new(returnParams), out: new(Return), status: http.StatusOK}),
		row(post, "/returns/:cell/:from", account.FileReturns, a.fileReturn, endpoint{tag: "排查", summary: "报送或者更正排查表；同一个key送两次，只报一次", params: new(returnParams), in: new(screening.FileForm), out: new(Return), status: http.StatusCreated, also: []int{http.StatusOK}, fails: conflict, example: screening.FileForm{Key: "3f9a", Zero: true}}).upTo(maxAttachment),
		row(get, "/findings/:finding/photo", account.PrintPapers, a.findingPhoto, endpoint{tag: "排查", summary: "排查线索的照片（留有记录）", params: new(findingParams), file: []string{models.TypeJPEG}, status: http.StatusOK}),
		row(post, "/findings/:finding/settle", account.SettleFindings, a.settleFinding, endpoint{tag: "排查", summary: "写明原因，关闭排查线索", params: new(findingParams), in: new(screening.SettleForm), out: new(Finding), status: http.StatusOK, fails: conflict}),
		row(get, "/screening/:place", account.ReadCases, a.screening, endpoint{tag: "排查", summary: "一个地方或者网格一期的排查情况，逐级汇总", params: new(screeningParams), out: new(Screening), status: http.StatusOK, fails: query}),

		row(get, "/regions", account.LoggedIn, a.regions, endpoint{tag: "地区", summary: "一个地区和它直接管辖的地区", params: new(regionParams), out: new(RegionPage), status: http.StatusOK, fails: append(query, http.StatusNotFound)}),
	}
}

func row(method, path string, permission account.Permission, handle web.Handler, e endpoint) endpoint {
	e.Route = web.Route{Method: method, Path: Prefix + path, Permission: permission, Handle: handle}
	return e
}

// Routes lists the API's rows of the route table.
func (a *API) Routes() []web.Route {
	routes := []web.Route{}
	for _, e := range a.endpoints() {
		routes = append(routes, e.Route)
	}
	return routes
}

func (a *API) openapi(c *gin.Context) error {
	body, err := a.document()
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
	return nil
}
