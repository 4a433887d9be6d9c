package desk

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// How much one transaction of a bulk holds: it is written when it has so many
// certificates, or is so old. A stop loses at most one of them.
const (
	bulkBatch = 1000
	bulkFlush = time.Second
)

// BulkProgress says how far a long work is.
type BulkProgress struct {
	Done, Of int
	Took     time.Duration
}

// Rate is how many were done a second; 0 when that is not known yet.
func (p BulkProgress) Rate() float64 {
	if p.Took <= 0 {
		return 0
	}
	return float64(p.Done) / p.Took.Seconds()
}

// Left is how long the rest takes at that rate; 0 when that is not known yet.
func (p BulkProgress) Left() time.Duration {
	if p.Done == 0 {
		return 0
	}
	return p.Took * time.Duration(p.Of-p.Done) / time.Duration(p.Done)
}

// BulkMade is a row whose certificate is in the vault.
type BulkMade struct {
	Line        int // of the table; 0 when it came of none
	Certificate Certificate
	Password    string // of the row; "" for none
}

// MakeBulk makes the certificates of the rows, all of which must be good, on
// all cores, and keeps them in batches of about a thousand, each one
// transaction: certificates, sealed keys, and one event for each. progress may
// be nil; it is told after each batch, by one goroutine at a time.
//
// It is not all or nothing. When the context ends, or a batch cannot be kept
// (ErrNoSpace), what was kept stays, and is returned with the error; nothing
// is ever kept in half. Errors: pki.Faults of the issuer or a row, ErrNoKey,
// *NotFoundError, ErrReadOnly, ErrNoSpace, ErrLocked, the context's.
func (d *Desk) MakeBulk(ctx context.Context, defaults BulkDefaults, rows []BulkItem, progress func(BulkProgress)) ([]BulkMade, error) {
	if d.ReadOnly() {
		return nil, ErrReadOnly
	}
	issuer, err := d.issuer(defaults.IssuerID)
	if err != nil {
		return nil, err
	}
	ids, err := d.vault.NewIDs(len(rows))
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(BulkProgress) {}
	}
	b := &bulk{d: d, issuer: issuer, defaults: defaults, rows: rows, ids: ids, now: d.Now(), progress: progress,
		ready: make(chan sealedRow, 2*bulkBatch)}
	err = b.run(ctx)
	if len(b.made) > 0 {
		d.forget() // what lists hold lacks them; reading it again is cheaper than a merge each batch
		if noted := d.noteBulk(b); err == nil {
			err = noted
		}
	}
	slices.SortFunc(b.made, func(x, y BulkMade) int { return x.Line - y.Line })
	return b.made, err
}

// bulk is one run of MakeBulk: workers make, one goroutine keeps.
type bulk struct {
	d        *Desk
	issuer   opened
	defaults BulkDefaults
	rows     []BulkItem
	ids      []storage.ID
	now      time.Time
	progress func(BulkProgress)
	ready    chan sealedRow
	made     []BulkMade
}

// sealedRow is a row on its way from a worker to the vault.
type sealedRow struct {
	made   BulkMade
	sealed storage.Sealed
}

func (b *bulk) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rows := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.rows)) {
		workers.Go(func() {
			if err := b.work(ctx, rows); err != nil {
				cancel(err)
			}
		})
	}
	go func() {
		defer close(b.ready)
		defer workers.Wait()
		defer close(rows)
		for i := range b.rows {
			select {
			case rows <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	if err := b.keep(ctx); err != nil {
		cancel(err)
		for range b.ready { // the workers are waited for
		}
	}
	return context.Cause(ctx)
}

// work makes rows until there are none left.
func (b *bulk) work(ctx context.Context, rows <-chan int) error {
	sealer, err := b.d.vault.NewSealer()
	if err != nil {
		return err
	}
	defer sealer.Close()
	for i := range rows {
		row, err := b.make(sealer, i)
		if err != nil {
			return fmt.Errorf("issue %q (line %d): %w", b.rows[i].Title(), b.rows[i].Line, err)
		}
		select {
		case b.ready <- row:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// make makes one row's key and certificate and seals both.
func (b *bulk) make(sealer *storage.Sealer, i int) (sealedRow, error) {
	row := b.rows[i]
	key, err := pki.GenerateKey(row.Request.Key, b.d.opt.Random)
	if err != nil {
		return sealedRow{}, err
	}
	cert, err := pki.Issue(b.issuer.Issuer, row.Request, key.Public(), b.now, b.d.opt.Random)
	if err != nil {
		return sealedRow{}, err
	}
	der, err := pki.MarshalKey(key)
	if err != nil {
		return sealedRow{}, err
	}
	defer clear(der)
	made := issued{id: b.ids[i], cert: cert, key: key, issuer: b.issuer.entry.Name, issuerID: b.issuer.entry.ID}
	entry := made.entry(b.now)
	entry.Profile = b.defaults.Profile
	sealed, err := sealer.Seal(storage.Certificate{Entry: entry, DER: cert.Raw},
		&storage.Key{ID: entry.KeyID, Kind: entry.KeyKind, PKCS8: der}, issueEvent(entry, b.now))
	return sealedRow{BulkMade{row.Line, fromEntry(entry), row.Cell(ColumnPassword)}, sealed}, err
}

// keep writes what the workers made ready, batch by batch, while they go on.
func (b *bulk) keep(ctx context.Context) error {
	tick := time.NewTicker(bulkFlush)
	defer tick.Stop()
	var batch []sealedRow
	for {
		flush := false
		select {
		case row, more := <-b.ready:
			if !more {
				return b.commit(ctx, batch)
			}
			batch = append(batch, row)
			flush = len(batch) >= bulkBatch
		case <-tick.C:
			flush = len(batch) > 0
		}
		if flush {
			if err := b.commit(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
}

func (b *bulk) commit(ctx context.Context, batch []sealedRow) error {
	if err := ctx.Err(); err != nil || len(batch) == 0 {
		return err
	}
	slices.SortFunc(batch, func(x, y sealedRow) int {
		return strings.Compare(string(x.made.Certificate.ID), string(y.made.Certificate.ID))
	})
	sealed := make([]storage.Sealed, len(batch))
	for i := range batch {
		sealed[i] = batch[i].sealed
	}
	if err := b.d.vault.Update(func(tx *storage.Tx) error { return tx.PutSealed(sealed) }); err != nil {
		return err
	}
	for i := range batch {
		b.made = append(b.made, batch[i].made)
	}
	b.progress(BulkProgress{Done: len(b.made), Of: len(b.rows), Took: b.d.Now().Sub(b.now)})
	return nil
}

// noteBulk writes into the activity what the run came to.
func (d *Desk) noteBulk(b *bulk) error {
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "issue-many", Subject: b.issuer.entry.ID, Name: b.issuer.entry.Name,
			Detail: map[string]string{"made": strconv.Itoa(len(b.made)), "of": strconv.Itoa(len(b.rows))},
		})
	})
}
