// Ctrl-C, and SIGTERM. A signal handler may do little: it sets a flag and the debug hook of the coroutine that runs, as the
// lua command does. Hooks belong to one coroutine each, so resume and wrap are remade here to keep track of
// which one runs and to hand an interrupt on to their caller.
#include "Private.h"
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static const char marker = 0;
static volatile sig_atomic_t requested = 0;
static volatile sig_atomic_t terminating = 0;
static lua_State *volatile running = NULL;  // of the state that takes signals

int nj_interrupted(void) { return requested; }

int nj_raise_interrupt(lua_State *L) {
  nj_pushinterrupt(L);
  return lua_error(L);
}

void nj_pushinterrupt(lua_State *L) { lua_pushlightuserdata(L, (void *)&marker); }

int nj_isinterrupt(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == (void *)&marker;
}

// The hook stays: a pcall in a loop would otherwise catch the interrupt and go on.
static void stop(lua_State *L, lua_Debug *event) {
  (void)event;
  if (requested) {
    nj_raise_interrupt(L);
  } else {
    lua_sethook(L, NULL, 0, 0);
  }
}

void nj_interrupt(void) {
  requested = 1;
  lua_State *L = running;
  if (L != NULL) lua_sethook(L, stop, LUA_MASKCOUNT, 1);
}

void nj_clear_interrupt(lua_State *L) {
  requested = 0;
  lua_sethook(L, NULL, 0, 0);
}

int nj_terminating(void) { return terminating; }

static void on_interrupt(int signal) {
  if (signal == SIGTERM) terminating = 1;
  nj_interrupt();
}

// A reader of our output that went away ends us without a word; a peer of a socket that went away does not.
static void on_pipe(int signal) {
  (void)signal;
  struct pollfd outputs[2] = {{STDOUT_FILENO, 0, 0}, {STDERR_FILENO, 0, 0}};
  if (poll(outputs, 2, 0) > 0 && ((outputs[0].revents | outputs[1].revents) & POLLERR)) _exit(128 + SIGPIPE);
}

void nj_install_signals(lua_State *L) {
  running = L;
  requested = 0;
  struct sigaction action, old;
  sigemptyset(&action.sa_mask);
  action.sa_handler = on_interrupt;
  // Without SA_RESTART: a script that waits for input is stopped too. The second signal finds the default.
  action.sa_flags = (int)SA_RESETHAND;
  if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL);
  if (sigaction(SIGTERM, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, NULL);
  action.sa_handler = on_pipe;
  action.sa_flags = 0;
  if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(SIGPIPE, &action, NULL);
}

void nj_remove_signals(void) {
  running = NULL;
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
}

// MARK: Coroutines

// Resumes with the `arguments` values on top of L's stack. Returns the number of results, moved to L, or -1
// with the error value on L.
static int resume(lua_State *L, lua_State *co, int arguments) {
  if (!lua_checkstack(co, arguments)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, arguments);
  lua_State *before = running;
  if (before == L) running = co;
  int results = 0;
  int status = lua_resume(co, L, arguments, &results);
  running = before;
  if (requested && before == L) return nj_raise_interrupt(L);
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  if (!lua_checkstack(L, results + 1)) {
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, results);
  return results;
}

static int coroutine_resume(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  int results = resume(L, co, lua_gettop(L) - 1);
  if (results < 0) {
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
  }
  lua_pushboolean(L, 1);
  lua_insert(L, -(results + 1));
  return results + 1;
}

static int wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int results = resume(L, co, lua_gettop(L));
  if (results >= 0) return results;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {  // died of an error: run its pending __close
    status = lua_resetthread(co);
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int coroutine_create(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_checkstack(co, NJ_STACK_SLOTS);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

static int coroutine_wrap(lua_State *L) {
  coroutine_create(L);
  lua_pushcclosure(L, wrapped, 1);
  return 1;
}

void nj_opencoroutine(lua_State *L) {
  lua_getglobal(L, LUA_COLIBNAME);
  lua_pushcfunction(L, coroutine_create);
  lua_setfield(L, -2, "create");
  lua_pushcfunction(L, coroutine_resume);
  lua_setfield(L, -2, "resume");
  lua_pushcfunction(L, coroutine_wrap);
  lua_setfield(L, -2, "wrap");
  lua_pop(L, 1);
}
