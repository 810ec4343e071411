#pragma once
#include <stddef.h>
#include <stdint.h>

// OpenSSL 3's libcrypto, opened at run time: neither the build nor a run that signs nothing needs it.

/// Opens the library of that name and finds the calls below. Returns NULL when they can be used from now on,
/// otherwise the reason (a static text). Not safe to call from two threads at once.
const char *ccrypto_open(const char *name);

// MARK: Keys

/// A key in PEM. NULL where it is none: see `ccrypto_error`.
///
/// `password` is tried where the key is encrypted; NULL for none, which `asked` tells apart from a wrong one: it is
/// set to 1 where the key asked for a password.
void *ccrypto_private_key(const char *pem, size_t size, const char *password, size_t password_size, int32_t *asked);
void *ccrypto_public_key(const char *pem, size_t size);
void ccrypto_key_free(void *key);

/// The name of the key's kind: "EC", "RSA", "ED25519".
const char *ccrypto_key_kind(void *key);
/// The size of the key in bits.
int32_t ccrypto_key_bits(void *key);
/// Writes the name of an elliptic curve, such as "prime256v1". Returns 0 where the key has no named one.
int32_t ccrypto_key_curve(void *key, char *name, size_t room);

/// Writes the public half as PEM (SubjectPublicKeyInfo). Returns the size, which may be more than `room`; 0 where it
/// cannot be had.
size_t ccrypto_public_pem(void *key, char *pem, size_t room);

// MARK: Signatures

/// The digest that is signed.
enum ccrypto_digest { ccrypto_sha256, ccrypto_sha384, ccrypto_sha512 };

/// Signs. Returns the size of the signature, at most `room`; 0 where it cannot be made.
size_t ccrypto_sign(
    void *key, enum ccrypto_digest digest, const uint8_t *message, size_t size, uint8_t *signature, size_t room);

/// 1 where the signature is the key's over the message, 0 where it is not.
int32_t ccrypto_verify(
    void *key, enum ccrypto_digest digest, const uint8_t *message, size_t size, const uint8_t *signature,
    size_t signature_size);

/// The library's words for what went wrong last on this thread, which it then forgets; NULL where it has none.
const char *ccrypto_error(void);

// MARK: SHA-256

/// Opens the library of that name and finds its SHA-256. Returns 1 when `ccrypto_sha256_blocks` can be used from now
/// on. Not safe to call from two threads at once.
int32_t ccrypto_sha256_open(const char *name);

/// Takes whole blocks of 64 bytes into the eight words of a SHA-256 under way.
void ccrypto_sha256_blocks(uint32_t state[8], const void *blocks, size_t size);
