// Swift objects as userdata.
#include "Private.h"
#include <string.h>

// What is in a block that holds an object, and nowhere else.
static uintptr_t seal_of(const nj_state *shared, const nj_object *block) { return shared->secret ^ (uintptr_t)block; }

nj_object *nj_newobject(lua_State *L, void *object, void *type, size_t bytes, int user_values) {
  nj_object *block = lua_newuserdatauv(L, sizeof(nj_object), user_values);
  block->seal = seal_of(nj_shared(L), block);
  block->object = object;
  block->type = type;
  block->bytes = bytes;
  lua_rawgetp(L, LUA_REGISTRYINDEX, type);
  lua_setmetatable(L, -2);
  return block;
}

nj_object *nj_toobject(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(nj_object)) return NULL;
  nj_object *block = lua_touserdata(L, index);
  return block->seal == seal_of(nj_shared(L), block) ? block : NULL;
}

void nj_measure_objects(lua_State *L) {
  nj_state *shared = nj_shared(L);
  lua_gc(L, LUA_GCSTOP);
  for (int fields = 0; fields < 2; fields++) {
    char *object = memset(lua_newuserdatauv(L, sizeof(nj_object), fields), 0, sizeof(nj_object));
    shared->objects[fields] = (nj_block){shared->userdata_size, (size_t)(object - (char *)shared->userdata)};
    lua_pop(L, 1);
  }
  lua_gc(L, LUA_GCRESTART);
}

static void release_object(nj_state *shared, nj_object *block) {
  void *object = block->object;
  size_t bytes = block->bytes;
  block->object = NULL;
  block->bytes = 0;
  int saved = shared->in_swift;
  shared->in_swift = 1;
  nightjar_swift_release(shared->runtime, object, bytes);
  shared->in_swift = saved;
}

// Objects have no __gc: Lua would keep those that it found unreachable, call it for each, and free them with its next
// collection only. That the block is freed says the same, at once. What the object does as it goes must leave Lua alone.
//
// A string may be as long and hold any bytes, but not a number that no script knows.
void nj_drop_object(nj_state *shared, void *block, size_t size) {
  for (int fields = 0; fields < 2; fields++) {
    if (size != shared->objects[fields].size) continue;
    nj_object *object = (nj_object *)((char *)block + shared->objects[fields].offset);
    if (object->seal != seal_of(shared, object)) continue;
    // The next value in this block is none.
    object->seal = 0;
    if (object->object != NULL) release_object(shared, object);
    return;
  }
}

// __close. The block stays, empty: a script may still hold it.
static int release(lua_State *L) {
  nj_object *block = nj_toobject(L, 1);
  if (block != NULL && block->object != NULL) release_object(nj_shared(L), block);
  return 0;
}

// __eq: one object pushed twice is equal to itself.
static int equal(lua_State *L) {
  nj_object *a = nj_toobject(L, 1), *b = nj_toobject(L, 2);
  lua_pushboolean(L, a != NULL && b != NULL && a->object != NULL && a->object == b->object);
  return 1;
}

static void set_function(lua_State *L, const char *name, lua_CFunction function) {
  lua_pushstring(L, name);
  lua_pushcfunction(L, function);
  lua_rawset(L, -3);
}

void nj_setmetamethods(lua_State *L) {
  set_function(L, "__close", release);
  set_function(L, "__eq", equal);
  lua_pushstring(L, "__index");
  lua_pushvalue(L, -2);
  lua_rawset(L, -3);
}

// __index of a type with fields: the object's own fields, then the methods (upvalue 1) and their miss.
static int field_index(lua_State *L) {
  if (lua_type(L, 1) == LUA_TUSERDATA && lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  }
  lua_settop(L, 2);
  lua_gettable(L, lua_upvalueindex(1));
  return 1;
}

static int field_newindex(lua_State *L) {
  luaL_argcheck(L, nj_toobject(L, 1) != NULL, 1, "object expected");
  nj_pushfields(L, 1);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  return 0;
}

void nj_setfieldmethods(lua_State *L) {
  lua_pushstring(L, "__index");
  lua_pushvalue(L, -2);
  lua_pushcclosure(L, field_index, 1);
  lua_rawset(L, -3);
  set_function(L, "__newindex", field_newindex);
}

// __index of a type that can be indexed: methods by their names (upvalue 1), anything else by upvalue 2, and where upvalue
// 3 is true other names too.
static int method_or_element(lua_State *L) {
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_settop(L, 2);
    if (!lua_toboolean(L, lua_upvalueindex(3))) {
      lua_gettable(L, lua_upvalueindex(1));
      return 1;
    }
  }
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_insert(L, 1);
  lua_call(L, 2, 1);
  return 1;
}

void nj_setindexing(lua_State *L, int names) {
  lua_pushvalue(L, -2);
  lua_insert(L, -2);
  lua_pushboolean(L, names);
  lua_pushcclosure(L, method_or_element, 3);
  lua_pushliteral(L, "__index");
  lua_insert(L, -2);
  lua_rawset(L, -3);
}

void nj_pushfields(lua_State *L, int index) {
  index = lua_absindex(L, index);
  int type = lua_getiuservalue(L, index, 1);
  if (type != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 4);
  lua_pushvalue(L, -1);
  if (lua_setiuservalue(L, index, 1)) return;
  lua_pop(L, 1);  // the type keeps no fields
  lua_pushnil(L);
}
