// Calls that may run metamethods or raise, made under lua_pcall.
#include "Private.h"

static const char trace_key = 0, error_key = 0;

// Keeps the error value and the traceback in the registry; the value itself goes on unchanged, so that it can
// be raised again as it was.
static int keep_trace(lua_State *L) {
  nj_state *shared = nj_shared(L);
  if (shared->rethrowing) {
    shared->rethrowing = 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &error_key);
    int same = lua_rawequal(L, -1, 1);
    lua_pop(L, 1);
    if (same) return 1;
  }
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &error_key);
  if (nj_isinterrupt(L, 1)) {
    lua_pushliteral(L, "");
  } else {
    luaL_traceback(L, L, NULL, 1);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
  return 1;
}

int nj_pcall(lua_State *L, int arguments, int results, int trace) {
  nj_state *shared = nj_shared(L);
  int handler = 0;
  if (trace) {
    handler = lua_gettop(L) - arguments;
    lua_pushcfunction(L, keep_trace);
    lua_insert(L, handler);
  }
  int saved = shared->in_swift;
  shared->in_swift = 0;
  int status = lua_pcall(L, arguments, results, handler);
  shared->in_swift = saved;
  if (trace) {
    lua_remove(L, handler);
    if (status == LUA_ERRERR || status == LUA_ERRMEM) {  // no handler ran
      lua_pushvalue(L, -1);
      lua_rawsetp(L, LUA_REGISTRYINDEX, &error_key);
      lua_pushliteral(L, "");
      lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
    }
  }
  return status;
}

void nj_pushtrace(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key); }
void nj_pusherror(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &error_key); }
void nj_rethrowing(lua_State *L) { nj_shared(L)->rethrowing = 1; }

static int get(lua_State *L) {
  lua_gettable(L, 1);
  return 1;
}

static int set(lua_State *L) {
  lua_settable(L, 1);
  return 0;
}

static int length(lua_State *L) {
  lua_len(L, 1);
  return 1;
}

static int tostring(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

static int compare(lua_State *L) {
  lua_pushboolean(L, lua_compare(L, 1, 2, (int)lua_tointeger(L, 3)));
  return 1;
}

static int require(lua_State *L) {
  lua_getglobal(L, "require");
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

static int protect(lua_State *L, lua_CFunction function, int operands, int results) {
  lua_pushcfunction(L, function);
  lua_insert(L, -(operands + 1));
  return nj_pcall(L, operands, results, 0);
}

int nj_get(lua_State *L) { return protect(L, get, 2, 1); }
int nj_set(lua_State *L) { return protect(L, set, 3, 0); }
int nj_length(lua_State *L) { return protect(L, length, 1, 1); }
int nj_tostring(lua_State *L) { return protect(L, tostring, 1, 1); }
int nj_require(lua_State *L) { return protect(L, require, 1, 1); }

int nj_compare(lua_State *L, int operation) {
  lua_pushinteger(L, operation);
  return protect(L, compare, 3, 1);
}
