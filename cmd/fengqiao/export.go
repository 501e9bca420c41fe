package main

import (
	"context"
	"errors"
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/dossier"
)

type exportCommand struct {
	storeFlags
	sealFlags
	Case string `required:"" help:"案件的 id，或者完整的卷号，例如 〔2026〕北坡村人调字第12号。" placeholder:"ID|NUMBER"`
	Out  string `required:"" help:"写到哪个目录；在其中新建以卷号命名的文件夹。" placeholder:"DIR"`
}

// Run writes a case into a folder. Its papers have whole numbers: that it was done is on record.
func (c *exportCommand) Run(ctx context.Context, t *terminal) error {
	ring, err := c.ring(&c.storeFlags)
	if err != nil {
		return err
	}
	return c.with(ctx, func(a *application) error {
		found, err := a.findCase(ctx, c.Case)
		if err != nil {
			return err
		}
		if err := a.store.RecordAccess(ctx, models.SystemActor(), a.now(), casework.AccessExport, found.ID.Hex(), found.Place.Village); err != nil {
			return err
		}
		source, err := a.casework(ring).Source(ctx, found)
		if err != nil {
			return err
		}
		attachments := map[string][]byte{}
		for _, attached := range found.Attachments {
			if attachments[attached.Hash], err = a.store.File(ctx, attached.Hash); err != nil {
				return fmt.Errorf("attachment %d: %w", attached.Seq, err)
			}
		}
		folder, err := dossier.Export(c.Out, source, attachments)
		if errors.Is(err, dossier.ErrExists) {
			return fmt.Errorf("%s 已经有了，不覆盖；请换一个目录，或者先移走它", folder)
		}
		if err != nil {
			return err
		}
		return t.printf("已导出到 %s\n检查：fengqiao verify %s\n", folder, folder)
	})
}

type verifyCommand struct {
	Folder string `arg:"" help:"export 写出的文件夹。"`
}

// Run checks a folder alone: no store is opened.
func (c *verifyCommand) Run(_ context.Context, t *terminal) error {
	found, err := dossier.Verify(c.Folder)
	if err != nil {
		return fmt.Errorf("打不开 %s：%w", c.Folder, err)
	}
	for _, fault := range found.Faults {
		if err := t.printf("✗ %s\n", fault); err != nil {
			return err
		}
	}
	if len(found.Faults) > 0 {
		return fmt.Errorf("发现%d处不符", len(found.Faults))
	}
	return t.printf("✓ %s：%d个文件的校验码、%d条办理经过的校验链都对\n", found.Manifest.Number, len(found.Manifest.Files), found.Events)
}
