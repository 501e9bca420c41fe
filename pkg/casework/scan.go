package casework

import (
	"context"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/enclosure"
	"fengqiao/pkg/store"
)

// maxScans is how many photos wait at one place.
const maxScans = 200

// SendForm is a photo of a paper whose code says where it belongs.
type SendForm struct {
	File []byte `json:"file" label:"文件"`
}

// ScanForm puts a photo that was sent into a case.
type ScanForm struct {
	Case string `json:"case" validate:"required" label:"案件"`
	Kind string `json:"kind" validate:"required,oneof=application notice identity proxy investigation evidence sitting agreement receipt visit confirmation other" label:"材料种类"`
	Name string `json:"name,omitempty" validate:"max=60" label:"材料名称"`
	// Code is that of the paper: a form from stock belongs to the case from then on. "" leaves it alone.
	Code string `json:"code,omitempty" label:"编码"`
}

// AsideForm lays a photo aside that belongs to no case.
type AsideForm struct {
	Reason string `json:"reason" validate:"notblank,max=100" label:"原因"`
}

// SendScan keeps a photo or a PDF until somebody says where it belongs, and reads the code on it. The same file
// sent again is there already; one that was laid aside waits again.
func (s *Service) SendScan(ctx context.Context, actor models.Actor, form SendForm) (*models.Scan, error) {
	sent := sentHash(form.File)
	id := models.ScanID(actor.Region, sent)
	if scan, err := s.store.Scan(ctx, actor.Scope(), id); err == nil {
		if scan.Aside == "" {
			return scan, nil
		}
		return s.changeScan(ctx, actor, id, func(scan *models.Scan) { scan.Aside, scan.Waiting = "", scan.Region })
	} else if !store.IsNotFound(err) {
		return nil, err
	}
	waiting, err := s.Scans(ctx, actor)
	if err != nil {
		return nil, err
	}
	if len(waiting) >= maxScans {
		return nil, models.FieldErrorf("file", "已经有%d张照片等着归卷，请先把它们归到案件里", maxScans)
	}
	file, texts, err := enclosure.Scan(ctx, form.File)
	if err != nil {
		return nil, err
	}
	scan := &models.Scan{ID: id, Region: actor.Region, Waiting: actor.Region, At: s.now(), By: actor}
	if code, ok := models.FindSlipCode(texts); ok {
		scan.Code = code.String()
	}
	if scan.File, err = s.keep(ctx, actor, file, sent); err != nil {
		return nil, err
	}
	if err := s.store.InsertScan(ctx, scan); store.IsDuplicate(err, store.IndexID) {
		return s.Scan(ctx, actor, id)
	} else if err != nil {
		return nil, err
	}
	return scan, nil
}

// Scans lists what waits at the actor's place, the oldest first.
func (s *Service) Scans(ctx context.Context, actor models.Actor) ([]*models.Scan, error) {
	return s.store.WaitingScans(ctx, actor.Region, maxScans)
}

// Scan is one of them, or one that was put into a case by now.
func (s *Service) Scan(ctx context.Context, actor models.Actor, id string) (*models.Scan, error) {
	return s.store.Scan(ctx, actor.Scope(), id)
}

// OpenScan gives its bytes, after the look is on record.
func (s *Service) OpenScan(ctx context.Context, actor models.Actor, id string, preview bool) (*models.Scan, []byte, error) {
	scan, err := s.Scan(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	if err := s.store.RecordAccess(ctx, actor, s.now(), AccessScan, scan.ID, scan.Region); err != nil {
		return nil, nil, err
	}
	hash := scan.File.Hash
	if preview && scan.File.Preview != "" {
		hash = scan.File.Preview
	}
	data, err := s.store.File(ctx, hash)
	return scan, data, err
}

// FileScan puts a photo into a case. Three documents change one after the other, the form from stock, the case,
// the photo: whoever is interrupted does it once more, and what is done already stays as it is.
func (s *Service) FileScan(ctx context.Context, actor models.Actor, id string, form ScanForm) (*models.Case, error) {
	form.Name = strings.TrimSpace(form.Name)
	scan, err := s.Scan(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	c, err := s.chosen(ctx, actor, form.Case)
	if err != nil {
		return nil, err
	}
	if scan.Case != nil && *scan.Case != c.ID {
		return nil, models.Errorf(models.Precondition, "scan.filed", "这张照片已经归到另一件案件里了")
	}
	action, err := s.mayAttach(ctx, actor, c)
	if err != nil {
		return nil, err
	}
	if form.Code != "" {
		if err := s.bind(ctx, actor, form.Code, c); err != nil {
			return nil, err
		}
	}
	attached := scan.File
	attached.Kind, attached.Name, attached.By = form.Kind, form.Name, actor
	if c, err = s.attach(ctx, actor, Ref{ID: c.ID}, action, attached); err != nil {
		return nil, err
	}
	_, err = s.changeScan(ctx, actor, id, func(scan *models.Scan) {
		scan.Case, scan.Waiting, scan.Aside = &c.ID, "", ""
		if there := c.Sent(form.Kind, scan.File.Sent); there != nil { // else somebody has withdrawn it since
			scan.Seq = there.Seq
		}
	})
	return c, err
}

// chosen is the case that somebody chose for a photo; where there is none in their scope, that stands at the field.
func (s *Service) chosen(ctx context.Context, actor models.Actor, hex string) (*models.Case, error) {
	id, err := IDOf(hex)
	if err != nil {
		return nil, noChoice()
	}
	c, err := s.Case(ctx, actor, id)
	if store.IsNotFound(err) {
		return nil, noChoice()
	}
	return c, err
}

func noChoice() error {
	return models.FieldErrorf("case", "没有找到这件案件，请重新选择")
}

// LayAside takes a photo off the list that belongs to no case. Its bytes are kept, and sending it again brings it
// back.
func (s *Service) LayAside(ctx context.Context, actor models.Actor, id string, form AsideForm) (*models.Scan, error) {
	form.Reason = strings.TrimSpace(form.Reason)
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	scan, err := s.Scan(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if scan.Case != nil {
		return nil, models.Errorf(models.Precondition, "scan.filed", "这张照片已经归到案件里了")
	}
	return s.changeScan(ctx, actor, id, func(scan *models.Scan) {
		if scan.Case == nil {
			scan.Aside, scan.Waiting = form.Reason, ""
		}
	})
}

// changeScan changes what is known of a photo, on top of what others did meanwhile.
func (s *Service) changeScan(ctx context.Context, actor models.Actor, id string, change func(*models.Scan)) (*models.Scan, error) {
	for range attempts {
		scan, err := s.Scan(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		change(scan)
		if err = s.store.ReplaceScan(ctx, scan); !store.IsConflict(err) {
			return scan, err
		}
	}
	return nil, models.Errorf(models.Conflict, "conflict", "同时修改的人太多，请稍后再试")
}
