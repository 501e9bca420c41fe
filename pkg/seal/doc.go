// Package seal keeps personal numbers unreadable at rest (个人信息保护法第51条). A Ring seals a text with
// authenticated encryption, bound to the place it is kept in, and makes a keyed digest by which an
// exact number is found without opening anything. It knows nothing of cases.
//
// Keys are 32 random bytes each, in the order in which they came into use. The newest seals; every
// one opens what it has sealed. The digest is always made with the oldest, so that adding a key
// loses no look-up.
package seal
