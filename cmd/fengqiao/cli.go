package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// cli is every command with its settings. Each setting is given by its flag, by the environment as
// FENGQIAO_ and its name, or, for secrets, by a file that FENGQIAO_…_FILE names. The flag wins over
// the environment, the environment over the file, the file over the default.
type cli struct {
	Demo     demoCommand     `cmd:"" set:"data=./data/demo" help:"启动演示系统：虚构的县、各岗位账号和约400件案例。"`
	Serve    serveCommand    `cmd:"" set:"data=./data/fengqiao" help:"启动正式系统。"`
	Escalate escalateCommand `cmd:"" set:"data=./data/fengqiao" help:"立即检查一次期限，到期的逐级上报。"`
	Explain  explainCommand  `cmd:"" set:"data=./data/fengqiao" help:"说明一件纠纷的期限是怎么算的，接下来会发生什么。"`
	Policy   policyCommand   `cmd:"" set:"data=./data/fengqiao" help:"查看、试算、发布时限规则。"`
	Risk     riskCommand     `cmd:"" set:"data=./data/fengqiao" help:"查看、试算、发布风险规则。"`
	Subsidy  subsidyCommand  `cmd:"" set:"data=./data/fengqiao" help:"查看、发布补贴标准，导出结算表。"`
	Calendar calendarCommand `cmd:"" set:"data=./data/fengqiao" help:"查看、录入放假安排。"`
	Report   reportCommand   `cmd:"" set:"data=./data/fengqiao" help:"生成一个地区一个月的排查月报。"`
	Export   exportCommand   `cmd:"" set:"data=./data/fengqiao" help:"把一件案件导出成文件夹：文书、材料、数据和办理经过。"`
	Verify   verifyCommand   `cmd:"" help:"检查导出的文件夹有没有被改动，不需要数据。"`
	User     userCommand     `cmd:"" set:"data=./data/fengqiao" help:"管理账号。"`
	Region   regionCommand   `cmd:"" set:"data=./data/fengqiao" help:"管理地区。"`
	Bench    benchCommand    `cmd:"" help:"装入大量案件，测量速度，打印比值表。"`
	Version  versionCommand  `cmd:"" help:"显示版本。"`
}

// command is what kong has chosen.
type command interface {
	Run(ctx context.Context, t *terminal) error
}

var errHelpShown = errors.New("help was shown")

const (
	envPrefix  = "FENGQIAO_"
	testPrefix = "FENGQIAO_TEST_" // settings of tests, no business of the program
	fileSuffix = "_FILE"
)

// parse reads arguments and environment into the command to run. Anything unknown is an error.
func parse(args, environ []string, stdout, stderr io.Writer) (cmd command, err error) {
	var root cli
	settings, err := settingsOf(environ)
	if err != nil {
		return nil, err
	}
	k, err := kong.New(&root,
		kong.Name("fengqiao"),
		kong.Description("枫桥：农村人民调解案件管理系统。小事不出村，大事不出镇，矛盾不上交。"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { panic(errHelpShown) }),
		kong.Resolvers(kong.ResolverFunc(settings.resolve)),
		kong.ValueFormatter(describe),
		kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return nil, err
	}
	if err := settings.check(k.Model.Node); err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			if p != any(errHelpShown) {
				panic(p)
			}
			cmd, err = nil, errHelpShown
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := k.Parse(args)
	if err != nil {
		return nil, err
	}
	cmd, ok := chosen.Selected().Target.Addr().Interface().(command)
	if !ok {
		return nil, fmt.Errorf("%s: 请再写明子命令", chosen.Command())
	}
	return cmd, nil
}

var helpWords = strings.NewReplacer("Usage:", "用法：", "Flags:", "选项：", "Commands:", "命令：", "Arguments:", "参数：",
	`Run "fengqiao <command> --help" for more information on a command.`, "fengqiao <命令> --help 显示一个命令的选项。")

// help prints kong's help with its few words of its own in Chinese.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	var text bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	_, err = helpWords.WriteString(out, text.String())
	return err
}

// describe adds to a flag's help how the environment gives it.
func describe(value *kong.Value) string {
	help := strings.ReplaceAll(kong.DefaultHelpValueFormatter(value), "Show context-sensitive help.", "显示帮助。")
	if value.Flag == nil || value.Name == "help" {
		return help
	}
	help += "（"
	if value.HasDefault && value.Default != "" && !value.IsBool() {
		help += "默认 " + value.Default + "，"
	}
	help += "$" + envName(value.Name)
	if isSecret(value) {
		help += "，或由 $" + envName(value.Name) + fileSuffix + " 指明文件"
	}
	return help + "）"
}

func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func isSecret(value *kong.Value) bool {
	_, ok := value.Target.Interface().(secret)
	return ok
}

// settings are the variables of the environment that are meant for this program.
type settings map[string]string

func settingsOf(environ []string) (settings, error) {
	s := settings{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, envPrefix) && !strings.HasPrefix(name, testPrefix) {
			s[name] = value
		}
	}
	return s, nil
}

// check refuses variables that no command knows: a mistyped setting must not pass in silence.
func (s settings) check(root *kong.Node) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[envName(f.Name)] = true
			if isSecret(f.Value) {
				known[envName(f.Name)+fileSuffix] = true
			}
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(root)
	var unknown []string
	for name := range s {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("不认识的环境变量：%s", strings.Join(unknown, "、"))
	}
	return nil
}

// resolve answers kong for a flag that was not given.
func (s settings) resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	name := envName(flag.Name)
	if value, ok := s[name]; ok {
		return value, nil
	}
	path, ok := s[name+fileSuffix]
	if !ok || !isSecret(flag.Value) {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name+fileSuffix, err)
	}
	return strings.TrimSpace(string(content)), nil
}
