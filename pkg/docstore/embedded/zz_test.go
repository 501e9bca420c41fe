package embedded

import (
	"context"
	"fengqiao/pkg/docstore"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func cpu() (u, s float64) {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return float64(r.Utime.Nano()) / 1e9, float64(r.Stime.Nano()) / 1e9
}
func TestZZ(t *testing.T) {
	for _, grams := range []bool{true} {
		for _, writers := range []int{1, 16} {
			for _, pre := range []int{20000} {
				dir := t.TempDir()
				p := filepath.Join(dir, "s.db")
				e, err := open(context.Background(), p)
				if err != nil {
					t.Fatal(err)
				}
				k := fileKind()
				if !grams {
					k.Indexes = k.Indexes[:6]
				}
				e.Ensure(context.Background(), k)
				c := docstore.NewCollection[file](e, k)
				commits := 0
				e.writer.committed = func(int) { commits++ }
				run := func(from, to, w int) {
					var n atomic.Int64
					n.Store(int64(from))
					var wg sync.WaitGroup
					for range w {
						wg.Go(func() {
							for i := n.Add(1); i <= int64(to); i = n.Add(1) {
								if err := c.Insert(context.Background(), newFile(int(i))); err != nil {
									panic(err)
								}
							}
						})
					}
					wg.Wait()
				}
				run(0, pre, 200)
				e.writer.session.exec("PRAGMA wal_checkpoint(TRUNCATE)")
				commits = 0
				u0, s0 := cpu()
				t0 := time.Now()
				const N = 6000
				run(pre, pre+N, writers)
				u1, s1 := cpu()
				el := time.Since(t0)
				st, _ := os.Stat(p + "-wal")
				t1 := time.Now()
				e.writer.session.exec("PRAGMA wal_checkpoint(TRUNCATE)")
				fmt.Printf("grams=%v writers=%d pre=%d: frames/doc %.1f docs/commit %.1f  %.0f docs/s cpu/doc user %.0fus sys %.0fus  checkpoint %.0f us/doc\n", grams, writers, pre, float64(st.Size())/4120/N, float64(N)/float64(commits), N/el.Seconds(), (u1-u0)/N*1e6, (s1-s0)/N*1e6, time.Since(t1).Seconds()/N*1e6)
				e.Close()
			}
		}
	}
}
