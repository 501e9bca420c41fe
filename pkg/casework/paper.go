package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
)

// What an access record says was done: see models.Access.
const (
	AccessReveal     = "reveal"
	AccessPapers     = "papers"      // papers of a case were written, with whole numbers
	AccessAttachment = "attachment"  // an attachment was opened
	AccessScan       = "scan"        // a photo was opened that is not yet in a case
	AccessExport     = "export_case" // a case was written into a folder, by the operator of the server
)

// Document is a file that is handed out. Its name has the number of the case and no name of a person.
type Document struct {
	Name string
	Type string
	Data []byte
}

const (
	typeWord = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeZip  = "application/zip"
)

// Papers lists what papers a case has.
func (s *Service) Papers(ctx context.Context, actor models.Actor, id bson.ObjectID) (*models.Case, []casefile.Piece, error) {
	c, err := s.Case(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	return c, casefile.Pieces(&casefile.Source{Case: c, Now: s.now()}), nil
}

// Paper is one paper as everybody who sees the case may read it: numbers are masked, photos left out.
func (s *Service) Paper(ctx context.Context, actor models.Actor, id bson.ObjectID, code string) (*models.Case, casefile.Paper, error) {
	c, err := s.Case(ctx, actor, id)
	if err != nil {
		return nil, casefile.Paper{}, err
	}
	paper, err := paperOf(&casefile.Source{Case: c, Now: s.now()}, code)
	return c, paper, err
}

func paperOf(source *casefile.Source, code string) (casefile.Paper, error) {
	paper, ok := casefile.Of(source, code)
	if !ok {
		return paper, models.Errorf(models.NotFound, "paper.none", "本案没有这份文书")
	}
	return paper, nil
}

// PrintPaper writes one paper with whole numbers, after that is on record.
func (s *Service) PrintPaper(ctx context.Context, actor models.Actor, id bson.ObjectID, code string) (Document, error) {
	source, err := s.printed(ctx, actor, id)
	if err != nil {
		return Document{}, err
	}
	paper, err := paperOf(source, code)
	if err != nil {
		return Document{}, err
	}
	data, err := casefile.Single(paper).Bytes()
	return Document{Name: casefile.Number(source) + "-" + casefile.FileName(paper) + ".docx", Type: typeWord, Data: data}, err
}

// PrintFile writes the whole file of a case, in the official order, as one Word file.
func (s *Service) PrintFile(ctx context.Context, actor models.Actor, id bson.ObjectID) (Document, error) {
	source, err := s.printed(ctx, actor, id)
	if err != nil {
		return Document{}, err
	}
	data, err := casefile.Whole(casefile.Papers(source)).Bytes()
	return Document{Name: casefile.Number(source) + "-卷宗.docx", Type: typeWord, Data: data}, err
}

// PrintZip writes the papers of a case one by one into a .zip.
func (s *Service) PrintZip(ctx context.Context, actor models.Actor, id bson.ObjectID) (Document, error) {
	source, err := s.printed(ctx, actor, id)
	if err != nil {
		return Document{}, err
	}
	var out bytes.Buffer
	err = casefile.Zip(&out, casefile.Papers(source), casefile.Number(source))
	return Document{Name: casefile.Number(source) + "-文书.zip", Type: typeZip, Data: out.Bytes()}, err
}

// EmptyForm writes a form to fill in by hand.
func EmptyForm(code string) (Document, error) {
	paper, ok := casefile.Form(code, "")
	if !ok {
		return Document{}, noForm()
	}
	data, err := casefile.Single(paper).Bytes()
	return Document{Name: "空白-" + casefile.FileName(paper) + ".docx", Type: typeWord, Data: data}, err
}

func noForm() error { return models.Errorf(models.NotFound, "paper.none", "没有这种表格") }

// printed is what papers are made from for somebody whose work the case is: whole numbers and photos, after
// the access is on record.
func (s *Service) printed(ctx context.Context, actor models.Actor, id bson.ObjectID) (*casefile.Source, error) {
	c, err := s.Case(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.onRecord(ctx, actor, c, AccessPapers); err != nil {
		return nil, err
	}
	return s.Source(ctx, c)
}

// Source opens what the papers of a case are made from: its numbers and its photos. Whoever calls it has
// written the access record, or is the operator of the server who exports a case.
func (s *Service) Source(ctx context.Context, c *models.Case) (*casefile.Source, error) {
	key, err := s.slipKey(ctx, c)
	if err != nil {
		return nil, err
	}
	source := &casefile.Source{Case: c, Now: s.now(), Photos: map[string][]byte{}, Key: key}
	for _, p := range c.Parties {
		idNumber, err1 := s.open(c, "idNumber", p.IDNumber)
		phone, err2 := s.open(c, "phone", p.Phone)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("open numbers of case %s: %w", c.ID.Hex(), err)
		}
		source.Numbers = append(source.Numbers, casefile.Numbers{ID: idNumber, Phone: phone})
	}
	for _, a := range c.Attachments {
		if a.IsPicture() {
			data, err := s.store.File(ctx, a.Hash)
			if err != nil {
				return nil, fmt.Errorf("attachment %d of case %s: %w", a.Seq, c.ID.Hex(), err)
			}
			source.Photos[a.Hash] = data
		}
	}
	return source, nil
}

// onRecord writes that somebody whose work the case is looks at what is not for everybody (个人信息保护法第51条).
func (s *Service) onRecord(ctx context.Context, actor models.Actor, c *models.Case, what string) error {
	if !slices.Contains([]models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}, actor.Role) {
		if what == AccessReveal {
			return models.Errorf(models.Forbidden, "case.reveal", "只有办理案件的人员可以查看完整的证件号码和电话")
		}
		return models.Errorf(models.Forbidden, "case.print", "只有办理案件的人员可以打印文书、打开材料")
	}
	return s.store.RecordAccess(ctx, actor, s.now(), what, c.ID.Hex(), c.Place.Village)
}
