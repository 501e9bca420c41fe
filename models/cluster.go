package models

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/text/width"

	"fengqiao/pkg/docstore"
)

// RootKind is what several disputes of one village can have in common.
type RootKind string

const (
	RootContract   RootKind = "contract"   // 同一合同
	RootTransferee RootKind = "transferee" // 同一受让方
	RootDecision   RootKind = "decision"   // 同一集体决议
	RootYear       RootKind = "year"       // 同一分红年度
)

// RootKinds lists them.
func RootKinds() []Choice {
	return []Choice{{string(RootContract), "同一合同"}, {string(RootTransferee), "同一受让方"}, {string(RootDecision), "同一集体决议"}, {string(RootYear), "同一分红年度"}}
}

// Root is what one dispute could have in common with others, in the words of who logged it.
type Root struct {
	Kind RootKind `bson:"kind" json:"kind"`
	Text string   `bson:"text" json:"text"`
}

// Name is the root as people say it: 同一受让方：青禾绿丰种植专业合作社.
func (r Root) Name() string {
	text := r.Text
	switch r.Kind {
	case RootYear:
		text += "年度"
	case RootDecision:
		text += "的决议"
	}
	return NameOf(RootKinds(), string(r.Kind)) + "：" + text
}

// Narrow says whether the root is one contract or one plan of distribution, not all that somebody has
// taken on or all that is distributed in a year.
func (r Root) Narrow() bool { return r.Kind == RootContract || r.Kind == RootDecision }

// Key is what two cases of one village must share: letters and digits alone, so that a space or a
// bracket more makes no other contract.
func (r Root) Key() string {
	key := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, width.Fold.String(r.Text))
	return string(r.Kind) + "/" + key
}

// RootsOf lists the roots of a case, the wider one first: a contract lies within what one transferee
// has, a decision within a year. A root without a letter or digit is none.
func (c *Case) RootsOf() []Root {
	var out []Root
	add := func(kind RootKind, text string) {
		if root := (Root{kind, strings.TrimSpace(text)}); !strings.HasSuffix(root.Key(), "/") {
			out = append(out, root)
		}
	}
	if l := c.Land; l != nil {
		add(RootTransferee, l.Transferee)
		add(RootContract, l.ContractRef)
	}
	if d := c.Dividend; d != nil {
		if d.Year > 0 {
			add(RootYear, fmt.Sprint(d.Year))
		}
		add(RootDecision, d.DecisionDate)
	}
	return out
}

// SettleRoots keeps what the case is found by in step with its fields.
func (c *Case) SettleRoots() {
	c.Roots = []string{}
	for _, root := range c.RootsOf() {
		c.Roots = append(c.Roots, root.Key())
	}
	if f := c.Linked.Follows; f != nil {
		c.Roots = append(c.Roots, FollowsKey(f.ID))
	}
}

// ClusterState is what people decided about a group dispute.
type ClusterState string

const (
	ClusterSuggested ClusterState = "suggested" // 待确认: found by the system
	ClusterConfirmed ClusterState = "confirmed" // 已确认: handled as one
	ClusterDismissed ClusterState = "dismissed" // 已排除
)

// ClusterStates lists them.
func ClusterStates() []Choice {
	return []Choice{{string(ClusterSuggested), "待确认"}, {string(ClusterConfirmed), "已确认"}, {string(ClusterDismissed), "已排除"}}
}

// Name is the state as people say it.
func (s ClusterState) Name() string { return NameOf(ClusterStates(), string(s)) }

// Cluster is a group dispute: cases of one village with one root. It is a document of its own, not
// fields of its cases, because the suggestion, and why somebody confirmed or dismissed it, belong to
// none of them, and deciding it is then one write. What a decision means for a case is written into
// that case, under its own version, afterwards: PendingAt says that this is not done for all. Doing it
// again changes nothing, so that it survives a crash between any two of these writes.
type Cluster struct {
	ID            string `bson:"_id" json:"id"` // of the village and the root: there is one
	docstore.Head `bson:",inline"`
	Place         Place           `bson:"place" json:"-"`
	Root          Root            `bson:"root" json:"root"`
	State         ClusterState    `bson:"state" json:"state"`
	Cases         []ClusterMember `bson:"cases" json:"cases"` // the first one logged first
	History       []ClusterEvent  `bson:"history" json:"history"`
	FoundAt       time.Time       `bson:"foundAt" json:"foundAt"`     // when it was suggested, the last time
	ChangedAt     time.Time       `bson:"changedAt" json:"changedAt"` // lists are ordered by it
	// PendingAt is when the last decision was made, missing when every case has it.
	PendingAt *time.Time `bson:"pendingAt,omitempty" json:"-"`
}

func (c *Cluster) DocID() any { return c.ID }

// ClusterMember is one case of a cluster.
type ClusterMember struct {
	ID         bson.ObjectID `bson:"id" json:"id"`
	LoggedAt   time.Time     `bson:"loggedAt" json:"loggedAt"`
	Households int           `bson:"households" json:"households"`
	// Seen says that the case was there when the cluster was dismissed: it counts for no new suggestion.
	Seen bool `bson:"seen" json:"seen"`
}

// ClusterEvent is one entry of a cluster's history.
type ClusterEvent struct {
	At     time.Time    `bson:"at" json:"at"`
	Actor  Actor        `bson:"actor" json:"actor"`
	State  ClusterState `bson:"state" json:"state"` // after it
	Reason string       `bson:"reason" json:"reason"`
}

// CaseCluster is what a case knows of the group dispute it was confirmed to belong to.
type CaseCluster struct {
	ID    string    `bson:"id" json:"id"`
	Name  string    `bson:"name" json:"name"` // of its root
	Since time.Time `bson:"since" json:"since"`
	Lead  bool      `bson:"lead" json:"lead"` // the first of its cases: a group dispute is counted there
	// Rose is the id of the office from which this case went up, until the others went up with it.
	Rose string `bson:"rose,omitempty" json:"-"`
	// Sat are the sequence numbers of common sittings that were recorded here and not yet on the others.
	Sat []int `bson:"sat" json:"-"`
}

// CaseGroup is a time for which a case belonged to a group dispute.
type CaseGroup struct {
	ID    string     `bson:"id" json:"id"`
	Lead  bool       `bson:"lead" json:"lead"`
	From  time.Time  `bson:"from" json:"from"`
	Until *time.Time `bson:"until,omitempty" json:"until,omitempty"` // nil while it does
}

// Join makes the case one of a group dispute. It is called inside Move.
func (c *Case) Join(cluster *Cluster, lead bool, now time.Time) {
	c.Cluster = &CaseCluster{ID: cluster.ID, Name: cluster.Root.Name(), Since: now, Lead: lead, Sat: []int{}}
	c.Groups = append(c.Groups, CaseGroup{ID: cluster.ID, Lead: lead, From: now})
}

// Part makes it one by itself again. It is called inside Move.
func (c *Case) Part(now time.Time) {
	c.Cluster, c.TogetherAt = nil, nil
	for i := range c.Groups {
		if c.Groups[i].Until == nil {
			c.Groups[i].Until = &now
		}
	}
}

// IsCopy says whether the sitting was recorded on another case of the group dispute.
func (s *Sitting) IsCopy(id bson.ObjectID) bool {
	return s.Common != "" && !strings.HasPrefix(s.Common, id.Hex())
}

// ClusterID is the id of the cluster of a village's root. It shows neither.
func ClusterID(village string, root Root) string {
	sum := sha256.Sum256([]byte(village + "/" + root.Key()))
	return hex.EncodeToString(sum[:12])
}

// NewCluster is a cluster that nothing is known of yet.
func NewCluster(place Place, root Root) *Cluster {
	return &Cluster{ID: ClusterID(place.Village, root), Place: place, Root: root, Cases: []ClusterMember{}, History: []ClusterEvent{}}
}

// StateAt is what had become of it before a moment, "" where it had not been found.
func (c *Cluster) StateAt(before time.Time) ClusterState {
	state := ClusterState("")
	for _, e := range c.History {
		if e.At.Before(before) {
			state = e.State
		}
	}
	return state
}

// Has says whether a case belongs to the cluster.
func (c *Cluster) Has(id bson.ObjectID) bool {
	return slices.ContainsFunc(c.Cases, func(m ClusterMember) bool { return m.ID == id })
}

// Households adds up those of its cases.
func (c *Cluster) Households() int {
	n := 0
	for _, m := range c.Cases {
		n += m.Households
	}
	return n
}

// Crowds says whether some cases come close enough to be put to people as a group dispute: two or more
// of them, logged within the policy's days, with its number of households.
func (p *RiskPolicy) Crowds(members []ClusterMember) bool {
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(a, b ClusterMember) int { return a.LoggedAt.Compare(b.LoggedAt) })
	first, households := 0, 0
	for i, m := range sorted {
		households += m.Households
		for m.LoggedAt.Sub(sorted[first].LoggedAt) > time.Duration(p.ClusterDays)*day {
			households -= sorted[first].Households
			first++
		}
		if i > first && households >= p.ClusterHouseholds {
			return true
		}
	}
	return false
}

// Gather takes cases with its root into the cluster and says whether anything became another by it. It
// becomes suggested when those that nobody has judged yet come close enough. A confirmed one takes in
// what comes within the policy's days of one of its cases, and later ones when they are a group by
// themselves.
func (c *Cluster) Gather(p *RiskPolicy, found []ClusterMember, now time.Time) bool {
	var fresh []ClusterMember
	for _, m := range found {
		if !c.Has(m.ID) {
			m.Seen = false
			fresh = append(fresh, m)
		}
	}
	if c.State == ClusterConfirmed && !p.Crowds(fresh) {
		fresh = slices.DeleteFunc(fresh, func(m ClusterMember) bool {
			return !slices.ContainsFunc(c.Cases, func(o ClusterMember) bool {
				return m.LoggedAt.Sub(o.LoggedAt).Abs() <= time.Duration(p.ClusterDays)*day
			})
		})
	}
	if len(fresh) == 0 {
		return false
	}
	judged := func(m ClusterMember) bool { return m.Seen }
	unseen := append(slices.DeleteFunc(slices.Clone(c.Cases), judged), fresh...)
	if c.State != ClusterConfirmed && !p.Crowds(unseen) {
		return false
	}
	c.Cases = append(c.Cases, fresh...)
	slices.SortFunc(c.Cases, func(a, b ClusterMember) int {
		return cmp.Or(a.LoggedAt.Compare(b.LoggedAt), strings.Compare(a.ID.Hex(), b.ID.Hex()))
	})
	c.ChangedAt = now
	switch c.State {
	case ClusterConfirmed:
		c.note(SystemActor(), now, fmt.Sprintf("又有%d件并入", len(fresh)))
		c.PendingAt = &now
	case ClusterSuggested:
		c.note(SystemActor(), now, fmt.Sprintf("又有%d件，共%d件%d户", len(fresh), len(c.Cases), c.Households()))
	default:
		c.State, c.FoundAt = ClusterSuggested, now
		c.note(SystemActor(), now, fmt.Sprintf("%s：%d件%d户（%s）", c.Root.Name(), len(c.Cases), c.Households(), p.ClusterText()))
	}
	return true
}

// Decide confirms or dismisses the cluster. A confirmed one can still be dismissed.
func (c *Cluster) Decide(state ClusterState, actor Actor, now time.Time, reason string) error {
	switch {
	case state != ClusterConfirmed && state != ClusterDismissed:
		return FieldErrorf("state", "请选择确认或者排除")
	case c.State == state:
		return Errorf(Precondition, "cluster.state", "这起群体性纠纷现在已经是“%s”", state.Name())
	}
	c.State, c.ChangedAt, c.PendingAt = state, now, &now
	for i := range c.Cases {
		c.Cases[i].Seen = state == ClusterDismissed
	}
	c.note(actor, now, reason)
	return nil
}

func (c *Cluster) note(actor Actor, now time.Time, reason string) {
	c.History = append(c.History, ClusterEvent{At: now, Actor: actor, State: c.State, Reason: reason})
}

// Decision is the last entry that a person made, nil where nobody has decided yet.
func (c *Cluster) Decision() *ClusterEvent {
	for i := len(c.History) - 1; i >= 0; i-- {
		if c.History[i].Actor.Role != RoleSystem {
			return &c.History[i]
		}
	}
	return nil
}

// CommonKey names a common sitting that was recorded on a case.
func CommonKey(id bson.ObjectID, seq int) string { return fmt.Sprintf("%s/%d", id.Hex(), seq) }

// HasCommon says whether the case has the record of a common sitting.
func (c *Case) HasCommon(key string) bool {
	return slices.ContainsFunc(c.Sittings, func(s Sitting) bool { return s.Common == key })
}

// Tell notes that something happened to the case that its fellows are to be told of.
func (c *Case) Tell(now time.Time) {
	if c.TogetherAt == nil {
		c.TogetherAt = &now
	}
}

// Told notes that they have been. It is no change that anybody who works on the case would notice.
func (c *Case) Told() {
	if c.Revision == 0 {
		c.Revision = c.Version
	}
	c.TogetherAt = nil
	if c.Cluster != nil {
		c.Cluster.Rose, c.Cluster.Sat = "", []int{}
	}
}
