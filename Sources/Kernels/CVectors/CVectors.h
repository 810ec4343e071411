#ifndef NIGHTJAR_CVECTORS_H
#define NIGHTJAR_CVECTORS_H

// What Swift's vectors cannot say in one instruction.

#include <stdint.h>

typedef float nightjar_vector4 __attribute__((ext_vector_type(4)));
typedef float nightjar_vector8 __attribute__((ext_vector_type(8)));
typedef float nightjar_vector16 __attribute__((ext_vector_type(16)));

/// Begins to load the cache line of a place that will be read soon, which need not exist.
static inline void nightjar_prefetch(const float *x) { __builtin_prefetch(x); }

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

/// For 16 windows of two by two: which have a value that is not 0 for their upper left, upper right, lower left and lower
/// right element.
typedef struct {
    uint16_t part[4];
} nightjar_corners;

/// The windows' upper left elements stand at `first`, `first + 2` and so on, in rows of `width` elements.
static inline nightjar_corners nightjar_nonzero_corners(
    const float *x, const int32_t *places, int32_t first, int32_t width) {
    typedef float Floats __attribute__((ext_vector_type(16), aligned(4)));
    typedef int32_t Ints __attribute__((ext_vector_type(16), aligned(4)));
    typedef _Bool Bits __attribute__((ext_vector_type(16)));
    const Ints steps = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
    const Ints corner = *(const Ints *)places - steps - first;
    const Ints differs = *(const Floats *)x != 0.0f;
    nightjar_corners found;
    for (int i = 0; i < 4; i++) {
        union {
            Bits bits;
            uint16_t word;
        } mask;
        mask.bits = __builtin_convertvector(differs & (corner == (i & 1) + (i >> 1) * width), Bits);
        found.part[i] = mask.word;
    }
    return found;
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
