#include "Private.h"
#include <stdio.h>

int nj_write(const char *text, size_t count, int to_error) {
  FILE *stream = to_error ? stderr : stdout;
  return fwrite(text, 1, count, stream) == count && fflush(stream) == 0;
}

int nj_flush(void) { return fflush(NULL) == 0; }
void nj_buffer_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
