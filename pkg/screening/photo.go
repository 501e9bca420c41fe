package screening

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"fengqiao/models"
	"fengqiao/pkg/enclosure"
)

// AccessPhoto is how it is recorded that the photo of a finding was opened.
const AccessPhoto = "finding_photo"

// openers are who opens photos: those who open what is attached to cases.
var openers = []models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}

// KeepPhoto takes in the photo of a finding before the return of a cell is sent, so that a form that comes
// back still has it. Errors are at the field “photo”.
func (s *Service) KeepPhoto(ctx context.Context, actor models.Actor, cell, from string, data []byte) (*models.FindingPhoto, error) {
	if !IsFiler(actor.Role) {
		return nil, notFiler()
	}
	if _, err := s.Duty(ctx, actor.Scope(), cell, from); err != nil {
		return nil, err
	}
	return s.keepPhoto(ctx, data)
}

// keepPhoto keeps a photo as enclosure writes it: without what a phone hides in it.
func (s *Service) keepPhoto(ctx context.Context, data []byte) (*models.FindingPhoto, error) {
	file, err := enclosure.Read(ctx, data)
	if err != nil {
		told := *models.AsError(err)
		for i := range told.Fields {
			told.Fields[i].Field = "photo"
		}
		return nil, &told
	}
	if file.Type != models.TypeJPEG {
		return nil, models.FieldErrorf("photo", "这里只放照片。PDF请在登记为纠纷以后附到案件里")
	}
	sum := sha256.Sum256(data)
	photo := &models.FindingPhoto{Size: int64(len(file.Data)), Sent: hex.EncodeToString(sum[:])}
	if photo.Hash, err = s.store.KeepFile(ctx, file.Data); err != nil {
		return nil, err
	}
	photo.Preview, err = s.store.KeepFile(ctx, file.Preview)
	return photo, err
}

// takePhotos takes in the photos that came with a form.
func (s *Service) takePhotos(ctx context.Context, findings []FindingForm) error {
	var faults []models.FieldError
	for i := range findings {
		f := &findings[i]
		if f.DropPhoto {
			f.Kept = nil
		}
		if len(f.Photo) == 0 {
			continue
		}
		photo, err := s.keepPhoto(ctx, f.Photo)
		if told := models.AsError(err); err != nil && len(told.Fields) == 0 {
			return err
		} else if err != nil {
			faults = append(faults, PhotoFault(i, told))
			continue
		}
		f.Kept, f.Photo = photo, nil
	}
	return refused(faults)
}

// PhotoFault is what is wrong with the photo of one of several findings.
func PhotoFault(i int, err *models.Error) models.FieldError {
	return models.FieldError{Field: fmt.Sprintf("findings[%d].photo", i), Message: err.Fields[0].Message}
}

// OpenPhoto gives the photo of a finding inside the scope to those who open what is attached to cases, after
// the look is on record (个人信息保护法第51条). preview asks for the small picture.
func (s *Service) OpenPhoto(ctx context.Context, actor models.Actor, id string, preview bool) ([]byte, error) {
	l, err := s.Lead(ctx, actor.Scope(), id)
	if err != nil {
		return nil, err
	}
	photo := l.Finding.Photo
	if photo == nil {
		return nil, models.Errorf(models.NotFound, "finding.no_photo", "这条线索没有照片")
	}
	if !slices.Contains(openers, actor.Role) {
		return nil, models.Errorf(models.Forbidden, "finding.photo", "只有办理案件的人员可以打开照片")
	}
	if err := s.store.RecordAccess(ctx, actor, s.now(), AccessPhoto, id, l.Return.Village); err != nil {
		return nil, err
	}
	if preview {
		return s.store.File(ctx, photo.Preview)
	}
	return s.store.File(ctx, photo.Hash)
}

// Preview gives the small picture of a photo that KeepPhoto took in, to whoever sent it.
func (s *Service) Preview(ctx context.Context, photo *models.FindingPhoto) ([]byte, error) {
	return s.store.File(ctx, photo.Preview)
}
