// The allocator of Lua's values.
#include "Private.h"
#include <stdlib.h>
#include <string.h>

#define PAGE 16384

static inline size_t place_of(size_t size) { return (size + NJ_SMALL_STEP - 1) / NJ_SMALL_STEP; }

static void *take(nj_memory *memory, size_t size) {
  if (size > NJ_SMALL) return malloc(size);
  const size_t place = place_of(size);
  void **block = memory->free[place];
  if (block != NULL) {
    memory->free[place] = *block;
    return block;
  }
  size = place * NJ_SMALL_STEP;
  if (memory->left < size) {
    // What is left of the page before stays unused, less than a block.
    void **page = malloc(PAGE);
    if (page == NULL) return NULL;
    *page = memory->pages;
    memory->pages = page;
    memory->rest = (char *)page + NJ_SMALL_STEP;
    memory->left = PAGE - NJ_SMALL_STEP;
  }
  void *made = memory->rest;
  memory->rest += size;
  memory->left -= size;
  return made;
}

static void give(nj_memory *memory, void *block, size_t size) {
  if (size > NJ_SMALL) {
    free(block);
    return;
  }
  const size_t place = place_of(size);
  *(void **)block = memory->free[place];
  memory->free[place] = block;
}

void *nj_reallocate(nj_memory *memory, void *block, size_t old_size, size_t size) {
  if (block == NULL) return size == 0 ? NULL : take(memory, size);
  if (size == 0) {
    give(memory, block, old_size);
    return NULL;
  }
  if (old_size > NJ_SMALL && size > NJ_SMALL) return realloc(block, size);
  if (old_size <= NJ_SMALL && size <= NJ_SMALL && place_of(old_size) == place_of(size)) return block;
  void *moved = take(memory, size);
  // Lua takes for granted that a block can always be made smaller: it stays where it is, and is a small one from now on.
  if (moved == NULL) return size <= old_size ? block : NULL;
  memcpy(moved, block, old_size < size ? old_size : size);
  give(memory, block, old_size);
  return moved;
}

void nj_free_pages(nj_memory *memory) {
  for (void **page = memory->pages; page != NULL;) {
    void **before = *page;
    free(page);
    page = before;
  }
}
