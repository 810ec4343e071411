#include "CCrypto.h"

#include <dlfcn.h>
#include <string.h>

// The calls of the open library. Filled once, before the first use.
static struct calls {
    void *(*bio_new_memory)(const void *, int);
    void *(*bio_memory)(void);
    void *(*bio_new)(const void *);
    int (*bio_read)(void *, void *, int);
    size_t (*bio_pending)(void *);
    int (*bio_free)(void *);
    void *(*read_private)(void *, void **, int (*)(char *, int, int, void *), void *);
    void *(*read_public)(void *, void **, int (*)(char *, int, int, void *), void *);
    int (*write_public)(void *, void *);
    void (*key_free)(void *);
    const char *(*key_kind)(const void *);
    int (*key_bits)(const void *);
    int (*key_group)(const void *, char *, size_t, size_t *);
    void *(*context_new)(void);
    void (*context_free)(void *);
    const void *(*sha256)(void);
    const void *(*sha384)(void);
    const void *(*sha512)(void);
    int (*sign_init)(void *, void **, const void *, void *, void *);
    int (*sign)(void *, uint8_t *, size_t *, const uint8_t *, size_t);
    int (*verify_init)(void *, void **, const void *, void *, void *);
    int (*verify)(void *, const uint8_t *, size_t, const uint8_t *, size_t);
    unsigned long (*last_error)(void);
    void (*clear_error)(void);
    const char *(*error_reason)(unsigned long);
} crypto;

const char *ccrypto_open(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return "it cannot be opened";
    struct calls found;
    struct {
        const char *name;
        void **place;
    } calls[] = {
        {"BIO_new_mem_buf", (void **)&found.bio_new_memory},
        {"BIO_s_mem", (void **)&found.bio_memory},
        {"BIO_new", (void **)&found.bio_new},
        {"BIO_read", (void **)&found.bio_read},
        {"BIO_ctrl_pending", (void **)&found.bio_pending},
        {"BIO_free", (void **)&found.bio_free},
        {"PEM_read_bio_PrivateKey", (void **)&found.read_private},
        {"PEM_read_bio_PUBKEY", (void **)&found.read_public},
        {"PEM_write_bio_PUBKEY", (void **)&found.write_public},
        {"EVP_PKEY_free", (void **)&found.key_free},
        {"EVP_PKEY_get0_type_name", (void **)&found.key_kind},
        {"EVP_PKEY_get_bits", (void **)&found.key_bits},
        {"EVP_PKEY_get_group_name", (void **)&found.key_group},
        {"EVP_MD_CTX_new", (void **)&found.context_new},
        {"EVP_MD_CTX_free", (void **)&found.context_free},
        {"EVP_sha256", (void **)&found.sha256},
        {"EVP_sha384", (void **)&found.sha384},
        {"EVP_sha512", (void **)&found.sha512},
        {"EVP_DigestSignInit", (void **)&found.sign_init},
        {"EVP_DigestSign", (void **)&found.sign},
        {"EVP_DigestVerifyInit", (void **)&found.verify_init},
        {"EVP_DigestVerify", (void **)&found.verify},
        {"ERR_get_error", (void **)&found.last_error},
        {"ERR_clear_error", (void **)&found.clear_error},
        {"ERR_reason_error_string", (void **)&found.error_reason},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        *calls[i].place = dlsym(library, calls[i].name);
        if (!*calls[i].place) {
            dlclose(library);
            return "it lacks calls that OpenSSL 3 has";
        }
    }
    crypto = found;
    // Stays open to the end of the process: its own cleaning up runs at exit.
    return NULL;
}

// MARK: Keys

struct password {
    const char *text;
    size_t size;
    int32_t asked;
};

// Without this function the library would ask at the terminal.
static int give_password(char *buffer, int room, int is_writing, void *context) {
    (void)is_writing;
    struct password *password = context;
    password->asked = 1;
    if (!password->text || room < 0 || password->size > (size_t)room) return -1;
    memcpy(buffer, password->text, password->size);
    return (int)password->size;
}

typedef void *(*reader)(void *, void **, int (*)(char *, int, int, void *), void *);

static void *read_key(reader read, const char *pem, size_t size, struct password *password) {
    crypto.clear_error();
    if (size > INT32_MAX) return NULL;
    void *memory = crypto.bio_new_memory(pem, (int)size);
    if (!memory) return NULL;
    void *key = read(memory, NULL, give_password, password);
    crypto.bio_free(memory);
    return key;
}

void *ccrypto_private_key(const char *pem, size_t size, const char *text, size_t text_size, int32_t *asked) {
    struct password password = {text, text_size, 0};
    void *key = read_key(crypto.read_private, pem, size, &password);
    *asked = password.asked;
    return key;
}

void *ccrypto_public_key(const char *pem, size_t size) {
    struct password none = {NULL, 0, 0};
    return read_key(crypto.read_public, pem, size, &none);
}

void ccrypto_key_free(void *key) { crypto.key_free(key); }
const char *ccrypto_key_kind(void *key) { return crypto.key_kind(key); }
int32_t ccrypto_key_bits(void *key) { return crypto.key_bits(key); }

int32_t ccrypto_key_curve(void *key, char *name, size_t room) {
    size_t length = 0;
    return crypto.key_group(key, name, room, &length) == 1;
}

size_t ccrypto_public_pem(void *key, char *pem, size_t room) {
    void *memory = crypto.bio_new(crypto.bio_memory());
    if (!memory) return 0;
    size_t size = 0;
    if (crypto.write_public(memory, key) == 1) {
        size = crypto.bio_pending(memory);
        if (size <= room && crypto.bio_read(memory, pem, (int)size) != (int)size) size = 0;
    }
    crypto.bio_free(memory);
    return size;
}

// MARK: Signatures

static const void *algorithm(enum ccrypto_digest digest) {
    switch (digest) {
    case ccrypto_sha384: return crypto.sha384();
    case ccrypto_sha512: return crypto.sha512();
    default: return crypto.sha256();
    }
}

size_t ccrypto_sign(
    void *key, enum ccrypto_digest digest, const uint8_t *message, size_t size, uint8_t *signature, size_t room) {
    crypto.clear_error();
    void *context = crypto.context_new();
    if (!context) return 0;
    size_t written = room;
    int done = crypto.sign_init(context, NULL, algorithm(digest), NULL, key) == 1
        && crypto.sign(context, signature, &written, message, size) == 1;
    crypto.context_free(context);
    return done ? written : 0;
}

int32_t ccrypto_verify(
    void *key, enum ccrypto_digest digest, const uint8_t *message, size_t size, const uint8_t *signature,
    size_t signature_size) {
    void *context = crypto.context_new();
    if (!context) return 0;
    int done = crypto.verify_init(context, NULL, algorithm(digest), NULL, key) == 1
        && crypto.verify(context, signature, signature_size, message, size) == 1;
    crypto.context_free(context);
    // What is wrong with a signature is not left for another user of the library to find.
    crypto.clear_error();
    return done;
}

const char *ccrypto_error(void) {
    unsigned long code = crypto.last_error();
    const char *reason = code ? crypto.error_reason(code) : NULL;
    crypto.clear_error();
    return reason;
}

// MARK: SHA-256

// SHA256_CTX of openssl/sha.h, whose layout has been the same since 0.9.8.
struct sha256_state {
    uint32_t words[8];
    uint32_t low, high;
    uint32_t pending[16];
    unsigned int pending_count, digest_size;
};

static int (*sha256_update)(struct sha256_state *, const void *, size_t);

int32_t ccrypto_sha256_open(const char *name) {
    if (sha256_update) return 1;
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    *(void **)&sha256_update = dlsym(library, "SHA256_Update");
    return sha256_update != NULL;
}

void ccrypto_sha256_blocks(uint32_t words[8], const void *blocks, size_t size) {
    struct sha256_state state = {.digest_size = 32};
    memcpy(state.words, words, sizeof state.words);
    sha256_update(&state, blocks, size);
    memcpy(words, state.words, sizeof state.words);
}
