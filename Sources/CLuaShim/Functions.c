// The trampoline: the one C function behind every function that Swift gives to Lua.
#include "Private.h"

static inline int call(lua_State *L, void *callable) {
  if (nj_interrupted()) return nj_raise_interrupt(L);
  nj_state *shared = nj_shared(L);
  int saved = shared->in_swift;
  shared->in_swift = 1;
  int results = nightjar_swift_call(L, callable);  // returns, never jumps
  shared->in_swift = saved;
  return results >= 0 ? results : lua_error(L);
}

static int call_function(lua_State *L) { return call(L, lua_touserdata(L, lua_upvalueindex(1))); }
static int call_closure(lua_State *L) { return call(L, *(void **)lua_touserdata(L, lua_upvalueindex(1))); }

static int collect_closure(lua_State *L) {
  void **box = lua_touserdata(L, 1);
  if (box != NULL && *box != NULL) {
    void *callable = *box;
    *box = NULL;
    nightjar_swift_release_callable(callable);
  }
  return 0;
}

void nj_pushfunction(lua_State *L, void *callable) {
  lua_pushlightuserdata(L, callable);
  lua_pushcclosure(L, call_function, 1);
}

void nj_pushclosure(lua_State *L, void *callable) {
  static const char key = 0;
  void **box = lua_newuserdatauv(L, sizeof(void *), 0);
  *box = callable;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect_closure);
    lua_setfield(L, -2, "__gc");  // a fresh table without a metatable: raises nothing
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
  lua_setmetatable(L, -2);
  lua_pushcclosure(L, call_closure, 1);
}
