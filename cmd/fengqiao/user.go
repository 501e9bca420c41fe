package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/account"
)

type userCommand struct {
	Add     userAddCommand     `cmd:"" help:"新增账号。"`
	List    userListCommand    `cmd:"" help:"列出账号。"`
	Disable userDisableCommand `cmd:"" help:"停用账号，并结束其登录。"`
	Enable  userEnableCommand  `cmd:"" help:"恢复账号。"`
	Passwd  userPasswdCommand  `cmd:"" help:"改密码，并结束其登录。"`
}

// passwordFlags never take the password itself: arguments are seen by every user of the machine.
type passwordFlags struct {
	PasswordStdin bool `help:"从标准输入读一行作为密码，不提示。"`
}

type userAddCommand struct {
	storeFlags
	passwordFlags
	Username    string      `arg:"" help:"用户名。"`
	Name        string      `required:"" help:"姓名。" placeholder:"NAME"`
	Role        models.Role `required:"" enum:"mediator,chair,first_secretary,judicial,county,auditor,admin" help:"岗位：${enum}。" placeholder:"ROLE"`
	Region      string      `name:"region" required:"" help:"所在地区的区划代码。" placeholder:"CODE"`
	PartyMember bool        `help:"党员。"`
}

// Run makes an account.
func (c *userAddCommand) Run(ctx context.Context, t *terminal) error {
	password, err := t.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(ctx, func(a *application) error {
		who, err := a.accounts.Create(ctx, account.AccountForm{Username: c.Username, Name: c.Name, Role: c.Role, Region: c.Region, PartyMember: c.PartyMember, Password: password})
		if err != nil {
			return err
		}
		return t.printf("已新增账号%s（%s）\n", who.Username, who.Role.Name())
	})
}

type userListCommand struct {
	storeFlags
	JSON bool `name:"json" help:"输出 JSON。"`
}

// Run lists every account.
func (c *userListCommand) Run(ctx context.Context, t *terminal) error {
	return c.with(ctx, func(a *application) error {
		const page = 200
		all := []*models.Account{}
		for after := ""; ; {
			found, err := a.store.AccountsByName(ctx, after, page)
			if err != nil {
				return err
			}
			all = append(all, found...)
			if len(found) < page {
				break
			}
			after = found[len(found)-1].Username
		}
		if c.JSON {
			return t.json(all)
		}
		for _, who := range all {
			state := ""
			if who.Disabled {
				state = "（已停用）"
			}
			if err := t.printf("%-16s %s %s %s%s\n", who.Username, who.Name, who.Role.Name(), who.Region, state); err != nil {
				return err
			}
		}
		return nil
	})
}

type userDisableCommand struct {
	storeFlags
	Username string `arg:"" help:"用户名。"`
}

// Run closes an account.
func (c *userDisableCommand) Run(ctx context.Context, t *terminal) error {
	return c.with(ctx, func(a *application) error {
		if err := a.accounts.SetDisabled(ctx, c.Username, true); err != nil {
			return err
		}
		return t.printf("已停用%s\n", c.Username)
	})
}

type userEnableCommand struct {
	storeFlags
	Username string `arg:"" help:"用户名。"`
}

// Run opens an account again.
func (c *userEnableCommand) Run(ctx context.Context, t *terminal) error {
	return c.with(ctx, func(a *application) error {
		if err := a.accounts.SetDisabled(ctx, c.Username, false); err != nil {
			return err
		}
		return t.printf("已恢复%s\n", c.Username)
	})
}

type userPasswdCommand struct {
	storeFlags
	passwordFlags
	Username string `arg:"" help:"用户名。"`
}

// Run changes a password.
func (c *userPasswdCommand) Run(ctx context.Context, t *terminal) error {
	password, err := t.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(ctx, func(a *application) error {
		if err := a.accounts.SetPassword(ctx, c.Username, password); err != nil {
			return err
		}
		return t.printf("已修改%s的密码\n", c.Username)
	})
}

// with opens the store for one piece of work.
func (f *storeFlags) with(ctx context.Context, do func(*application) error) error {
	return f.withClock(ctx, time.Now, do)
}

// withClock is with for a clock that is told.
func (f *storeFlags) withClock(ctx context.Context, now func() time.Time, do func(*application) error) error {
	a, err := f.open(ctx, now)
	if err != nil {
		return err
	}
	if err := do(a); err != nil {
		return errors.Join(err, a.close())
	}
	if err := a.close(); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}
