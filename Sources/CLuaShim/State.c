#include "Private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <sys/random.h>
#else
#include <unistd.h>
#endif

static void *allocate(void *data, void *block, size_t old_size, size_t size) {
  nj_state *shared = data;
  if (size == 0 && block != NULL) nj_drop_object(shared, block, old_size);
  void *result = nj_reallocate(&shared->memory, block, old_size, size);
  if (result == NULL && size > 0 && shared->in_swift) {
    fprintf(stderr, "nightjar: out of memory (%zu bytes were wanted for Lua)\n", size);
    abort();
  }
  // Lua says of a new block what it is for.
  if (block == NULL && old_size == LUA_TUSERDATA) {
    shared->userdata = result;
    shared->userdata_size = size;
  }
  return result;  // NULL: Lua collects, tries again, and raises its memory error
}

static int panic(lua_State *L) {
  const char *message = lua_tostring(L, -1);
  fprintf(stderr, "nightjar: unprotected error: %s\n", message ? message : "not a string");
  return 0;  // Lua aborts
}

// Lua's warnings: off until warn("@on"). A message may come in pieces.
static void warning(void *data, const char *message, int continues) {
  static int on = 0, inside = 0;
  (void)data;
  if (!inside && !continues && message[0] == '@') {
    if (strcmp(message, "@on") == 0) on = 1;
    if (strcmp(message, "@off") == 0) on = 0;
    return;
  }
  if (on) fprintf(stderr, "%s%s%s", inside ? "" : "warning: ", message, continues ? "" : "\n");
  inside = continues;
}

lua_State *nj_newstate(void *runtime) {
  nj_state *shared = calloc(1, sizeof(nj_state));
  if (shared == NULL) return NULL;
  shared->runtime = runtime;
  if (getentropy(&shared->secret, sizeof shared->secret) != 0) {
    free(shared);
    return NULL;
  }
  lua_State *L = lua_newstate(allocate, shared);
  if (L == NULL) {
    free(shared);
    return NULL;
  }
  shared->in_swift = 1;
  *(nj_state **)lua_getextraspace(L) = shared;
  lua_atpanic(L, panic);
  lua_setwarnf(L, warning, NULL);
  lua_checkstack(L, NJ_STACK_SLOTS);
  nj_measure_objects(L);
  return L;
}

void nj_close(lua_State *L) {
  nj_state *shared = nj_shared(L);
  lua_close(L);
  nj_free_pages(&shared->memory);
  free(shared);
}

void *nj_runtime(lua_State *L) { return nj_shared(L)->runtime; }

// os.exit: closes the state first, so that finalizers run and files are whole. It does not return.
static int os_exit(lua_State *L) {
  int status = EXIT_SUCCESS;
  if (lua_isboolean(L, 1)) {
    status = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
  } else {
    status = (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
  }
  if (lua_isnone(L, 2) || lua_toboolean(L, 2)) lua_close(L);
  exit(status);
}

static int open_libraries(lua_State *L) {
  luaL_openlibs(L);
  lua_getglobal(L, LUA_OSLIBNAME);
  lua_pushcfunction(L, os_exit);
  lua_setfield(L, -2, "exit");
  lua_pop(L, 1);
  nj_opencoroutine(L);
  nj_openerrors(L);
  nj_openchunks(L);
  return 0;
}

int nj_openlibs(lua_State *L) {
  lua_pushcfunction(L, open_libraries);
  return nj_pcall(L, 0, 0, 0);
}

int nj_registryindex(void) { return LUA_REGISTRYINDEX; }
int nj_multret(void) { return LUA_MULTRET; }
void nj_gc_collect(lua_State *L) { lua_gc(L, LUA_GCCOLLECT); }
void nj_gc_collect_young(lua_State *L) {
  lua_gc(L, LUA_GCGEN, 0, 0);
  lua_gc(L, LUA_GCSTEP, 0);
}
ptrdiff_t nj_gc_bytes(lua_State *L) { return (ptrdiff_t)lua_gc(L, LUA_GCCOUNT) * 1024; }
void nj_pushglobals(lua_State *L) { lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS); }

static void push_registry(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, LUA_REGISTRYINDEX);
}

void nj_pushloaded(lua_State *L) { push_registry(L, LUA_LOADED_TABLE); }
void nj_pushpreload(lua_State *L) { push_registry(L, LUA_PRELOAD_TABLE); }
