package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
)

// relation is where something lies, seen from where somebody sits.
type relation int

const (
	own relation = iota
	child
	parent
	sibling
)

// standing is a seat of the matrix: nobody, or an account with what lies around its place.
type standing struct {
	username string // "" is nobody
	kind     models.RegionKind
	title    string
}

func standings() []standing {
	out := []standing{{"", models.RegionTownship, "未登录"}}
	for _, seat := range seats[:7] {
		out = append(out, standing{seat.ID, models.RegionKindOf(seat.Region), seat.Role.Name()})
	}
	return out
}

// targetOf is what lies in a relation to a seat; false where there is nothing of that kind.
func targetOf(kind models.RegionKind, r relation) (target, bool) {
	const v, t, c = models.RegionVillage, models.RegionTownship, models.RegionCounty
	found, ok := map[models.RegionKind]map[relation]target{
		v: {own: {place: village, village: village, holder: v}, parent: {place: township, village: village, holder: t}, sibling: {place: village2, village: village2, holder: v}},
		t: {
			own: {place: township, village: village, holder: t}, child: {place: village, village: village, holder: v},
			parent: {place: county, village: village, holder: c}, sibling: {place: township2, village: farVillage, holder: t},
		},
		c: {own: {place: county, village: village, holder: c}, child: {place: township, village: village, holder: t}, sibling: {place: county2, village: otherVillage, holder: c}},
	}[kind][r]
	return found, ok
}

// What a lawyer reads in the matrix.
const (
	allowed  = "可以"
	login    = "请登录"
	refused  = "无权"
	unseen   = "看不到"
	rejected = "不收"  // the form says that the place is outside the region
	topmost  = "到顶"  // there is no level above to hand it up to
	idle     = "无上报" // nothing is handed up to that office
	nothing  = "－"   // there is no such place
)

var relationNames = map[bool][]string{
	true:  {"本单位在办的案件", "下级在办的案件", "上级在办的案件", "别处的案件"},
	false: {"本地", "下级的地方", "上级的地方", "别处"},
}

// TestAccess goes through every route as everybody, about what lies in every relation to where they
// sit. The golden file is the permission table of the whole system.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t), func(d *handlers.Deps) { d.LoginBurst = 1000 })
	m := &matrix{w: w, stock: map[string]api.Case{}, file: assetOf(t, w)}
	m.prepare(t)
	all := requireVisits(t, w)
	m.head()
	written := map[string]string{"": m.out.String()}
	routes := w.routes()
	// Lists come first: they show so many rows, and what the other routes need would push out what is looked for.
	for _, lists := range []bool{true, false} {
		for _, route := range routes {
			name := route.Method + " " + route.Path
			if all[name].list == lists {
				written[name] = m.about(t, route, all[name])
			}
		}
	}
	text := written[""]
	for _, route := range routes {
		text += written[route.Method+" "+route.Path]
	}
	requireGolden(t, "access.golden", text)
}

// about writes what everybody is answered by one route.
func (m *matrix) about(t *testing.T, route web.Route, v visit) string {
	t.Helper()
	m.out.Reset()
	fmt.Fprintf(&m.out, "\n%s %s\n", route.Method, route.Path)
	if v.stage == "" && !v.place && !v.cell {
		m.line(t, "", route.Method, route.Path, v, own)
		return m.out.String()
	}
	for r, name := range relationNames[v.stage != ""] {
		m.line(t, name, route.Method, route.Path, v, relation(r))
	}
	return m.out.String()
}

// matrix asks and writes down what is answered.
type matrix struct {
	w     *world
	stock map[string]api.Case // cases by what they are like, used until one changes
	file  string              // path of a static file
	out   bytes.Buffer
}

func assetOf(t *testing.T, w *world) string {
	t.Helper()
	found := regexp.MustCompile(`/static/[0-9a-f]+/style\.css`).Find(w.get(t, "/login", "").body)
	require.NotEmpty(t, found)
	return string(found)
}

// prepare makes what some routes are about: an account to close, a link to set the system up, a message
// in the mediator's inbox, what townships have to look into.
func (m *matrix) prepare(t *testing.T) {
	t.Helper()
	now := m.w.clock.Now().UTC()
	hash, err := passwordHash()
	require.NoError(t, err)
	require.NoError(t, m.w.store.InsertAccount(t.Context(), &models.Account{Username: "retired", Name: "退休的", Role: models.RoleMediator, Region: village, PasswordHash: hash, CreatedAt: now, Epoch: 1}))
	for _, place := range []string{township, township2} {
		require.NoError(t, m.w.store.InsertCheck(t.Context(), &models.FileCheck{Region: place, Month: monthOver, BuiltAt: now, Items: []models.CheckItem{{Key: "share-1", Kind: models.CheckShare}}}))
	}
	require.NoError(t, m.w.store.InsertSetup(t.Context(), &models.SetupToken{TokenHash: account.HashToken("link"), ExpiresAt: now.AddDate(1, 0, 0)}))
	require.NoError(t, m.w.store.InsertMessage(t.Context(), &models.Message{ID: mediatorsMessage, Recipient: "mediator", Inbox: "mediator", Unread: "mediator", Case: "665f00000000000000000001", At: now}))
}

func (m *matrix) head() {
	m.out.WriteString(`权限表：每个地址，各岗位能不能用。由 go test ./handlers -update 生成，改动须经审阅。

可以    办得成，或者看得到
无权    岗位不能用这个功能，或者案件由别的单位办理，只能看
看不到  答复与不存在的案件、地方一样
不收    填写的地方不在管辖范围内
到顶    已经在最高一级，不能再上报
无上报  没有下级向这个单位上报，没有可以签收的
请登录  没有登录

人民调解员、村调委会主任、第一书记坐在村里；司法所工作人员、审计员、系统管理员坐在乡镇；县矛调中心坐在县里。
“上级在办”指本地的案件已经交到上级。“－”表示没有这样的案件或地方。

`)
	m.row("", func(s standing) string { return s.title })
}

// row writes one line, in columns of equal width on paper: a Chinese character is two wide.
func (m *matrix) row(title string, cell func(standing) string) {
	line := padded(title, 18)
	for _, s := range standings() {
		line += padded(cell(s), 16)
	}
	m.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(1, width-2*len([]rune(text))))
}

func (m *matrix) line(t *testing.T, title, method, route string, v visit, r relation) {
	t.Helper()
	m.row(title, func(s standing) string {
		about, ok := targetOf(s.kind, r)
		if !ok || v.place && strings.Contains(route, "cases") && models.RegionKindOf(about.place) != models.RegionVillage && r == parent || v.cell && r == parent {
			return nothing
		}
		return m.ask(t, s, method, route, v, about)
	})
}

// ask sends one request and says in a word what came of it.
func (m *matrix) ask(t *testing.T, s standing, method, route string, v visit, about target) string {
	t.Helper()
	key := fmt.Sprintf("%s/%s/%s", about.village, about.holder, v.stage)
	if v.stage != "" {
		found, there := m.stock[key]
		if fresh := v.list && v.stage == logged; !there || fresh { // a list begins with the newest
			to := v.stage
			if to == pending && about.holder == models.RegionVillage { // nothing is handed up to a village
				to = logged
			}
			found = m.w.caseAt(t, about.village, about.holder, to)
			m.stock[key] = found
		}
		about.found = &found
	}
	id := ""
	if about.found != nil {
		id = about.found.ID
	}
	about.params = strings.NewReplacer("/static/:sum/:file", m.file, ":id", id, ":region", about.place, ":month", "2026-03", ":key", "opened", ":paper", "notice", ":form", "notice", ":seq", "1", ":figure", "opened", ":username", "retired", ":token", "link", ":version", "d1", ":scan", scanOf(about.place), ":cell", cellOf(about.village), ":from", periodOf, ":finding", findingOf(about.village), ":place", about.place, ":village", about.village)
	answer := m.w.visited(t, method, route, v, s.username, about)
	word := wordFor(t, method+" "+route+" "+s.username, answer)
	if word != allowed {
		return word
	}
	if method == http.MethodPost && v.stage != "" {
		delete(m.stock, key)
	}
	if v.ends && s.username != "" {
		m.w.login(t, s.username)
	}
	if v.list && !strings.Contains(string(answer.body), id) {
		return unseen
	}
	return allowed
}

func wordFor(t *testing.T, what string, answer reply) string {
	t.Helper()
	to := answer.header.Get("Location")
	switch answer.status {
	case http.StatusUnauthorized:
		return login
	case http.StatusForbidden:
		return refused
	case http.StatusNotFound:
		return unseen
	case http.StatusUnprocessableEntity:
		require.Contains(t, string(answer.body), "管辖范围", what)
		return rejected
	case http.StatusConflict:
		if strings.Contains(string(answer.body), "没有等待签收的上报") {
			return idle
		}
		require.Contains(t, string(answer.body), "本案已在最高一级", what)
		return topmost
	}
	if answer.status == http.StatusSeeOther && strings.HasPrefix(to, "/login?next=") {
		return login
	}
	require.Less(t, answer.status, http.StatusBadRequest, "%s: %s", what, answer.body)
	return allowed
}
