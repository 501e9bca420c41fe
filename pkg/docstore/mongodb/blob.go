package mongodb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	blobBucket = "blobs"
	chunkSize  = 255 << 10 // that of GridFS
	chunkBatch = 32        // chunks in one insert, 8 MB
)

// PutBlob keeps bytes under their hash. The file's document is written last: a blob is there when
// all of it is. The driver's own upload is not used, since giving up a second upload of one id would
// take the chunks of the first along.
func (e *engine) PutBlob(ctx context.Context, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	err := e.call(ctx, "put blob", nil, func() error {
		there, err := e.exists(ctx, blobBucket+".files", bson.D{{Key: "_id", Value: hash}}, "_id_")
		if err != nil || there {
			return err
		}
		var chunks []any
		for n, from := 0, 0; from < len(data); n, from = n+1, from+chunkSize {
			chunks = append(chunks, bson.D{
				{Key: "_id", Value: fmt.Sprintf("%s/%d", hash, n)},
				{Key: "files_id", Value: hash},
				{Key: "n", Value: int32(n)},
				{Key: "data", Value: bson.Binary{Data: data[from:min(from+chunkSize, len(data))]}},
			})
			if len(chunks) == chunkBatch {
				if err := e.putOnce(ctx, blobBucket+".chunks", chunks); err != nil {
					return err
				}
				chunks = chunks[:0]
			}
		}
		if len(chunks) > 0 {
			if err := e.putOnce(ctx, blobBucket+".chunks", chunks); err != nil {
				return err
			}
		}
		return e.putOnce(ctx, blobBucket+".files", []any{bson.D{
			{Key: "_id", Value: hash},
			{Key: "length", Value: int64(len(data))},
			{Key: "chunkSize", Value: int32(chunkSize)},
			{Key: "uploadDate", Value: time.Now().UTC()},
			{Key: "filename", Value: hash},
		}})
	})
	if err != nil {
		return "", err
	}
	return hash, nil
}

// putOnce inserts documents of which some may be there already.
func (e *engine) putOnce(ctx context.Context, collection string, docs []any) error {
	_, err := e.db.Collection(collection).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return err
	}
	for _, w := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(w.WriteError) {
			return err
		}
	}
	return nil
}

// GetBlob returns the bytes of a hash, and checks that they are.
func (e *engine) GetBlob(ctx context.Context, hash string) ([]byte, error) {
	var buffer bytes.Buffer
	err := e.call(ctx, "get blob", nil, func() error {
		_, err := e.db.GridFSBucket(options.GridFSBucket().SetName(blobBucket)).DownloadToStream(ctx, hash, &buffer)
		return err
	})
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(buffer.Bytes()); hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("blob %s is damaged", hash)
	}
	return buffer.Bytes(), nil
}
