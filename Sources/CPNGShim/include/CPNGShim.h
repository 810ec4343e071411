// PNG in and out of memory by libpng.
//
// libpng reports errors by longjmp, which must not cross Swift frames: every jump here starts and ends inside
// one function of this file, and what comes out is a status and libpng's words.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  nj_png_ok = 0,
  nj_png_not_png,     // the signature is another one
  nj_png_truncated,   // the bytes end before the image does
  nj_png_too_large,   // more pixels than the caller takes
  nj_png_no_memory,
  nj_png_palette,     // a pixel's colour is not in the palette
  nj_png_invalid,     // anything else that libpng objects to; `message` has its words
} nj_png_status;

typedef struct nj_png_reader nj_png_reader;

// What a reader knows. `message` is a string of libpng's; empty where there is none.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;  // of the decoded image: 1 grey, 3 red, green, blue
  char message[256];
} nj_png_header;

// Starts to read a PNG: takes the header and sets up the conversion to 8-bit grey or RGB.
// On success `*reader` holds the state, to be given to nj_png_close; otherwise it is NULL.
// `bytes` must stay where they are until then.
nj_png_status nj_png_open(const uint8_t *bytes, size_t count, uint64_t most_pixels, nj_png_reader **reader,
                          nj_png_header *header);

// Reads the pixels, width * height * channels bytes, and what follows them up to the end of the image.
// To be called once.
nj_png_status nj_png_read(nj_png_reader *reader, uint8_t *pixels, nj_png_header *header);

void nj_png_close(nj_png_reader *reader);

// Writes an 8-bit image of 1 (grey) or 3 (RGB) channels. On success `*bytes` is a block for nj_png_free.
nj_png_status nj_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels,
                           uint8_t **bytes, size_t *count, nj_png_header *header);

void nj_png_free(uint8_t *bytes);
