#pragma once
#include "CLuaShim.h"
#include <stdint.h>

// The memory of a state's values. Small blocks come from pages of their own, one list of free ones for each size, which
// takes a fraction of the time that malloc and free do: Lua asks for little else. They serve other values when they are
// free, and go back to the system with the state.
#define NJ_SMALL 256       // bytes of the largest small block
#define NJ_SMALL_STEP 16   // from one size to the next

typedef struct {
  void *free[NJ_SMALL / NJ_SMALL_STEP + 1];  // the first free block of each size, in which the next one's address stands
  char *rest;                                // what is left of the last page
  size_t left;
  void *pages;                               // the last page, in which the address of the one before stands
} nj_memory;

// The size of a block that Lua makes for an object, and where in it the object is: without and with a place for fields.
typedef struct {
  size_t size, offset;
} nj_block;

// What a state and all its coroutines share, found through lua_getextraspace.
typedef struct {
  void *runtime;
  int in_swift;     // Swift frames lie between here and the nearest protected call
  int rethrowing;   // the error being raised has its traceback already
  void *error_type; // Swift's LuaClass of error values
  uintptr_t secret; // a random number
  nj_memory memory; // of Lua's values
  nj_block objects[2];
  void *userdata;        // the block of the userdata made last
  size_t userdata_size;
} nj_state;

static inline nj_state *nj_shared(lua_State *L) { return *(nj_state **)lua_getextraspace(L); }

// Written in Swift (target Lua).
extern int nightjar_swift_call(lua_State *L, void *callable);
extern void nightjar_swift_release(void *runtime, void *object, size_t bytes);
extern void nightjar_swift_release_callable(void *callable);

// Debian's Lua 5.4.4 (patch 0005) keeps a pointer into the stack while a __concat runs, and uses it afterwards even
// where the stack has moved. Room that the base of a thread asked for stays as long as the thread, so that the stack
// seldom has to move.
#define NJ_STACK_SLOTS 250

// As realloc, and free where `size` is 0. NULL where there is no memory.
void *nj_reallocate(nj_memory *memory, void *block, size_t old_size, size_t size);
void nj_free_pages(nj_memory *memory);

// Finds out about `objects`. Once for each state.
void nj_measure_objects(lua_State *L);
// Lets go of the object in a block that Lua frees, where one is in it.
void nj_drop_object(nj_state *shared, void *block, size_t size);

int nj_raise_interrupt(lua_State *L);
void nj_opencoroutine(lua_State *L);
void nj_openerrors(lua_State *L);
void nj_openchunks(lua_State *L);
