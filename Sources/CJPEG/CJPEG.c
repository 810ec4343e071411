#include "CJPEG.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: What jpeglib.h declares, as far as it is the same in all interface versions

struct error_manager {
    void (*error_exit)(void *);
    void (*emit_message)(void *, int);
    void (*output_message)(void *);
    void (*format_message)(void *, char *);
    void (*reset)(void *);
    int code;
    union {
        int numbers[8];
        char text[80];
    } parameters;
    int trace_level;
    long warnings;
    const char *const *messages;
    int last_message;
    const char *const *more_messages;
    int first_more, last_more;
};

struct progress_manager {
    void (*monitor)(void *);
    long pass_counter, pass_limit;
    int completed_passes, total_passes;
};

struct source_manager {
    const uint8_t *next;
    size_t left;
    void (*init)(void *);
    int (*fill)(void *);
    void (*skip)(void *, long);
    int (*resync)(void *, int);
    void (*term)(void *);
};

struct target_manager {
    uint8_t *next;
    size_t left;
    void (*init)(void *);
    int (*empty)(void *);
    void (*term)(void *);
};

struct decoder {
    struct error_manager *errors;
    void *memory;
    struct progress_manager *progress;
    void *client;
    int is_decoder, state;
    struct source_manager *source;
    unsigned width, height;
    int components, stored_colour, colour;
    unsigned scale, scale_divisor;
    double gamma;
    int is_buffered, is_raw, transform, is_fancy, is_smoothed, is_quantized, dither, is_two_pass, colours;
    int one_pass, external, two_pass;
    unsigned output_width, output_height;
    int output_colours, output_components, output_rows, actual_colours;
    uint8_t **colour_map;
    unsigned output_row;
    int input_scan;
};

struct encoder {
    struct error_manager *errors;
    void *memory;
    struct progress_manager *progress;
    void *client;
    int is_decoder, state;
    struct target_manager *target;
    unsigned width, height;
    int components, colour;
};

enum { colour_grey = 1, colour_rgb = 2, colour_cmyk = 4 };

// More than any version's structs have (520 to 664 bytes on machines of 64 bits).
enum { struct_room = 2048 };

// MARK: The library

static struct calls {
    struct error_manager *(*std_error)(struct error_manager *);
    void (*create_decoder)(void *, int, size_t);
    int (*read_header)(void *, int);
    int (*start_decoder)(void *);
    unsigned (*read_rows)(void *, uint8_t **, unsigned);
    int (*finish_decoder)(void *);
    void (*destroy_decoder)(void *);
    int (*resync)(void *, int);
    void (*create_encoder)(void *, int, size_t);
    void (*set_defaults)(void *);
    void (*set_quality)(void *, int, int);
    void (*start_encoder)(void *, int);
    unsigned (*write_rows)(void *, uint8_t **, unsigned);
    void (*finish_encoder)(void *);
    void (*destroy_encoder)(void *);
} jpeg;

// What it wants to be told that its callers were compiled for.
static int version;
static size_t decoder_size, encoder_size;

struct session {
    jmp_buf jump;
    cjpeg_status status;
    char *message;
    struct error_manager errors;
    struct progress_manager progress;
    union {
        struct decoder decoder;
        struct encoder encoder;
        char room[struct_room];
    } state;  // the library's struct: its client data is the session
    struct source_manager source;
    struct target_manager target;
    uint8_t *row;
    uint8_t *bytes;
    size_t capacity;
};

static struct session *session_of(void *state) { return ((struct decoder *)state)->client; }

static void fail(struct session *session, cjpeg_status status, const char *message) {
    session->status = status;
    snprintf(session->message, cjpeg_message_size, "%s", message);
    longjmp(session->jump, 1);
}

static void on_error(void *state) {
    char text[cjpeg_message_size] = "";
    struct session *session = session_of(state);
    session->errors.format_message(state, text);
    // Of all messages this one begins so: JERR_OUT_OF_MEMORY, whose number differs between versions.
    int is_memory = strncmp(text, "Insufficient memory", 19) == 0;
    fail(session, is_memory ? cjpeg_no_memory : cjpeg_invalid, text);
}

static void on_message(void *state, int level) {
    if (level >= 0) return;
    char text[cjpeg_message_size] = "";
    struct session *session = session_of(state);
    session->errors.format_message(state, text);
    // A JFIF revision that the library does not know changes no pixel. All else does.
    if (strncmp(text, "Warning: unknown JFIF revision", 30) != 0) fail(session, cjpeg_invalid, text);
}

static void ignore(void *state) { (void)state; }

static struct session *new_session(char *message) {
    struct session *session = calloc(1, sizeof *session);
    if (!session) return NULL;
    message[0] = 0;
    session->message = message;
    jpeg.std_error(&session->errors);
    session->errors.error_exit = on_error;
    session->errors.emit_message = on_message;
    session->errors.output_message = ignore;
    session->state.decoder.errors = &session->errors;
    session->state.decoder.client = session;
    return session;
}

static void create(struct session *session, void (*call)(void *, int, size_t), int of_version, size_t size) {
    // Clears all but the two pointers that are set already.
    call(&session->state, of_version, size);
}

// Asks the library for its version and the size of a struct: it refuses another, saying the right one.
static int learn(void (*call)(void *, int, size_t), void (*destroy)(void *), size_t *size) {
    char message[cjpeg_message_size];
    struct session *session = new_session(message);
    if (!session) return 0;
    volatile int is_known = 0;
    volatile int tried_version = version ? version : 62;
    volatile size_t tried_size = 8;
    for (volatile int attempt = 0; attempt < 3 && !is_known; attempt++) {
        if (setjmp(session->jump) == 0) {
            create(session, call, tried_version, tried_size);
            is_known = 1;
        } else {
            int wanted = session->errors.parameters.numbers[0], given = session->errors.parameters.numbers[1];
            if (given == tried_version && wanted != given && tried_size == 8) tried_version = wanted;
            else if (given == (int)tried_size && wanted > 0 && wanted <= struct_room) tried_size = (size_t)wanted;
            else break;
        }
    }
    if (is_known) destroy(&session->state);
    free(session);
    version = tried_version;
    *size = tried_size;
    return is_known && (version == 62 || version == 70 || version == 80);
}

const char *cjpeg_open(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return "it cannot be opened";
    struct calls found;
    struct {
        const char *name;
        void **place;
    } calls[] = {
        {"jpeg_std_error", (void **)&found.std_error},
        {"jpeg_CreateDecompress", (void **)&found.create_decoder},
        {"jpeg_read_header", (void **)&found.read_header},
        {"jpeg_start_decompress", (void **)&found.start_decoder},
        {"jpeg_read_scanlines", (void **)&found.read_rows},
        {"jpeg_finish_decompress", (void **)&found.finish_decoder},
        {"jpeg_destroy_decompress", (void **)&found.destroy_decoder},
        {"jpeg_resync_to_restart", (void **)&found.resync},
        {"jpeg_CreateCompress", (void **)&found.create_encoder},
        {"jpeg_set_defaults", (void **)&found.set_defaults},
        {"jpeg_set_quality", (void **)&found.set_quality},
        {"jpeg_start_compress", (void **)&found.start_encoder},
        {"jpeg_write_scanlines", (void **)&found.write_rows},
        {"jpeg_finish_compress", (void **)&found.finish_encoder},
        {"jpeg_destroy_compress", (void **)&found.destroy_encoder},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        *calls[i].place = dlsym(library, calls[i].name);
        if (!*calls[i].place) {
            dlclose(library);
            return "it lacks calls that libjpeg has";
        }
    }
    jpeg = found;
    version = 0;
    if (!learn(jpeg.create_decoder, jpeg.destroy_decoder, &decoder_size)
        || !learn(jpeg.create_encoder, jpeg.destroy_encoder, &encoder_size)) {
        dlclose(library);
        return "its interface is none of libjpeg-turbo's (62, 70, 80)";
    }
    return NULL;
}

// MARK: Reading

static int on_end(void *state) {
    fail(session_of(state), cjpeg_truncated, "");
    return 0;
}

static void on_skip(void *state, long count) {
    struct session *session = session_of(state);
    if (count <= 0) return;
    if ((size_t)count > session->source.left) on_end(state);
    session->source.next += count;
    session->source.left -= (size_t)count;
}

// A scan of a few bytes can cost a pass over all of a large image; ten are usual, and none needs so many.
static void on_progress(void *state) {
    if (((struct decoder *)state)->input_scan > 100) fail(session_of(state), cjpeg_invalid, "more than 100 scans");
}

// Ink as Adobe stores it, 255 for none, to the light that it leaves: the numbers of Pillow's convert("RGB").
static void rgb_of_cmyk(const uint8_t *from, uint8_t *to, uint32_t count) {
    for (uint32_t i = 0; i < count; i++, from += 4, to += 3)
        for (int channel = 0; channel < 3; channel++) {
            unsigned product = (255u - from[channel]) * from[3] + 128;
            to[channel] = (uint8_t)(from[3] - ((product + (product >> 8)) >> 8));
        }
}

cjpeg_status cjpeg_read(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint32_t components, uint8_t *pixels,
    char message[cjpeg_message_size]) {
    struct session *session = new_session(message);
    if (!session) return cjpeg_no_memory;
    struct decoder *decoder = &session->state.decoder;
    if (setjmp(session->jump) == 0) {
        create(session, jpeg.create_decoder, version, decoder_size);
        session->source = (struct source_manager){bytes, count, ignore, on_end, on_skip, jpeg.resync, ignore};
        session->progress.monitor = on_progress;
        decoder->source = &session->source;
        decoder->progress = &session->progress;
        jpeg.read_header(decoder, 1);
        if (decoder->width != width || decoder->height != height || decoder->components != (int)components)
            fail(session, cjpeg_invalid, "two headers that differ");
        decoder->colour = components == 1 ? colour_grey : components == 3 ? colour_rgb : colour_cmyk;
        jpeg.start_decoder(decoder);
        if (decoder->output_width != width || decoder->output_components != (int)components)
            fail(session, cjpeg_invalid, "unexpected row size");
        size_t stride = (size_t)width * (components == 1 ? 1 : 3);
        if (components == 4 && !(session->row = malloc((size_t)width * 4))) fail(session, cjpeg_no_memory, "");
        for (uint32_t y = 0; y < height; y++) {
            uint8_t *row = pixels + y * stride, *target = session->row ? session->row : row;
            if (jpeg.read_rows(decoder, &target, 1) != 1) fail(session, cjpeg_truncated, "");
            if (session->row) rgb_of_cmyk(session->row, row, width);
        }
        // Reads on to the marker that ends a whole file.
        jpeg.finish_decoder(decoder);
    }
    cjpeg_status status = session->status;
    jpeg.destroy_decoder(decoder);
    free(session->row);
    free(session);
    return status;
}

// MARK: Writing

enum { first_block = 16 << 10 };

static void grow(struct session *session, size_t capacity) {
    size_t used = session->capacity - session->target.left;
    uint8_t *grown = realloc(session->bytes, capacity);
    if (!grown) fail(session, cjpeg_no_memory, "");
    session->bytes = grown;
    session->target.next = grown + used;
    session->target.left = capacity - used;
    session->capacity = capacity;
}

// Called when the block is full, whatever `left` says then.
static int on_full(void *state) {
    struct session *session = session_of(state);
    session->target.left = 0;
    grow(session, session->capacity * 2);
    return 1;
}

cjpeg_status cjpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int32_t quality, uint8_t **bytes,
    size_t *count, char message[cjpeg_message_size]) {
    *bytes = NULL;
    *count = 0;
    struct session *session = new_session(message);
    if (!session) return cjpeg_no_memory;
    struct encoder *encoder = &session->state.encoder;
    if (setjmp(session->jump) == 0) {
        create(session, jpeg.create_encoder, version, encoder_size);
        session->target = (struct target_manager){NULL, 0, ignore, on_full, ignore};
        grow(session, first_block);
        encoder->target = &session->target;
        encoder->width = width;
        encoder->height = height;
        encoder->components = (int)channels;
        encoder->colour = channels == 1 ? colour_grey : colour_rgb;
        jpeg.set_defaults(encoder);
        jpeg.set_quality(encoder, quality, 1);
        jpeg.start_encoder(encoder, 1);
        for (uint32_t y = 0; y < height; y++) {
            uint8_t *row = (uint8_t *)(uintptr_t)(pixels + (size_t)y * width * channels);
            if (jpeg.write_rows(encoder, &row, 1) != 1) fail(session, cjpeg_invalid, "a row was not taken");
        }
        jpeg.finish_encoder(encoder);
        *bytes = session->bytes;
        *count = session->capacity - session->target.left;
        session->bytes = NULL;
    }
    cjpeg_status status = session->status;
    jpeg.destroy_encoder(encoder);
    free(session->bytes);
    free(session);
    return status;
}

void cjpeg_free(uint8_t *bytes) { free(bytes); }
