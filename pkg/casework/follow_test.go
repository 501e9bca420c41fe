package casework_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
)

// filed is a case whose file was closed for good.
func (w *world) filed(t *testing.T, change ...func(*casework.LogForm)) *models.Case {
	t.Helper()
	c := did(t)(w.Withdraw(t.Context(), mediator, ref(w.mediated(t, change...)), casework.ReasonForm{Reason: "撤回"}))
	return did(t)(w.File(t.Context(), mediator, ref(c), casework.FileForm{Retention: "long", Known: true}))
}

// goingOn is the draft of a case that goes on with a filed one: the numbers are left out.
func goingOn(filed *models.Case, change ...func(*casework.LogForm)) casework.LogForm {
	f := draft(func(f *casework.LogForm) {
		f.Follows, f.Again = filed.ID.Hex(), "秋收以后又不付了"
		for i := range f.Parties {
			f.Parties[i].Was, f.Parties[i].IDNumber, f.Parties[i].Phone = i+1, "", ""
		}
	})
	for _, c := range change {
		c(&f)
	}
	return f
}

// TestGoOnWithAFiledCase logs the dispute of a filed case anew: the two know each other, and the filed one is
// what it was.
func TestGoOnWithAFiledCase(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		filed := w.filed(t)
		before := w.stored(t, filed)
		c, created, err := w.Log(t.Context(), mediator, goingOn(filed), "again-1")
		require.NoError(t, err)
		require.True(t, created)
		require.NoError(t, c.VerifyTimeline())
		require.Equal(t, &models.FiledCase{ID: filed.ID.Hex(), Number: filed.NumberText(), FiledOn: "2026-03-02", Again: "秋收以后又不付了"}, w.stored(t, c).Linked.Follows)
		require.Equal(t, filed.NumberText()+"卷2026-03-02立卷归档，此后纠纷再起，另立本案：秋收以后又不付了", c.Timeline[0].Note)
		require.Equal(t, before, w.stored(t, filed), "nothing of what was filed is another")

		// The numbers came along, sealed for the new case.
		require.NotEqual(t, filed.Parties[0].IDNumber.Box, c.Parties[0].IDNumber.Box)
		numbers, err := w.Reveal(t.Context(), mediator, c.ID)
		require.NoError(t, err)
		require.Equal(t, []casework.Unsealed{{Name: "许来福", IDNumber: idNumber, Phone: phone}, {Name: "丰年农机合作社", IDNumber: creditCode}}, numbers)

		// Both ways, also after the new one was put right.
		c = did(t)(w.Correct(t.Context(), mediator, ref(c), correcting()))
		following := func(actor models.Actor, of *models.Case) []string {
			found, err := w.Following(t.Context(), actor, of)
			require.NoError(t, err)
			ids := []string{}
			for _, o := range found {
				ids = append(ids, o.ID.Hex())
			}
			return ids
		}
		require.Equal(t, []string{c.ID.Hex()}, following(mediator, filed))
		require.Equal(t, []string{c.ID.Hex()}, following(judicial, filed))
		require.Empty(t, following(mediator, c))
		require.Empty(t, following(neighbour, filed), "who may not see it does not learn of it")

		for _, code := range []string{"register", "statement"} {
			_, paper, err := w.Paper(t.Context(), secretary, c.ID, code)
			require.NoError(t, err)
			require.Contains(t, string(casefile.HTML(paper)), filed.NumberText()+"卷2026年3月2日立卷归档，此后纠纷再起，另立本案。归档以后：秋收以后又不付了。", code)
		}

		// The same draft is the same case; another waits until this one is over.
		again, created, err := w.Log(t.Context(), mediator, goingOn(filed), "again-1")
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, c.ID, again.ID)
		_, _, err = w.Log(t.Context(), chair, goingOn(filed), "another")
		requireFields(t, err, "follows", "原案归档后已经另立一件“三组长垄地租拖欠”，还没有办结，请在那一件里接着办")
		c = did(t)(w.Withdraw(t.Context(), mediator, ref(c), casework.ReasonForm{Reason: "撤回"}))
		second, _, err := w.Log(t.Context(), chair, goingOn(filed), "another")
		require.NoError(t, err)
		require.ElementsMatch(t, []string{second.ID.Hex(), c.ID.Hex()}, following(mediator, filed))
	})
}

// TestWhoseNumbersComeAlong: those of a party that is the same, and that were not typed anew.
func TestWhoseNumbersComeAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	filed := w.filed(t)
	other := "330681196001011233"
	for _, tt := range []struct {
		name   string
		change func(f *casework.LogForm)
		want   casework.Unsealed
	}{
		{"another name", func(f *casework.LogForm) { f.Parties[0].Name = "许来旺" }, casework.Unsealed{Name: "许来旺"}},
		{"nobody of the filed case", func(f *casework.LogForm) { f.Parties[0].Was = 0 }, casework.Unsealed{Name: "许来福"}},
		{"another kind", func(f *casework.LogForm) { f.Parties[0].Kind = models.Organisation }, casework.Unsealed{Name: "许来福"}},
		{"another phone", func(f *casework.LogForm) { f.Parties[0].Phone = "13900001111" }, casework.Unsealed{Name: "许来福", IDNumber: idNumber, Phone: "13900001111"}},
		{"another number", func(f *casework.LogForm) { f.Parties[0].IDNumber = other }, casework.Unsealed{Name: "许来福", IDNumber: other, Phone: phone}},
	} {
		form := goingOn(filed, tt.change)
		sent := form.Parties[1]
		c, _, err := w.Log(t.Context(), mediator, form, "")
		require.NoError(t, err, tt.name)
		require.Equal(t, sent, form.Parties[1], "the caller's form has no numbers in it afterwards")
		numbers, err := w.Reveal(t.Context(), mediator, c.ID)
		require.NoError(t, err)
		require.Equal(t, tt.want, numbers[0], tt.name)
		did(t)(w.Withdraw(t.Context(), mediator, ref(c), casework.ReasonForm{Reason: "撤回"}))
	}
}

func TestWhatCannotGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	filed, open := w.filed(t), w.accepted(t)
	for _, tt := range []struct {
		name           string
		actor          models.Actor
		change         func(f *casework.LogForm)
		field, message string
	}{
		{"nothing said of what happened", mediator, func(f *casework.LogForm) { f.Again = " " }, "again", "请写明归档以后又发生了什么"},
		{"no filed case", mediator, func(f *casework.LogForm) {
			f.Follows = ""
			for i := range f.Parties {
				f.Parties[i].Was = 0
			}
		}, "follows", "请从归档的原案的页面登记，或者删去“归档以后又发生了什么”"},
		{"no id", mediator, func(f *casework.LogForm) { f.Follows = "x" }, "follows", "没有找到归档的原案，请从原案的页面重新登记"},
		{"of a place that is not one's own", neighbour, func(f *casework.LogForm) { f.VillageCode = otherVillage }, "follows", "没有找到归档的原案，请从原案的页面重新登记"},
		{"not filed", mediator, func(f *casework.LogForm) { f.Follows = open.ID.Hex() }, "follows", "原案还没有立卷归档，不用另立，请在原案里接着办或者重新调解"},
		{"another village", judicial, func(f *casework.LogForm) { f.VillageCode = otherVillage }, "villageCode", "原案在北坡村，请选择这个村"},
		{"a party that it does not have", mediator, func(f *casework.LogForm) { f.Parties[0].Was = 3 }, "parties[0].name", "这名当事人和原案的对不上，请从原案的页面重新登记"},
		{"a party of nothing", mediator, func(f *casework.LogForm) { f.Follows, f.Again, f.Parties[1].Was = "", "", 0 }, "parties[0].was", "只有接着归档的原案登记时才填写"},
	} {
		_, _, err := w.Log(t.Context(), tt.actor, goingOn(filed, tt.change), "")
		requireFields(t, err, tt.field, tt.message)
	}
	found, err := w.Following(t.Context(), mediator, filed)
	require.NoError(t, err)
	require.Empty(t, found)
}
