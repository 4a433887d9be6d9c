package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// vaultGroup holds what is done to the vault itself.
func (s *session) vaultGroup() *cobra.Command {
	group := &cobra.Command{Use: "vault", Short: s.t.T("vault.group")}
	group.AddCommand(s.vaultInfo(), s.vaultPassphrase(), s.vaultRecovery(), s.vaultKeyring(), s.vaultNewKey(), s.vaultSalvage(), s.vaultExportPlain())
	return group
}

func (s *session) vaultInfo() *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: s.t.T("vault.info"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := s.openFile(c.Context())
			if err != nil {
				return err
			}
			path := d.Path()
			fmt.Fprintln(s.Out, pki.Escape(path))
			ways := d.Ways()
			if len(ways) == 0 {
				s.say("vault.way.none")
			}
			for _, way := range ways {
				s.say("vault.way." + string(way))
			}
			for _, b := range desk.Backups(path) {
				s.say("vault.backup.line", "Date", s.t.DateTime(b.At), "Path", b.Path)
			}
			return d.Close()
		},
	}
}

func (s *session) vaultPassphrase() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "passphrase", Short: s.t.T("vault.passphrase"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withOld(c.Context(), func(d *desk.Desk, old []byte) error {
				fresh, err := s.newOne(file)
				if err != nil {
					return err
				}
				defer clear(fresh)
				if err := d.ChangePassphrase(c.Context(), old, fresh); err != nil {
					return err
				}
				s.say("settings.passphrase.done")
				return nil
			})
		},
	}
	c.Flags().StringVar(&file, "new-passphrase-file", "", s.t.T("vault.flag.new-passphrase-file"))
	return c
}

// newOne is the new passphrase of a vault: of a file, or asked for twice. How
// well it would hold is said.
func (s *session) newOne(file string) ([]byte, error) {
	if file == "" {
		return s.askTwice(s.t.T("vault.new-passphrase"), func(typed []byte) { s.judge(typed, true) })
	}
	fresh, err := s.freshPassphrase(file)
	if err == nil {
		s.judge(fresh, false)
	}
	return fresh, err
}

// freshPassphrase is a new passphrase or password, of a file.
func (s *session) freshPassphrase(file string) ([]byte, error) {
	if file != "-" {
		return passphraseIn(file)
	}
	line, err := s.secretLine(file)
	if err == nil && line == "" {
		err = wrong("terminal.passphrase-empty", "Path", file)
	}
	return []byte(line), err
}

func (s *session) vaultRecovery() *cobra.Command {
	group := &cobra.Command{Use: "recovery", Short: s.t.T("vault.recovery")}
	create := &cobra.Command{
		Use: "new", Short: s.t.T("vault.recovery.new"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				code, err := d.NewRecoveryCode()
				if err != nil {
					return err
				}
				return s.sayCode(code)
			})
		},
	}
	group.AddCommand(create, s.removeWay("vault.recovery.remove", desk.ByRecovery))
	return group
}

// sayCode prints a recovery code, which is kept nowhere: one that could not be
// printed is a failure.
func (s *session) sayCode(code string) error {
	if _, err := fmt.Fprintln(s.Out, code); err != nil {
		return err
	}
	fmt.Fprintln(s.Err, s.t.T("vault.recovery.keep"))
	return nil
}

func (s *session) vaultKeyring() *cobra.Command {
	group := &cobra.Command{Use: "keyring", Short: s.t.T("vault.keyring")}
	add := &cobra.Command{
		Use: "add", Short: s.t.T("vault.keyring.add"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				if err := d.AddKeyring(c.Context()); err != nil {
					return err
				}
				s.say("vault.keyring.added")
				return nil
			})
		},
	}
	group.AddCommand(add, s.removeWay("vault.keyring.remove", desk.ByKeyring))
	return group
}

func (s *session) removeWay(words string, way desk.Way) *cobra.Command {
	return &cobra.Command{
		Use: "remove", Short: s.t.T(words), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				if err := d.RemoveWay(c.Context(), way); err != nil {
					return err
				}
				s.say("vault.way.removed." + string(way))
				return nil
			})
		},
	}
}

func (s *session) vaultNewKey() *cobra.Command {
	return &cobra.Command{
		Use: "new-key", Short: s.t.T("vault.new-key"), Long: s.t.T("vault.new-key") + "\n\n" + s.t.T("vault.new-key.text"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withOld(c.Context(), func(d *desk.Desk, old []byte) error {
				code, err := d.NewDataKey(c.Context(), old)
				if err != nil {
					return err
				}
				fmt.Fprintln(s.Err, s.t.T("vault.new-key.done"))
				if code != "" {
					return s.sayCode(code)
				}
				return nil
			})
		},
	}
}

func (s *session) vaultSalvage() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "salvage", Short: s.t.T("vault.salvage"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return s.needs("--to FILE")
			}
			path, err := s.path()
			if err != nil {
				return err
			}
			pass, err := s.passphrase(s.t.T("terminal.passphrase", "Vault", path))
			if err != nil {
				return err
			}
			defer clear(pass)
			saved, err := desk.Salvage(c.Context(), path, pass, to, s.Desk)
			if err != nil {
				return err
			}
			s.say("vault.salvage.done", "Certificates", s.t.Counted("certificates", saved.Certificates),
				"Keys", s.t.Counted("keys", saved.Keys), "Path", to)
			for _, part := range saved.Relisted {
				s.say("vault.salvage.relisted", "Where", s.t.Part(part.Code, part.Facts()))
			}
			for _, part := range saved.Lost {
				s.say("vault.salvage.lost", "Where", s.t.Part(part.Code, part.Facts()))
			}
			return nil
		},
	}
	c.Flags().StringVar(&to, "to", "", s.t.T("vault.flag.to"))
	return c
}

// backup copies the vault.
func (s *session) backup() *cobra.Command {
	return &cobra.Command{
		Use: "backup [FILE]", Short: s.t.T("vault.backup"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				path := strings.Join(args, "")
				if path != "" {
					if err := d.BackupTo(c.Context(), path); err != nil {
						return err
					}
				} else {
					made, err := d.Backup(c.Context())
					if err != nil {
						return err
					}
					path = made.Path
				}
				s.say("vault.backup.done", "Path", path)
				return nil
			})
		},
	}
}

// noBackup says of a backup that is not there that it is not, and not the vault.
func noBackup(err error, path string) error {
	if errors.Is(err, desk.ErrNotFound) {
		return &desk.PathError{Deed: "read", Path: path, Err: fs.ErrNotExist}
	}
	return err
}

// check reads the whole vault, or a backup of it.
func (s *session) check() *cobra.Command {
	return &cobra.Command{
		Use: "check [BACKUP]", Short: s.t.T("vault.check"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			err := s.withDesk(c.Context(), func(d *desk.Desk) error {
				if len(args) == 1 {
					damaged, err := d.CheckBackup(c.Context(), args[0])
					if err != nil {
						return noBackup(err, args[0])
					}
					return s.checked(desk.Checked{Damage: damaged}, "vault.check.backup-sound", "Path", args[0])
				}
				found, err := d.Check(c.Context())
				if err != nil {
					return err
				}
				return s.checked(found, "vault.check.sound", "Certificates", s.t.Counted("certificates", found.Certificates),
					"Authorities", s.t.Counted("authorities", found.Authorities), "Events", s.t.Counted("activities", found.Events))
			})
			var damaged *desk.PartsError // so much that it is not opened
			if errors.As(err, &damaged) {
				return s.checked(desk.Checked{Damage: damaged.Parts}, "")
			}
			return err
		},
	}
}

func (s *session) checked(found desk.Checked, sound string, facts ...any) error {
	if found.Sound() {
		s.say(sound, facts...)
		return nil
	}
	for _, part := range found.Damage {
		s.say("vault.check.damage", "Where", s.t.Part(part.Code, part.Facts()))
	}
	for _, wrong := range found.Wrong {
		s.say("vault.check."+wrong.Code, "Name", pki.Escape(wrong.Name))
	}
	return saidError{}
}
