// JPEG in and out of memory by the libjpeg interface of libjpeg-turbo, which is opened when first needed.
//
// The library reports errors by a function that must not return: every jump starts and ends inside one function of this
// file, and what comes out is a status and the library's words. Its structs differ between its two interface versions
// (libjpeg.so.62 of Debian, libjpeg.so.8 of Ubuntu) behind the fields that are used here; it says itself which it has.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
    cjpeg_ok = 0,
    cjpeg_truncated,  // the bytes end before the image does
    cjpeg_no_memory,
    cjpeg_invalid,    // anything else that the library objects to or warns of; the message has its words
} cjpeg_status;

enum { cjpeg_message_size = 256 };

// Opens the library of that name. Returns NULL, or why it cannot be used. Not to be called by two threads at once.
const char *cjpeg_open(const char *name);

// Decodes a whole JPEG of `components` 1 (grey), 3 (stored as YCbCr or RGB) or 4 (CMYK or YCCK, inverted as Adobe does).
// `pixels` takes width * height samples of grey, or three times as many of RGB. A header that promises another size is
// invalid; so is whatever the decoder warns of, for then it has made up pixels.
cjpeg_status cjpeg_read(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint32_t components, uint8_t *pixels,
    char message[cjpeg_message_size]);

// Encodes 8-bit samples of 1 (grey) or 3 (RGB) channels, each side at most 65,500, with a quality from 1 to 100.
// On success `*bytes` is a block for cjpeg_free.
cjpeg_status cjpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int32_t quality, uint8_t **bytes,
    size_t *count, char message[cjpeg_message_size]);

void cjpeg_free(uint8_t *bytes);
