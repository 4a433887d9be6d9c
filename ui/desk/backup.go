package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/storage"
)

// BackupsKept is how many backups stay in the folder: when there are more, the
// oldest go.
const BackupsKept = 10

// backupEvery is how old the newest backup may be before another is due.
const backupEvery = 24 * time.Hour

// The settings about backups, in the vault.
const (
	settingBackupFolder  = "backup.folder"
	settingBackupCommits = "backup.commits"
)

// backupTime is how a backup's name says when it was made, in UTC.
const backupTime = "20060102-150405"

// Backup is a copy of a vault that was made as one.
type Backup struct {
	Path string
	At   time.Time // when it was made, as its name says
	Size int64     // octets

	nth int // of those of one second; 0 for the first
}

// defaultBackupFolder lies beside the vault.
func defaultBackupFolder(vault string) string { return filepath.Join(filepath.Dir(vault), "backups") }

// BackupFolder is where backups of this vault go.
func (d *Desk) BackupFolder() (string, error) {
	folder := ""
	err := d.vault.View(func(tx *storage.Tx) error {
		folder, _ = tx.Setting(settingBackupFolder)
		return nil
	})
	if folder == "" {
		folder = defaultBackupFolder(d.Path())
	}
	return folder, err
}

// SetBackupFolder chooses where backups go; "" is beside the vault. The folder
// is made when the first backup is. Errors: *PathError for a file of that name
// or a path that is not absolute, and those of the vault.
func (d *Desk) SetBackupFolder(folder string) error {
	if folder != "" {
		info, err := os.Stat(folder)
		if !filepath.IsAbs(folder) || err == nil && !info.IsDir() {
			return &PathError{Deed: makingFolder, Path: folder, Err: ErrNotFile}
		}
	}
	return d.vault.Update(func(tx *storage.Tx) error { return tx.SetSetting(settingBackupFolder, folder) })
}

// Backups lists the backups of a vault in folders, the newest first: beside the
// vault when no folder is given. It needs no passphrase, and reads no file.
func Backups(vault string, folders ...string) []Backup {
	if len(folders) == 0 {
		folders = []string{defaultBackupFolder(vault)}
	}
	name := backupName(vault)
	var found []Backup
	for _, folder := range folders {
		files, _ := os.ReadDir(folder) // one that is not there holds none
		for _, f := range files {
			parts := name.FindStringSubmatch(f.Name())
			info, err := f.Info()
			if parts == nil || err != nil || !info.Mode().IsRegular() {
				continue
			}
			at, err := time.Parse(backupTime, parts[1])
			if err != nil {
				continue
			}
			nth, _ := strconv.Atoi(parts[2]) // "" for the first of its second
			found = append(found, Backup{Path: filepath.Join(folder, f.Name()), At: at, Size: info.Size(), nth: nth})
		}
	}
	slices.SortFunc(found, func(a, b Backup) int { return cmp.Or(b.At.Compare(a.At), b.nth-a.nth) })
	return found
}

func backupName(vault string) *regexp.Regexp {
	extension := filepath.Ext(vault)
	stem := strings.TrimSuffix(filepath.Base(vault), extension)
	return regexp.MustCompile(`^` + regexp.QuoteMeta(stem) + `-(\d{8}-\d{6})(?:-(\d{1,3}))?` + regexp.QuoteMeta(extension) + `$`)
}

// Backups lists the backups of this vault, the newest first.
func (d *Desk) Backups() ([]Backup, error) {
	folder, err := d.BackupFolder()
	if err != nil {
		return nil, err
	}
	return Backups(d.Path(), folder), nil
}

// Backup copies the vault into the folder for backups, reads the copy back and
// takes away the oldest of more than BackupsKept. Errors: those of
// storage.Vault.Backup.
func (d *Desk) Backup(ctx context.Context) (Backup, error) {
	folder, err := d.BackupFolder()
	if err != nil {
		return Backup{}, err
	}
	made, err := d.backupInto(ctx, folder)
	if err != nil {
		return Backup{}, err
	}
	if err := d.rememberBackup(); err != nil {
		return made, err
	}
	return made, rotate(Backups(d.Path(), folder), made.At)
}

func (d *Desk) backupInto(ctx context.Context, folder string) (Backup, error) {
	at := d.Now().UTC().Truncate(time.Second)
	extension := filepath.Ext(d.Path())
	stem := strings.TrimSuffix(filepath.Base(d.Path()), extension) + "-" + at.Format(backupTime)
	first := 1
	for _, b := range Backups(d.Path(), folder) { // a name that became free would be taken for an older one
		if b.At.Equal(at) {
			first = max(first, b.nth+1, 2)
		}
	}
	for n := first; ; n++ {
		name := stem + extension
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", stem, n, extension)
		}
		path := filepath.Join(folder, name)
		err := d.vault.Backup(ctx, path)
		if errors.Is(err, ErrExists) && n < first+100 {
			continue
		}
		if err != nil {
			return Backup{}, aboutFile("write", path, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			return Backup{}, aboutFile("read", path, err)
		}
		return Backup{Path: path, At: at, Size: info.Size()}, nil
	}
}

// rotate removes the oldest of more than BackupsKept. One that says that it was
// made later than now, by a clock that was wrong, is the oldest of all.
func rotate(all []Backup, now time.Time) error {
	slices.SortStableFunc(all, func(a, b Backup) int { return compareBools(a.At.After(now), b.At.After(now)) })
	for _, old := range all[min(len(all), BackupsKept):] {
		if err := os.Remove(old.Path); err != nil {
			return aboutFile("write", old.Path, err)
		}
	}
	return nil
}

// BackupTo copies the vault to a file of the person's choice, and reads it
// back. The folder must be there. Errors: ErrExists, ErrNoSpace, *PathError,
// *DamageError, the context's.
func (d *Desk) BackupTo(ctx context.Context, path string) error {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := d.vault.Backup(ctx, path); err != nil {
		if errors.Is(err, ErrExists) {
			return &PathError{Deed: "write", Path: path, Err: ErrFileExists}
		}
		return aboutFile("write", path, err)
	}
	return nil
}

// rememberBackup notes how many commits the backup has, and the one that notes
// it: the vault counts as changed after that.
func (d *Desk) rememberBackup() error {
	commits, err := d.vault.Commits()
	if err != nil {
		return err
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.SetSetting(settingBackupCommits, fmt.Sprint(commits+1))
	})
}

// BackupDue tells whether the vault was changed since its last backup, and that
// is a day old or older; or there is none, though there is something to lose.
func (d *Desk) BackupDue() (bool, error) {
	if d.ReadOnly() {
		return false, nil
	}
	commits, err := d.vault.Commits()
	if err != nil {
		return false, err
	}
	last := ""
	err = d.vault.View(func(tx *storage.Tx) error {
		last, _ = tx.Setting(settingBackupCommits)
		return nil
	})
	if err != nil || last == fmt.Sprint(commits) {
		return false, err
	}
	all, err := d.Backups()
	all = slices.DeleteFunc(all, func(b Backup) bool { return b.At.After(d.Now()) }) // the clock was wrong then
	if err != nil || len(all) > 0 {
		return err == nil && d.Now().Sub(all[0].At) >= backupEvery, err
	}
	certificates, err := d.all()
	return len(certificates) > 0, err
}

// CheckBackup reads a backup of this vault whole and tells what is damaged in
// it, by the names that the vault has for it; nothing: it is sound. Errors: those
// of storage.Vault.CheckBackup.
func (d *Desk) CheckBackup(ctx context.Context, path string) ([]Part, error) {
	damage, err := d.vault.CheckBackup(ctx, path)
	if err != nil {
		return nil, err
	}
	var parts []Part
	err = d.vault.View(func(tx *storage.Tx) error {
		parts = nameParts(tx, damage)
		return nil
	})
	return parts, err
}

// beforeUpdate keeps a copy of a vault of an older version of the program,
// before unlocking brings it to this one's.
func (d *Desk) beforeUpdate(ctx context.Context) error {
	if !d.vault.Outdated() {
		return nil
	}
	extension := filepath.Ext(d.Path())
	stem := strings.TrimSuffix(filepath.Base(d.Path()), extension)
	path := filepath.Join(defaultBackupFolder(d.Path()), fmt.Sprintf("%s-version-%d%s", stem, d.vault.SchemaFound(), extension))
	if err := d.vault.Backup(ctx, path); err != nil && !errors.Is(err, ErrExists) {
		return fmt.Errorf("keep a copy before the update: %w", aboutFile("write", path, err))
	}
	return nil
}
