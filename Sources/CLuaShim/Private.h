#pragma once
#include "CLuaShim.h"

// What a state and all its coroutines share, found through lua_getextraspace.
typedef struct {
  void *runtime;
  int in_swift;     // Swift frames lie between here and the nearest protected call
  int rethrowing;   // the error being raised has its traceback already
  lua_State *main;
} nj_state;

static inline nj_state *nj_shared(lua_State *L) { return *(nj_state **)lua_getextraspace(L); }

// Written in Swift (target Lua).
extern int nightjar_swift_call(lua_State *L, void *callable);
extern void nightjar_swift_release(lua_State *L, void *object, size_t bytes);
extern void nightjar_swift_release_callable(void *callable);

int nj_raise_interrupt(lua_State *L);
void nj_opencoroutine(lua_State *L);
