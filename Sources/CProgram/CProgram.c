#include "CProgram.h"

#include <stddef.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

static char **arguments;

// glibc and macOS give constructors what main gets; others may not.
#if defined(__GLIBC__) || defined(__APPLE__)
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
  if (argc > 0) arguments = argv;
}
#endif

char **nj_arguments(void) { return arguments; }

const char *nj_executed_path(void) {
#if defined(__linux__)
  return (const char *)getauxval(AT_EXECFN);
#else
  return NULL;
#endif
}
