#ifndef NIGHTJAR_CVECTORS_H
#define NIGHTJAR_CVECTORS_H

// What Swift's vectors cannot say in one instruction.

#include <stdint.h>

typedef float nightjar_vector4 __attribute__((ext_vector_type(4)));
typedef float nightjar_vector8 __attribute__((ext_vector_type(8)));
typedef float nightjar_vector16 __attribute__((ext_vector_type(16)));

/// Begins to load the cache line of a place that will be read soon, which need not exist.
static inline void nightjar_prefetch(const float *x) { __builtin_prefetch(x); }

/// The same for a line that will be written.
static inline void nightjar_prefetch_to_write(const float *x) { __builtin_prefetch(x, 1); }

/// One bit for each of 16 floats, the first the lowest: whether it differs from 0, as a NaN does.
static inline uint16_t nightjar_nonzeros(const float *x) {
    typedef float Floats __attribute__((ext_vector_type(16), aligned(4)));
    typedef _Bool Bits __attribute__((ext_vector_type(16)));
    union {
        Bits bits;
        uint16_t word;
    } mask;
    mask.bits = __builtin_convertvector(*(const Floats *)x != 0.0f, Bits);
    return mask.word;
}

/// Bits of two words in turns: the lowest of the first, the lowest of the second, and so on.
static inline uint64_t nightjar_interleave(uint32_t a, uint32_t b) {
#ifdef __BMI2__
    return __builtin_ia32_pdep_di(a, 0x5555555555555555) | __builtin_ia32_pdep_di(b, 0xaaaaaaaaaaaaaaaa);
#else
    uint64_t words[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        uint64_t bits = words[i];
        bits = (bits | bits << 16) & 0x0000ffff0000ffff;
        bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
        bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
        bits = (bits | bits << 2) & 0x3333333333333333;
        words[i] = (bits | bits << 1) & 0x5555555555555555;
    }
    return words[0] | words[1] << 1;
#endif
}

typedef float nightjar_floats __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t nightjar_ints __attribute__((ext_vector_type(16), aligned(4)));
typedef uint8_t nightjar_bytes __attribute__((ext_vector_type(16), aligned(1)));

/// Which of the first `count` of 16 windows have a value that is not 0. Where there is a mask, its element must be above 0
/// or a NaN; where there are codes, they must have no bit of `without`.
static inline nightjar_ints nightjar_counted(
    const float *x, const float *mask, const uint8_t *codes, int32_t without, int32_t count) {
    const nightjar_ints numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    nightjar_ints counted = (*(const nightjar_floats *)x != 0.0f) & (numbers < count);
    if (mask) counted &= ~(*(const nightjar_floats *)mask <= 0.0f);
    if (codes) {
        const nightjar_ints code = __builtin_convertvector(*(const nightjar_bytes *)codes, nightjar_ints);
        counted &= (code & without) == 0;
    }
    return counted;
}

/// Their values, 0 for the others.
static inline nightjar_vector16 nightjar_counted_values(
    const float *x, const float *mask, const uint8_t *codes, int32_t without, int32_t count) {
    const nightjar_ints counted = nightjar_counted(x, mask, codes, without, count);
    const nightjar_floats zeros = {0};
    return counted ? *(const nightjar_floats *)x : zeros;
}

/// A bit for each place of both rows that 16 windows of two by two lie in, the lower row's from bit 32 on: whether it gets
/// the value of a window that counts. `corners` say which place of its window does, row by row.
static inline uint64_t nightjar_corner_bits(nightjar_ints counted, nightjar_ints corners) {
    typedef _Bool Bits __attribute__((ext_vector_type(16)));
    uint16_t parts[4];
    for (int i = 0; i < 4; i++) {
        union {
            Bits bits;
            uint16_t word;
        } part;
        part.bits = __builtin_convertvector(counted & (corners == i), Bits);
        parts[i] = part.word;
    }
    return nightjar_interleave(parts[0], parts[1]) | nightjar_interleave(parts[2], parts[3]) << 32;
}

static inline uint64_t nightjar_coded_bits(
    const float *x, const float *mask, const uint8_t *codes, int32_t without, int32_t count) {
    const nightjar_ints code = __builtin_convertvector(*(const nightjar_bytes *)codes, nightjar_ints);
    return nightjar_corner_bits(nightjar_counted(x, mask, codes, without, count), code & 3);
}

/// The same where the windows' upper left elements stand at `first`, `first + 2` and so on, in rows of `width` elements.
static inline uint64_t nightjar_placed_bits(
    const float *x, const float *mask, const int32_t *places, int32_t first, int32_t width, int32_t count) {
    const nightjar_ints numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const nightjar_ints from = *(const nightjar_ints *)places - 2 * numbers - first;
    // 0, 1, width and width + 1 become 0 to 3; all else becomes none of them.
    const nightjar_ints is_lower = from >= width;
    const nightjar_ints corners = from - (is_lower & (nightjar_ints)(width - 2));
    const nightjar_ints inside = (is_lower & (from <= width + 1)) | (~is_lower & (from >= 0) & (from <= 1));
    return nightjar_corner_bits(nightjar_counted(x, mask, 0, 0, count) & inside, corners);
}

/// The maxima of 16 windows of two by two, which lie side by side in two rows, and their corners: 0 to 3, row by row; the
/// first of equals, a NaN before all. Where `rectified` says so, maxima below 0 become 0, and the codes of those that are
/// 0 then get the bit 4.
static inline void nightjar_pool_pairs(
    const float *upper, const float *lower, int rectified, float *maxima, uint8_t *codes) {
    const nightjar_floats rows[4] = {
        *(const nightjar_floats *)upper, *(const nightjar_floats *)(upper + 16), *(const nightjar_floats *)lower, *(const nightjar_floats *)(lower + 16)};
#define NIGHTJAR_EVERY_OTHER(row, first)                                                                               \
    __builtin_shufflevector(rows[2 * (row)], rows[2 * (row) + 1], first, first + 2, first + 4, first + 6, first + 8,   \
                            first + 10, first + 12, first + 14, first + 16, first + 18, first + 20, first + 22,        \
                            first + 24, first + 26, first + 28, first + 30)
    const nightjar_floats corners[4] = {NIGHTJAR_EVERY_OTHER(0, 0), NIGHTJAR_EVERY_OTHER(0, 1), NIGHTJAR_EVERY_OTHER(1, 0),
                               NIGHTJAR_EVERY_OTHER(1, 1)};
#undef NIGHTJAR_EVERY_OTHER
    nightjar_floats best = corners[0];
    nightjar_ints code = 0;
    for (int i = 1; i < 4; i++) {
        const nightjar_ints is_better = (corners[i] > best) | (corners[i] != corners[i]);
        best = is_better ? corners[i] : best;
        code = is_better ? (nightjar_ints)i : code;
    }
    if (rectified) {
        const nightjar_ints is_zero = best <= 0.0f;
        best = is_zero ? (nightjar_floats)0.0f : best;
        code |= is_zero & 4;
    }
    *(nightjar_floats *)maxima = best;
    *(nightjar_bytes *)codes = __builtin_convertvector(code, nightjar_bytes);
}

/// The first half of each vector, float by float: `a[0], b[0], a[1], b[1]` and so on.
static inline nightjar_vector4 nightjar_merge_low4(nightjar_vector4 a, nightjar_vector4 b) {
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}

static inline nightjar_vector8 nightjar_merge_low8(nightjar_vector8 a, nightjar_vector8 b) {
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

static inline nightjar_vector16 nightjar_merge_low16(nightjar_vector16 a, nightjar_vector16 b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/// The second half of each vector, float by float.
static inline nightjar_vector4 nightjar_merge_high4(nightjar_vector4 a, nightjar_vector4 b) {
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}

static inline nightjar_vector8 nightjar_merge_high8(nightjar_vector8 a, nightjar_vector8 b) {
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

static inline nightjar_vector16 nightjar_merge_high16(nightjar_vector16 a, nightjar_vector16 b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

#ifdef __AVX512F__

/// One bit for each lane that differs from 0.
static inline uint16_t nightjar_nonzero_lanes(nightjar_vector16 x) {
    return __builtin_ia32_cmpps512_mask(x, (nightjar_vector16)(0.0f), 4, (uint16_t)-1, 4);
}

/// The floats whose bits are set, the first the lowest, and 0 for the others, which are not read.
static inline nightjar_vector16 nightjar_load_some(const float *x, uint16_t bits) {
    return __builtin_ia32_loadups512_mask(x, (nightjar_vector16)(0.0f), bits);
}

/// The floats whose bits are set, and those of a vector for the others, which are not read.
static inline nightjar_vector16 nightjar_load_over(nightjar_vector16 vector, const float *x, uint16_t bits) {
    return __builtin_ia32_loadups512_mask(x, vector, bits);
}

/// Writes the floats whose bits are set.
static inline void nightjar_store_some(nightjar_vector16 vector, float *x, uint16_t bits) {
    __builtin_ia32_storeups512_mask(x, vector, bits);
}

/// Writes the floats whose bits are set one behind the other, and zeros up to a whole vector.
static inline void nightjar_compress_floats(nightjar_vector16 vector, uint16_t bits, float *to) {
    typedef float Floats __attribute__((ext_vector_type(16), aligned(4)));
    *(Floats *)to = __builtin_ia32_compresssf512_mask(vector, (nightjar_vector16)(0.0f), bits);
}

/// Writes the lanes themselves, the first of which is `first`.
static inline void nightjar_compress_lanes(int32_t first, uint16_t bits, int32_t *to) {
    typedef int Ints __attribute__((vector_size(64)));
    typedef int Unaligned __attribute__((vector_size(64), aligned(4)));
    const Ints lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    *(Unaligned *)to = __builtin_ia32_compresssi512_mask(lanes + first, (Ints){0}, bits);
}

#endif

#endif
