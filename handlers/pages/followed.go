package pages

import (
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/store"
)

// filedView is a filed case on the page of one that goes on with it.
type filedView struct{ Path, Number, FiledOn, Again string }

func viewFiled(f *models.FiledCase) *filedView {
	if f == nil {
		return nil
	}
	return &filedView{"/cases/" + f.ID, f.Number, dateText(f.FiledOn), f.Again}
}

// goOnLink lets a filed case go on in a case of its own, for who may log one, unless one that does is open; false
// for any other.
func goOnLink(cs *models.Case, after []*models.Case, actor models.Actor) (actionLink, bool) {
	open := slices.ContainsFunc(after, func(o *models.Case) bool { return o.State != models.Closed })
	if cs.Filing == nil || open || !account.Has(actor.Role, account.WriteCases) {
		return actionLink{}, false
	}
	path := "/cases/new?" + url.Values{"follows": {cs.ID.Hex()}}.Encode()
	return actionLink{path, "归档后纠纷又起", "另立一件接着办，当事人和案情带过去，这一卷不动", false}, true
}

// fillFromFiled puts what a filed case says into the form of the case that goes on with it. Numbers stay empty:
// left so, they are those of the filed case.
func (p *Pages) fillFromFiled(c *gin.Context, f *form, hex string) error {
	id, err := casework.IDOf(hex)
	if err != nil {
		return err
	}
	filed, err := p.Cases.Case(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if filed.Filing == nil {
		return models.Errorf(models.Precondition, "case.not_filed", "本案还没有立卷归档，不用另立，请在本案里接着办或者重新调解")
	}
	fillCorrect(f, filed, models.Actor{}, p.Now())
	f.Values.Set("follows", hex)
	f.Values.Set("villageCode", filed.Place.Village)
	f.Values.Set("source", "application") // how it comes in this time
	return nil
}

// filedOf is the filed case that the form goes on with, nil for none that can be read: sending it says so.
func (p *Pages) filedOf(c *gin.Context, f *form) (*models.Case, error) {
	id, err := casework.IDOf(f.Value("follows"))
	if err != nil {
		return nil, nil
	}
	filed, err := p.Cases.Case(c.Request.Context(), web.Actor(c), id)
	if store.IsNotFound(err) || err == nil && filed.Filing == nil {
		return nil, nil
	}
	return filed, err
}

// keep shows beside a party's empty numbers those that the filed case has of it.
func (party *partyForm) keep(in *casework.LogForm, filed *models.Case) {
	if party.I >= len(in.Parties) {
		return
	}
	if was := in.Parties[party.I].KeptFrom(filed); was != nil {
		party.Phone, party.IDNumber = keptHint(was.Phone), keptHint(was.IDNumber)
		party.Open = party.Open || was.IDNumber.Mask != ""
	}
}

func keptHint(s models.Sealed) string {
	if s.Mask == "" {
		return ""
	}
	return "原案登记的是" + s.Mask + "，不填就照用。"
}

// kept is a party as it is read once more, with the masks of numbers that are taken from the filed case.
func kept(party casework.PartyForm, filed *models.Case) casework.PartyForm {
	was := party.KeptFrom(filed)
	if was == nil {
		return party
	}
	if party.Phone == "" && was.Phone.Mask != "" {
		party.Phone = was.Phone.Mask + "（照原案）"
	}
	if party.IDNumber == "" && was.IDNumber.Mask != "" {
		party.IDNumber = was.IDNumber.Mask + "（照原案）"
	}
	return party
}
