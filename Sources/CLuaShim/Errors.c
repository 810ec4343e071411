// Where scripts treat an error as the string that it was raised as: the text is put in its place.
#include "Private.h"

void nj_seterrortype(lua_State *L, void *type) { nj_shared(L)->error_type = type; }

static int is_error(lua_State *L, int index) {
  nj_object *block = nj_toobject(L, index);
  return block != NULL && block->type == nj_shared(L)->error_type;
}

// Calls the function in upvalue 1 with the text of every error among the arguments.
static int call_with_texts(lua_State *L) {
  int count = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    if (!is_error(L, i)) continue;
    luaL_tolstring(L, i, NULL);
    lua_replace(L, i);
  }
  // In this frame where possible, so that a message about an argument names the function.
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(1));
  if (function != NULL) {
    if (lua_getupvalue(L, lua_upvalueindex(1), 1) == NULL) return function(L);
    lua_pop(L, 1);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, count, LUA_MULTRET);
  return lua_gettop(L);
}

int nj_pushstringmethod(lua_State *L, int key) {
  key = lua_absindex(L, key);
  nj_pushloaded(L);
  lua_pushliteral(L, LUA_STRLIBNAME);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (lua_type(L, -1) == LUA_TTABLE) {
    lua_pushvalue(L, key);
    lua_rawget(L, -2);
    lua_remove(L, -2);
  }
  if (lua_type(L, -1) != LUA_TFUNCTION) {
    lua_pop(L, 1);
    return 0;
  }
  lua_pushcclosure(L, call_with_texts, 1);
  return 1;
}

// debug.traceback, for which a message that is no string is none to add to.
static int traceback(lua_State *L) {
  lua_State *thread = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  int message = thread == L && !lua_isthread(L, 1) ? 1 : 2;
  lua_settop(L, message + 1);
  if (!lua_isstring(L, message) && !lua_isnil(L, message) && !is_error(L, message)) {
    lua_pushvalue(L, message);
    return 1;
  }
  int level = (int)luaL_optinteger(L, message + 1, thread == L ? 1 : 0);
  if (!is_error(L, message)) {
    luaL_traceback(L, thread, lua_tostring(L, message), level);
    return 1;
  }
  lua_pushvalue(L, message);
  lua_pushliteral(L, "\n");
  luaL_traceback(L, thread, NULL, level);
  lua_concat(L, 3);
  return 1;
}

// Puts call_with_texts before the function of a name in the table on top of the stack.
static void take_texts(lua_State *L, const char *name) {
  if (lua_getfield(L, -1, name) == LUA_TFUNCTION) {
    lua_pushcclosure(L, call_with_texts, 1);
    lua_setfield(L, -2, name);
  } else {
    lua_pop(L, 1);
  }
}

void nj_openerrors(lua_State *L) {
  lua_getglobal(L, LUA_DBLIBNAME);
  lua_pushcfunction(L, traceback);
  lua_setfield(L, -2, "traceback");
  lua_getglobal(L, LUA_IOLIBNAME);
  take_texts(L, "write");
  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_getfield(L, -1, "__index");
  take_texts(L, "write");
  lua_pop(L, 4);
}
