#pragma once
#include "CLuaShim.h"

// What a state and all its coroutines share, found through lua_getextraspace.
typedef struct {
  void *runtime;
  int in_swift;     // Swift frames lie between here and the nearest protected call
  int rethrowing;   // the error being raised has its traceback already
  void *error_type; // Swift's LuaClass of error values
} nj_state;

static inline nj_state *nj_shared(lua_State *L) { return *(nj_state **)lua_getextraspace(L); }

// Written in Swift (target Lua).
extern int nightjar_swift_call(lua_State *L, void *callable);
extern void nightjar_swift_release(lua_State *L, void *object, size_t bytes);
extern void nightjar_swift_release_callable(void *callable);

// Debian's Lua 5.4.4 (patch 0005) keeps a pointer into the stack while a __concat runs, and uses it afterwards even
// where the stack has moved. Room that the base of a thread asked for stays as long as the thread, so that the stack
// seldom has to move.
#define NJ_STACK_SLOTS 250

int nj_raise_interrupt(lua_State *L);
void nj_opencoroutine(lua_State *L);
void nj_openerrors(lua_State *L);
void nj_openchunks(lua_State *L);
