package screening

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fengqiao/models"
)

// Drawn lists the ids of the cases that a seed draws out of some: those with the smallest hash of seed and
// id. The order in which they are given does not matter.
func Drawn(seed string, ids []string, n int) []string {
	hashed := make(map[string]string, len(ids))
	for _, id := range ids {
		sum := sha256.Sum256([]byte(seed + "/" + id))
		hashed[id] = hex.EncodeToString(sum[:])
	}
	order := slices.Clone(ids)
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(hashed[a], hashed[b]), cmp.Compare(a, b)) })
	return order[:min(n, len(order))]
}

// drawSize is how many of a population are called back.
func drawSize(population int, g models.GuardThresholds) int {
	return max(g.DrawLeast, (population*g.DrawPercent+99)/100)
}

// Inspect finds what is to be looked into of a township's month: the draw by a seed, and what looks
// unlikely. cases are those that were active in the window, past the township's reports of the months
// before and of this one, villages its villages, g from where on something is worth a look.
func Inspect(township *models.Region, w Window, seed string, g models.GuardThresholds, cases []*models.Case, past []*models.Report, villages []*models.Region) *models.FileCheck {
	check := &models.FileCheck{ID: models.CheckID(township.Code, w.Month), Region: township.Code, Month: w.Month, Seed: seed, Items: []models.CheckItem{}, Guard: &g}
	ended := map[string]*look{}
	var ids []string
	var looks []*look
	for _, c := range cases {
		if l := lookAt(c, w); l.concluded() {
			ids = append(ids, c.ID.Hex())
			ended[c.ID.Hex()] = &l
			looks = append(looks, &l)
		}
	}
	slices.SortFunc(looks, func(a, b *look) int { return strings.Compare(a.c.ID.Hex(), b.c.ID.Hex()) })
	check.Population = len(ids)
	for _, id := range Drawn(seed, ids, drawSize(len(ids), g)) {
		check.Items = append(check.Items, item(models.CheckCall, "随机抽中，请向双方当事人核实有没有这次调解、结果是否属实", ended[id]))
	}
	check.Items = append(check.Items, unlikelyShares(past, villages, g)...)
	check.Items = append(check.Items, similarTexts(looks, g)...)
	check.Items = append(check.Items, tooFast(looks, g)...)
	check.Items = append(check.Items, batches(looks, g)...)
	return check
}

// item is about some cases. Its key follows from its kind and the first of them.
func item(kind models.CheckKind, ground string, looks ...*look) models.CheckItem {
	out := models.CheckItem{Kind: kind, Ground: ground, Key: string(kind) + "-" + looks[0].c.ID.Hex()}
	for _, l := range looks {
		out.Cases = append(out.Cases, models.CheckCase{ID: l.c.ID.Hex(), Number: l.number(), Village: l.c.Place.VillageName})
	}
	return out
}

// unlikelyShares finds villages that ended more cases over some months than chance makes likely, by
// their households, or evenly where those are not known.
func unlikelyShares(past []*models.Report, villages []*models.Region, g models.GuardThresholds) []models.CheckItem {
	ended, names, whole := map[string]int64{}, map[string]string{}, int64(0)
	for _, r := range past {
		t, _ := r.Table("village")
		column := slices.Index(t.Columns, "concluded")
		for _, row := range t.Rows {
			if column >= 0 {
				ended[row.Code] += row.Values[column]
				names[row.Code] = row.Name
				whole += row.Values[column]
			}
		}
	}
	households, known := 0, len(villages) > 1
	for _, v := range villages {
		households += v.Households
		known = known && v.Households > 0
	}
	var out []models.CheckItem
	for _, v := range villages {
		share := 1 / float64(max(1, len(villages)))
		by := "按村数"
		if known {
			share, by = float64(v.Households)/float64(households), "按户数"
		}
		n := ended[v.Code]
		expected := share * float64(whole)
		if len(villages) < 2 || n < int64(g.ShareLeast) || float64(n) < float64(g.ShareTimes)*expected || tail(whole, n, share) > float64(g.ShareChance)/10_000 {
			continue
		}
		out = append(out, models.CheckItem{
			Kind: models.CheckShare, Key: string(models.CheckShare) + "-" + v.Code, Place: names[v.Code],
			Ground: fmt.Sprintf("%s近%d个月办结%d件，占全镇%d件的%.1f%%；%s大约应有%.0f件", names[v.Code], len(past), n, whole, 100*float64(n)/float64(whole), by, expected),
		})
	}
	return out
}

// tail is the likelihood that of so many, each with a chance, at least n hit.
func tail(of, n int64, chance float64) float64 {
	if chance >= 1 {
		return 1
	}
	sum := 0.0
	for k := n; k <= of; k++ {
		a, _ := math.Lgamma(float64(of + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(of - k + 1))
		sum += math.Exp(a - b - c + float64(k)*math.Log(chance) + float64(of-k)*math.Log1p(-chance))
	}
	return sum
}

// similarTexts finds cases whose facts and courses are nearly the same text once names and numbers are
// taken out. Cases that are like one another through others are one item.
func similarTexts(looks []*look, g models.GuardThresholds) []models.CheckItem {
	type text struct {
		l     *look
		grams []uint64
	}
	var texts []text
	for _, l := range looks {
		if grams := gramsOf(l); len(grams) >= g.SimilarLeast {
			texts = append(texts, text{l, grams})
		}
	}
	least := float64(g.SimilarPercent) / 100
	group := make([]int, len(texts))
	for i := range group {
		group[i] = i
	}
	best := map[int]float64{}
	root := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	for i := range texts {
		for j := i + 1; j < len(texts); j++ {
			a, b := texts[i].grams, texts[j].grams
			if float64(min(len(a), len(b))) < least*float64(max(len(a), len(b))) {
				continue // too unlike in length to overlap so much
			}
			if o := overlap(a, b); o >= least {
				from, to := root(j), root(i)
				if from < to {
					from, to = to, from
				}
				best[to] = max(best[to], best[from], o)
				group[from] = to
			}
		}
	}
	members := map[int][]*look{}
	for i := range texts {
		members[root(i)] = append(members[root(i)], texts[i].l)
	}
	var out []models.CheckItem
	for i := range texts {
		if found := members[i]; len(found) > 1 {
			out = append(out, item(models.CheckSimilar, fmt.Sprintf("%d件纠纷的事实和调解经过，去掉姓名和数字后文字几乎一样（最高重合%.0f%%）", len(found), 100*best[i]), found...))
		}
	}
	return out
}

// gramsOf are the pieces of three characters of what was written down of a case by the window's end,
// without names, numbers and signs, sorted, each once.
func gramsOf(l *look) []uint64 {
	text := l.counted.Facts
	for i := range l.c.Sittings {
		if s := &l.c.Sittings[i]; s.RecordedAt.Before(l.w.End) {
			text += s.Course
		}
	}
	for _, p := range l.c.Parties {
		if utf8.RuneCountInString(p.Name) > 1 {
			text = strings.ReplaceAll(text, p.Name, "")
		}
	}
	var letters []rune
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters = append(letters, r)
		}
	}
	var grams []uint64
	for i := 0; i+3 <= len(letters); i++ {
		h := fnv.New64a()
		h.Write([]byte(string(letters[i : i+3])))
		grams = append(grams, h.Sum64())
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// overlap is how many of the pieces of two sorted lists both have, of all.
func overlap(a, b []uint64) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// endedAt is when the case was concluded in the window.
func endedAt(l *look) time.Time {
	for i := range l.events {
		if e := &l.events[i]; !e.After.State.IsOpen() {
			return e.At
		}
	}
	return time.Time{}
}

// tooFast finds agreements that came within minutes of the logging.
func tooFast(looks []*look, g models.GuardThresholds) []models.CheckItem {
	var out []models.CheckItem
	for _, l := range looks {
		took := endedAt(l).Sub(l.c.LoggedAt)
		if l.outcome() == models.OutcomeAgreed && took < time.Duration(g.FastMinutes)*time.Minute {
			out = append(out, item(models.CheckFast, fmt.Sprintf("登记后%d分钟就达成协议", int(took/time.Minute)), l))
		}
	}
	return out
}

// batches finds villages in which several cases were ended within minutes.
func batches(looks []*look, g models.GuardThresholds) []models.CheckItem {
	byVillage := map[string][]*look{}
	var order []string
	for _, l := range looks {
		v := l.c.Place.Village
		if byVillage[v] == nil {
			order = append(order, v)
		}
		byVillage[v] = append(byVillage[v], l)
	}
	slices.Sort(order)
	var out []models.CheckItem
	for _, v := range order {
		found := byVillage[v]
		slices.SortStableFunc(found, func(a, b *look) int { return endedAt(a).Compare(endedAt(b)) })
		for i := 0; i < len(found); {
			end := i + 1
			for end < len(found) && endedAt(found[end]).Sub(endedAt(found[i])) <= time.Duration(g.BatchMinutes)*time.Minute {
				end++
			}
			if end-i >= g.BatchLeast {
				out = append(out, item(models.CheckBatch, fmt.Sprintf("%s有%d件在%d分钟内先后办结", found[i].c.Place.VillageName, end-i, int(endedAt(found[end-1]).Sub(endedAt(found[i]))/time.Minute)), found[i:end]...))
				i = end
				continue
			}
			i++
		}
	}
	return out
}
