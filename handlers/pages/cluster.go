package pages

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// clusterRows is how many group disputes of each state a page lists.
const clusterRows = 50

// clusterView is a group dispute on the screen.
type clusterView struct {
	Path, Name, Place, State, Tone string
	Code                           string // of the state
	Cases, Households              int
	Found                          string
	History                        []eventView
	Decision                       string // who decided what and why, "" for nobody yet
}

func clusterPath(id string) string { return "/clusters/" + id }

func viewCluster(c *models.Cluster) clusterView {
	v := clusterView{
		Path: clusterPath(c.ID), Name: c.Root.Name(), Place: c.Place.TownshipName + c.Place.VillageName, State: c.State.Name(), Code: string(c.State),
		Tone:  map[models.ClusterState]string{models.ClusterSuggested: "near", models.ClusterConfirmed: "late"}[c.State],
		Cases: len(c.Cases), Households: c.Households(), Found: day(c.FoundAt),
	}
	for i := len(c.History) - 1; i >= 0; i-- {
		e := c.History[i]
		v.History = append(v.History, eventView{At: moment(e.At), Who: e.Actor.Name, Role: e.Actor.Role.Name(), What: e.State.Name(), Note: e.Reason})
	}
	if d := c.Decision(); d != nil && d.State == c.State {
		v.Decision = fmt.Sprintf("%s（%s）%s%s：%s", d.Actor.Name, d.Actor.Role.Name(), day(d.At), map[models.ClusterState]string{models.ClusterConfirmed: "确认", models.ClusterDismissed: "排除"}[d.State], d.Reason)
	}
	return v
}

func viewClusters(list []*models.Cluster) []clusterView {
	out := make([]clusterView, len(list))
	for i, c := range list {
		out[i] = viewCluster(c)
	}
	return out
}

type clustersBody struct {
	Groups []clusterGroup
}

type clusterGroup struct {
	Title, Empty string
	Clusters     []clusterView
}

// clusters lists the group disputes of where somebody sits: those that wait for a decision first.
func (p *Pages) clusters(c *gin.Context) error {
	var body clustersBody
	for _, g := range []struct {
		state        models.ClusterState
		title, empty string
	}{
		{models.ClusterSuggested, "等待确认", "没有等待确认的。"},
		{models.ClusterConfirmed, "已确认，合并办理", "没有。"},
		{models.ClusterDismissed, "已排除", "没有。"},
	} {
		found, err := p.Cases.Clusters(c.Request.Context(), web.Actor(c), "", g.state, clusterRows)
		if err != nil {
			return err
		}
		body.Groups = append(body.Groups, clusterGroup{g.title, g.empty, viewClusters(found)})
	}
	return p.render(c, http.StatusOK, "clusters", "群体性纠纷", body)
}

type clusterBody struct {
	Form    *form
	Fresh   bool
	Cluster clusterView
	Rows    []row
	Choices []models.Choice // what can be decided, none for who may not
	Done    bool
}

func (p *Pages) cluster(c *gin.Context) error {
	f := newForm()
	return p.showCluster(c, http.StatusOK, f)
}

func (p *Pages) showCluster(c *gin.Context, status int, f *form) error {
	actor := web.Actor(c)
	cluster, cases, err := p.Cases.Cluster(c.Request.Context(), actor, c.Param("id"))
	if err != nil {
		return err
	}
	if f.Value("version") == "" || f.Stale {
		f.Values.Set("version", strconv.FormatInt(cluster.Version, 10))
	}
	body := clusterBody{Form: f, Fresh: c.Request.Method == http.MethodGet, Cluster: viewCluster(cluster), Rows: rowsOf(cases, p.Now()), Done: c.Query("done") != ""}
	if casework.DecidesClusters(actor.Role) {
		if cluster.State != models.ClusterConfirmed {
			body.Choices = append(body.Choices, models.Choice{Code: string(models.ClusterConfirmed), Name: "是群体性纠纷，合并办理"})
		}
		if cluster.State != models.ClusterDismissed {
			body.Choices = append(body.Choices, models.Choice{Code: string(models.ClusterDismissed), Name: "不是，各办各的"})
		}
	}
	return p.render(c, status, "cluster", "群体性纠纷", body)
}

// decideCluster confirms or dismisses. Whatever is refused comes back as it was typed.
func (p *Pages) decideCluster(c *gin.Context) error {
	values, err := post(c)
	if err != nil {
		return err
	}
	f := &form{Values: values}
	version, err := f.version()
	if err != nil {
		return err
	}
	var in casework.DecideForm
	f.Faults = decode(values, &in)
	_, err = p.Cases.Decide(c.Request.Context(), web.Actor(c), c.Param("id"), version, in)
	if err == nil {
		return redirect(c, clusterPath(c.Param("id"))+"?done=decided")
	}
	if !f.refuse(err) && !f.refuseOutsider(err) {
		return err
	}
	if shown := p.showCluster(c, web.Status(models.AsError(err)), f); shown != nil {
		return errors.Join(err, shown)
	}
	return nil
}

// clusterLink is a group dispute on the page of one of its cases.
type clusterLink struct {
	clusterView
	Waits  bool // nobody has decided yet
	Others []row
}

// clusterLinks are the group disputes of a case that wait for a decision or are confirmed, each with its
// other cases.
func (p *Pages) clusterLinks(c *gin.Context, cs *models.Case) ([]clusterLink, error) {
	clusters, err := p.Cases.ClustersOf(c.Request.Context(), cs)
	if err != nil {
		return nil, err
	}
	var out []clusterLink
	for _, cluster := range clusters {
		if cluster.State == models.ClusterDismissed {
			continue
		}
		_, cases, err := p.Cases.Cluster(c.Request.Context(), web.Actor(c), cluster.ID)
		if err != nil {
			return nil, err
		}
		link := clusterLink{clusterView: viewCluster(cluster), Waits: cluster.State == models.ClusterSuggested}
		for _, other := range cases {
			if other.ID != cs.ID {
				link.Others = append(link.Others, rowOfCase(other, p.Now()))
			}
		}
		out = append(out, link)
	}
	return out, nil
}
