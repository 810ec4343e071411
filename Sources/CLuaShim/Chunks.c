// The ways into Lua take source only: a precompiled chunk that was damaged, or made for it, crashes the machine.
// Each function here is Lua's own but for that.
#include "Private.h"
#include <stdio.h>
#include <string.h>

#define REFUSAL "it is a precompiled chunk, and only Lua source is run"

int nj_isbinary(const char *source, size_t count) { return count > 0 && source[0] == LUA_SIGNATURE[0]; }

// Pushes what is wrong with a mode that does not permit source; 0 where it does.
static int refuses_mode(lua_State *L, int index) {
  const char *mode = luaL_optstring(L, index, "t");
  if (strchr(mode, 't') != NULL) return 0;
  lua_pushfstring(L, "mode '%s': precompiled chunks are not loaded; only Lua source (mode 't') is", mode);
  return 1;
}

static int fail(lua_State *L) {
  luaL_pushfail(L);
  lua_insert(L, -2);
  return 2;
}

static int loaded(lua_State *L, int status, int environment) {
  if (status != LUA_OK) return fail(L);
  if (environment != 0) {
    lua_pushvalue(L, environment);
    if (lua_setupvalue(L, -2, 1) == NULL) lua_pop(L, 1);
  }
  return 1;
}

// The stack slot that keeps a piece alive while it is read.
#define PIECE 5

static const char *next_piece(lua_State *L, void *data, size_t *count) {
  int *is_first = data;
  luaL_checkstack(L, 2, "too many nested functions");
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *count = 0;
    return NULL;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
  lua_replace(L, PIECE);
  const char *piece = lua_tolstring(L, PIECE, count);
  if (*is_first && nj_isbinary(piece, *count)) {
    lua_pushliteral(L, "cannot load the chunk: " REFUSAL);
    lua_error(L);
  }
  *is_first = 0;
  return piece;
}

static int load(lua_State *L) {
  int environment = lua_isnone(L, 4) ? 0 : 4;
  if (refuses_mode(L, 3)) return fail(L);
  size_t count;
  const char *source = lua_tolstring(L, 1, &count);
  if (source != NULL) {
    const char *name = luaL_optstring(L, 2, source);
    if (nj_isbinary(source, count)) {
      lua_pushliteral(L, "cannot load the chunk: " REFUSAL);
      return fail(L);
    }
    return loaded(L, luaL_loadbufferx(L, source, count, name, "t"), environment);
  }
  const char *name = luaL_optstring(L, 2, "=(load)");
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, PIECE);
  int is_first = 1;
  return loaded(L, lua_load(L, next_piece, &is_first, name, "t"), environment);
}

// MARK: Files

// The argument as a file's name. C would end it at a NUL byte, and find another file.
static const char *file_name(lua_State *L, int argument) {
  size_t count;
  const char *name = luaL_optlstring(L, argument, NULL, &count);
  if (name != NULL) luaL_argcheck(L, strlen(name) == count, argument, "a file's name cannot hold a NUL byte");
  return name;
}

// Whether a file begins as precompiled chunks do, after the first line that Lua skips. For the message only: it is
// Lua's mode that keeps them out.
static int is_binary_file(const char *name) {
  FILE *file = fopen(name, "r");
  if (file == NULL) return 0;
  int c = getc(file);
  if (c == '#') {
    do c = getc(file);
    while (c != EOF && c != '\n');
    c = getc(file);
  }
  fclose(file);
  return c == LUA_SIGNATURE[0];
}

static int load_file(lua_State *L, const char *name) {
  if (name != NULL && is_binary_file(name)) {
    lua_pushfstring(L, "cannot load '%s': " REFUSAL, name);
    return LUA_ERRSYNTAX;
  }
  return luaL_loadfilex(L, name, "t");
}

static int loadfile(lua_State *L) {
  const char *name = file_name(L, 1);
  int environment = lua_isnone(L, 3) ? 0 : 3;
  if (refuses_mode(L, 2)) return fail(L);
  return loaded(L, load_file(L, name), environment);
}

static int after_dofile(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L) - 1;
}

static int dofile(lua_State *L) {
  const char *name = file_name(L, 1);
  lua_settop(L, 1);
  if (load_file(L, name) != LUA_OK) return lua_error(L);
  lua_callk(L, 0, LUA_MULTRET, 0, after_dofile);
  return after_dofile(L, 0, 0);
}

// The searcher of require for files of source; upvalues: package, package.searchpath.
static int search(lua_State *L) {
  const char *module = luaL_checkstring(L, 1);
  file_name(L, 1);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushvalue(L, 1);
  lua_getfield(L, lua_upvalueindex(1), "path");
  if (!lua_isstring(L, -1)) luaL_error(L, "'package.path' must be a string");
  lua_call(L, 2, 2);
  if (lua_isnil(L, 2)) return 1;  // where it was looked for
  const char *file = lua_tostring(L, 2);
  if (load_file(L, file) != LUA_OK) {
    return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", module, file, lua_tostring(L, -1));
  }
  lua_pushvalue(L, 2);
  return 2;
}

// Calls the C function in upvalue 1, in this frame, where no argument is a name with a NUL byte in it.
static int check_names(lua_State *L) {
  for (int i = 1; i <= 2; i++) {
    if (lua_type(L, i) == LUA_TSTRING) file_name(L, i);
  }
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static void check_names_of(lua_State *L, const char *library, const char *const *functions) {
  lua_getglobal(L, library);
  for (; *functions != NULL; functions++) {
    lua_getfield(L, -1, *functions);
    lua_pushcclosure(L, check_names, 1);
    lua_setfield(L, -2, *functions);
  }
  lua_pop(L, 1);
}

// MARK: Places

// Takes the relative places out of Lua's usual ones in a field of the table on top of the stack, so that modules do
// not come from whatever directory one stands in. Those that the environment names stay.
static void drop_relative(lua_State *L, const char *field, const char *usual) {
  lua_getfield(L, -1, field);
  const char *path = lua_tostring(L, -1);
  const char *found = path != NULL ? strstr(path, usual) : NULL;
  if (found == NULL) {
    lua_pop(L, 1);
    return;
  }
  luaL_Buffer places;
  luaL_buffinit(L, &places);
  luaL_addlstring(&places, path, found - path);
  const char *separator = "";
  for (const char *place = usual; *place != '\0';) {
    size_t count = strcspn(place, LUA_PATH_SEP);
    if (*place == '/') {
      luaL_addstring(&places, separator);
      luaL_addlstring(&places, place, count);
      separator = LUA_PATH_SEP;
    }
    place += count;
    place += strspn(place, LUA_PATH_SEP);
  }
  luaL_addstring(&places, found + strlen(usual));
  luaL_pushresult(&places);
  lua_setfield(L, -3, field);
  lua_pop(L, 1);
}

void nj_openchunks(lua_State *L) {
  const luaL_Reg functions[] = {{"load", load}, {"loadfile", loadfile}, {"dofile", dofile}, {NULL, NULL}};
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  luaL_setfuncs(L, functions, 0);
  lua_getfield(L, -1, LUA_LOADLIBNAME);
  drop_relative(L, "path", LUA_PATH_DEFAULT);
  drop_relative(L, "cpath", LUA_CPATH_DEFAULT);
  lua_getfield(L, -1, "searchers");
  lua_pushvalue(L, -2);
  lua_getfield(L, -1, "searchpath");
  lua_pushcclosure(L, search, 2);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 3);
  const char *const io[] = {"open", "lines", "input", "output", "popen", NULL};
  const char *const os[] = {"remove", "rename", "execute", NULL};
  const char *const package[] = {"loadlib", "searchpath", NULL};
  check_names_of(L, LUA_IOLIBNAME, io);
  check_names_of(L, LUA_OSLIBNAME, os);
  check_names_of(L, LUA_LOADLIBNAME, package);
}
