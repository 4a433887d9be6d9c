package desk

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// How much one transaction of a bulk holds: it is written when it has so many
// certificates, or is so old. A stop loses at most one of them.
const (
	bulkBatch  = 1000
	bulkFlush  = time.Second
	bulkParcel = 32 // what a worker hands on at once
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
		ready: make(chan []sealedRow, 4*bulkBatch/bulkParcel)}
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
	next     atomic.Int64 // the row to make next
	ready    chan []sealedRow
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
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.rows)) {
		workers.Go(func() {
			if err := b.work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	go func() {
		workers.Wait()
		close(b.ready)
	}()
	if err := b.keep(ctx); err != nil {
		cancel(err)
		for range b.ready { // the workers are waited for
		}
	}
	return context.Cause(ctx)
}

// work makes rows until there are none left, and hands them on a few at a
// time: as many as bulkParcel, or as few as a quarter of a second gives.
func (b *bulk) work(ctx context.Context) error {
	sealer, err := b.d.vault.NewSealer()
	if err != nil {
		return err
	}
	defer sealer.Close()
	series := pki.NewSeries(b.issuer.Issuer, b.now, b.d.opt.Random)
	var parcel []sealedRow
	sent := time.Now()
	for ctx.Err() == nil {
		i := int(b.next.Add(1)) - 1
		if i < len(b.rows) {
			row, err := b.make(series, sealer, i)
			if err != nil {
				return fmt.Errorf("issue %q (line %d): %w", b.rows[i].Title(), b.rows[i].Line, err)
			}
			parcel = append(parcel, row)
		}
		if len(parcel) > 0 && (i >= len(b.rows)-1 || len(parcel) == bulkParcel || time.Since(sent) > bulkFlush/4) {
			select {
			case b.ready <- parcel:
			case <-ctx.Done():
				return nil
			}
			parcel, sent = nil, time.Now()
		}
		if i >= len(b.rows) {
			return nil
		}
	}
	return nil
}

// make makes one row's key and certificate and seals both.
func (b *bulk) make(series *pki.Series, sealer *storage.Sealer, i int) (sealedRow, error) {
	row := b.rows[i]
	key, err := pki.GenerateKey(row.Request.Key, b.d.opt.Random)
	if err != nil {
		return sealedRow{}, err
	}
	cert, err := series.Issue(row.Request, key.Public())
	if err != nil {
		return sealedRow{}, err
	}
	der, err := pki.MarshalKey(key)
	if err != nil {
		return sealedRow{}, err
	}
	defer clear(der)
	made := issued{id: b.ids[i], cert: cert, key: key, issuer: b.issuer.entry.Name, issuerID: storage.ID(b.issuer.entry.ID)}
	entry := made.entry(b.now)
	entry.Profile = row.Profile
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
		case parcel, more := <-b.ready:
			if !more {
				return b.commit(ctx, batch)
			}
			batch = append(batch, parcel...)
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
			At: d.Now(), Verb: "issue-many", Subject: storage.ID(b.issuer.entry.ID), Name: b.issuer.entry.Name,
			Detail: map[string]string{"made": strconv.Itoa(len(b.made)), "of": strconv.Itoa(len(b.rows))},
		})
	})
}
