#include "CPNGShim.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What libpng's callbacks share, for reading and for writing.
typedef struct {
  jmp_buf jump;
  nj_png_status status;  // why it jumped
  char warning[128];     // the first warning: where an error is terse ("Invalid IHDR data"), it has the reason
  char *message;
  size_t message_size;
} channel;

static void clear(channel *state, nj_png_header *header) {
  state->status = nj_png_invalid;
  state->warning[0] = 0;
  state->message = header->message;
  state->message_size = sizeof header->message;
  header->message[0] = 0;
}

static void on_error(png_structp png, png_const_charp text) {
  channel *state = png_get_error_ptr(png);
  if (state->warning[0])
    snprintf(state->message, state->message_size, "%s: %s", text, state->warning);
  else
    snprintf(state->message, state->message_size, "%s", text);
  longjmp(state->jump, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  channel *state = png_get_error_ptr(png);
  if (!state->warning[0]) snprintf(state->warning, sizeof state->warning, "%s", text);
}

// Reading

struct nj_png_reader {
  channel channel;  // first: libpng's error pointer is the reader's
  const uint8_t *bytes;
  size_t count;
  size_t position;
  png_structp png;
  png_infop info;
  uint32_t height;
  size_t row_bytes;   // of what libpng gives: samples, or a palette's indices
  int passes;
  int is_indexed;
};

static void read_bytes(png_structp png, png_bytep target, size_t wanted) {
  nj_png_reader *reader = png_get_io_ptr(png);
  if (wanted > reader->count - reader->position) {
    reader->channel.status = nj_png_truncated;
    png_error(png, "");
  }
  memcpy(target, reader->bytes + reader->position, wanted);
  reader->position += wanted;
}

// Deflate cannot make more than 1032 bytes of one, so a header that promises more than that is refused before
// memory is set aside for it.
static int cannot_hold(size_t count, uint64_t pixels, uint64_t bits_a_pixel) {
  return pixels * bits_a_pixel / 8 / 1032 > count;
}

static void convert_to_8_bit(png_structp png, png_infop info) {
  png_byte type = png_get_color_type(png, info);
  png_byte depth = png_get_bit_depth(png, info);
  if (depth == 16) png_set_strip_16(png);
  // libpng would take an index outside the palette for black, so that indices are looked up here.
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (type & PNG_COLOR_MASK_ALPHA) png_set_strip_alpha(png);
}

nj_png_status nj_png_open(const uint8_t *bytes, size_t count, uint64_t most_pixels, nj_png_reader **result,
                          nj_png_header *header) {
  *result = NULL;
  memset(header, 0, sizeof *header);
  size_t signature = count < 8 ? count : 8;
  if (count == 0 || png_sig_cmp(bytes, 0, signature) != 0) return nj_png_not_png;

  nj_png_reader *reader = calloc(1, sizeof *reader);
  if (!reader) return nj_png_no_memory;
  clear(&reader->channel, header);
  reader->bytes = bytes;
  reader->count = count;

  // Both libpng structs hang on the reader, so that after a jump nj_png_close finds all there is to free.
  if (setjmp(reader->channel.jump)) {
    nj_png_status status = reader->channel.status;
    nj_png_close(reader);
    return status;
  }
  reader->channel.status = nj_png_no_memory;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader->channel, on_error, on_warning);
  if (reader->png) reader->info = png_create_info_struct(reader->png);
  if (!reader->info) longjmp(reader->channel.jump, 1);
  reader->channel.status = nj_png_invalid;

  png_structp png = reader->png;
  png_infop info = reader->info;
  png_set_read_fn(png, reader, read_bytes);
  // The pixel limit below says more than libpng's limit on each side.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Gamma, profiles, texts and transparency change nothing here: not even parsing them keeps what they can
  // inflate to out of memory.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "tRNS", 1);
  png_read_info(png, info);

  uint32_t width = png_get_image_width(png, info);
  uint32_t height = png_get_image_height(png, info);
  uint64_t pixels = (uint64_t)width * height;
  header->width = width;
  header->height = height;
  if (pixels > most_pixels) {
    reader->channel.status = nj_png_too_large;
    longjmp(reader->channel.jump, 1);
  }
  if (cannot_hold(count, pixels, (uint64_t)png_get_channels(png, info) * png_get_bit_depth(png, info))) {
    reader->channel.status = nj_png_truncated;
    longjmp(reader->channel.jump, 1);
  }
  convert_to_8_bit(png, info);
  reader->passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  reader->is_indexed = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
  reader->height = height;
  reader->row_bytes = png_get_rowbytes(png, info);
  if (reader->row_bytes != (size_t)width * png_get_channels(png, info)) png_error(png, "unexpected row size");
  header->channels = reader->is_indexed ? 3 : png_get_channels(png, info);

  *result = reader;
  return nj_png_ok;
}

// Puts colours in the place of indices, which stand in the last third of `pixels`: a colour never reaches beyond the
// index that it is read from.
static nj_png_status look_up(nj_png_reader *reader, uint8_t *pixels) {
  png_colorp palette = NULL;
  int colours = 0;
  png_get_PLTE(reader->png, reader->info, &palette, &colours);
  size_t count = reader->row_bytes * reader->height;
  const uint8_t *indices = pixels + 2 * count;
  for (size_t i = 0; i < count; i++) {
    int index = indices[i];
    if (index >= colours) return nj_png_palette;
    pixels[3 * i] = palette[index].red;
    pixels[3 * i + 1] = palette[index].green;
    pixels[3 * i + 2] = palette[index].blue;
  }
  return nj_png_ok;
}

nj_png_status nj_png_read(nj_png_reader *reader, uint8_t *pixels, nj_png_header *header) {
  clear(&reader->channel, header);
  if (setjmp(reader->channel.jump)) return reader->channel.status;
  uint8_t *rows = pixels + (reader->is_indexed ? 2 * reader->row_bytes * reader->height : 0);
  for (int pass = 0; pass < reader->passes; pass++)
    for (uint32_t row = 0; row < reader->height; row++)
      png_read_row(reader->png, rows + row * reader->row_bytes, NULL);
  // The checksum of the last pixels stands behind them, and so does what tells a whole file from a cut one.
  png_read_end(reader->png, NULL);
  return reader->is_indexed ? look_up(reader, pixels) : nj_png_ok;
}

void nj_png_close(nj_png_reader *reader) {
  if (!reader) return;
  if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}

// Writing

typedef struct {
  channel channel;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  png_structp png;
  png_infop info;
} writer;

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  writer *out = png_get_io_ptr(png);
  if (count > out->capacity - out->count) {
    size_t capacity = out->capacity * 2 > out->count + count ? out->capacity * 2 : out->count + count;
    uint8_t *grown = realloc(out->bytes, capacity);
    if (!grown) {
      out->channel.status = nj_png_no_memory;
      png_error(png, "");
    }
    out->bytes = grown;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->count, source, count);
  out->count += count;
}

static void flush_bytes(png_structp png) { (void)png; }

nj_png_status nj_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels,
                           uint8_t **bytes, size_t *count, nj_png_header *header) {
  *bytes = NULL;
  *count = 0;
  memset(header, 0, sizeof *header);
  // On the heap, because locals that change after setjmp are lost by the jump.
  writer *out = calloc(1, sizeof *out);
  if (!out) return nj_png_no_memory;
  clear(&out->channel, header);
  if (setjmp(out->channel.jump) == 0) {
    out->channel.status = nj_png_no_memory;
    out->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &out->channel, on_error, on_warning);
    if (out->png) out->info = png_create_info_struct(out->png);
    if (!out->info) longjmp(out->channel.jump, 1);
    out->channel.status = nj_png_invalid;

    png_set_write_fn(out->png, out, write_bytes, flush_bytes);
    png_set_user_limits(out->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(out->png, out->info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(out->png, out->info);
    for (uint32_t row = 0; row < height; row++)
      png_write_row(out->png, pixels + (size_t)row * width * channels);
    png_write_end(out->png, out->info);
    out->channel.status = nj_png_ok;
    *bytes = out->bytes;
    *count = out->count;
    out->bytes = NULL;
  }
  nj_png_status status = out->channel.status;
  if (out->png) png_destroy_write_struct(&out->png, &out->info);
  free(out->bytes);
  free(out);
  return status;
}

void nj_png_free(uint8_t *bytes) { free(bytes); }
