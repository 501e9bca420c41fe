package docstore

import "reflect"

// HasCodec says whether a document is read and written without the driver.
func HasCodec(doc any) bool { return structureOf(reflect.Indirect(reflect.ValueOf(doc)).Type()) != nil }
