package main

import (
	"context"
	"runtime/debug"
)

type versionCommand struct {
	JSON bool `name:"json" help:"输出 JSON。"`
}

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// Run prints what the build says of itself.
func (c *versionCommand) Run(_ context.Context, t *terminal) error {
	info := versionOf()
	if c.JSON {
		return t.json(info)
	}
	return t.printf("枫桥 fengqiao %s %s（%s）\n", info.Version, info.Revision, info.Go)
}

func versionOf() versionInfo {
	info := versionInfo{Version: "(devel)"}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	info.Go = build.GoVersion
	if build.Main.Version != "" {
		info.Version = build.Main.Version
	}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			info.Revision = s.Value
		case "vcs.time":
			info.Time = s.Value
		case "vcs.modified":
			info.Modified = s.Value == "true"
		}
	}
	return info
}
