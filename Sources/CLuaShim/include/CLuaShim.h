// What Swift cannot say of Lua's C API: macros, variadic functions, and everything that may raise.
//
// `lua_error` is a longjmp, and jumping over a Swift frame is undefined. So Swift calls either functions of
// the API that never raise, or the protected forms below; and a Swift function that fails returns a code, upon
// which the C frame here, Swift's frame being gone, raises the error.
#pragma once

#include <stddef.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

// MARK: State

/// Makes a state whose allocator ends the process on exhaustion while Swift code runs (a memory error would
/// jump over it) and raises Lua's usual memory error while only Lua's own code runs.
/// `runtime` is Swift's object for the state; every coroutine finds it.
lua_State *nj_newstate(void *runtime);
/// Closes the state and frees what nj_newstate allocated.
void nj_close(lua_State *L);
/// Swift's object for the state.
void *nj_runtime(lua_State *L);
/// Opens the standard libraries, with `coroutine.resume` and `wrap` that an interrupt reaches. Protected.
int nj_openlibs(lua_State *L);

/// Whether a chunk's bytes are a precompiled one.
int nj_isbinary(const char *source, size_t count);

// MARK: Macros and variadics

int nj_registryindex(void);
int nj_multret(void);
void nj_gc_collect(lua_State *L);
void nj_gc_collect_young(lua_State *L);
/// The size of the heap in bytes, not counting what is behind objects.
ptrdiff_t nj_gc_bytes(lua_State *L);
void nj_pushglobals(lua_State *L);
/// Pushes registry[package.loaded] or package.preload; pushes nil where it is no table.
void nj_pushloaded(lua_State *L);
void nj_pushpreload(lua_State *L);

// MARK: Functions written in Swift

/// Swift returned an error value on the stack: it is raised.
#define NJ_RAISE (-1)

/// Pushes a function whose Swift object outlives the state's last call.
void nj_pushfunction(lua_State *L, void *callable);
/// Pushes a function that owns its Swift object and releases it when collected.
void nj_pushclosure(lua_State *L, void *callable);

// MARK: Objects

/// A Swift object as Lua sees it. `seal` tells these blocks from other modules' userdata; it is the block and
/// not the metatable that is checked, since a script can put any metatable on any userdata (debug.setmetatable)
/// but cannot write into a block.
typedef struct {
  uintptr_t seal;
  void *object;  // retained until the block is freed; NULL after release
  void *type;    // Swift's LuaType, kept alive by the runtime
  size_t bytes;  // as reported to the collector
} nj_object;

/// Pushes a new userdata for an object; the metatable is registry[type]. Never raises but for memory.
nj_object *nj_newobject(lua_State *L, void *object, void *type, size_t bytes, int user_values);
/// The block at an index, NULL where something else is there.
nj_object *nj_toobject(lua_State *L, int index);
/// Puts __close and __eq into the metatable on top of the stack; __index is the table itself.
void nj_setmetamethods(lua_State *L);
/// Makes the type of the metatable on top of the stack keep fields: __index and __newindex reach a table that
/// belongs to the object, after the methods.
void nj_setfieldmethods(lua_State *L);
/// Pops a function, which is called with the object and the key where an object of the metatable beneath it is
/// indexed by anything but a string; strings find methods. Where `names` is true, it is called for strings that are no
/// methods too.
void nj_setindexing(lua_State *L, int names);
/// Pushes the table of an object's own fields, made on first use; nil where its type keeps none.
void nj_pushfields(lua_State *L, int index);

// MARK: Errors

/// Says which type error values have.
void nj_seterrortype(lua_State *L, void *type);
/// Pushes string[key], for the key at an index, as a method of errors: it works on their text.
/// 0, and nothing is pushed, where `string` has no such function.
int nj_pushstringmethod(lua_State *L, int key);

// MARK: Protected operations

/// As lua_pcall, with Lua's memory errors permitted inside. With `trace`, a traceback is kept for nj_pushtrace.
int nj_pcall(lua_State *L, int arguments, int results, int trace);
/// Pushes the traceback of the last error that nj_pcall caught with `trace`, and the error value itself.
void nj_pushtrace(lua_State *L);
void nj_pusherror(lua_State *L);
/// Says that the value nj_pusherror gives is about to be raised again: its traceback is kept.
void nj_rethrowing(lua_State *L);

// Each takes its operands from the top of the stack, leaves the result there (or the error value), and
// returns LUA_OK or an error's code.
int nj_get(lua_State *L);      // table key -> value
int nj_set(lua_State *L);      // table key value ->
int nj_length(lua_State *L);   // value -> length
int nj_tostring(lua_State *L); // value -> string
int nj_compare(lua_State *L, int operation);  // a b -> boolean; LUA_OPEQ, LUA_OPLT, LUA_OPLE
int nj_require(lua_State *L);  // name -> module

// MARK: Standard streams, shared with Lua's print

/// Writes to standard output (or standard error) and flushes. 0 where that failed.
int nj_write(const char *text, size_t count, int to_error);
/// Flushes everything. 0 where that failed.
int nj_flush(void);
/// Lets each line of standard output go as it ends, in a pipe too.
void nj_buffer_lines(void);

// MARK: Interrupts

/// Whether an interrupt was asked for and not yet cleared.
int nj_interrupted(void);
void nj_interrupt(void);
void nj_clear_interrupt(lua_State *L);
/// Whether SIGTERM was what asked for one, ever.
int nj_terminating(void);
/// Takes SIGINT and SIGTERM (the first stops the script that runs in `L`, the second ends the process) and SIGPIPE
/// (ends the process quietly where standard output or standard error is what broke).
void nj_install_signals(lua_State *L);
void nj_remove_signals(void);
/// Pushes what an interrupt raises.
void nj_pushinterrupt(lua_State *L);
/// Whether the value at an index is that.
int nj_isinterrupt(lua_State *L, int index);
