// called_functions PROGRAM ARGUMENT...: runs a program and prints the names of its functions that were called, in the
// order in which they lie in it. For setup.sh, which has the linker put these together: what a start needs then lies in
// a few pages, and only these are read and mapped.
//
// Each function's first byte is made a breakpoint, which is taken away when it is hit. Linux on x86-64; the program has
// its symbols, and calls what counts on its first thread.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  uint64_t address;
  const char *name;
  unsigned char first;  // the byte that the breakpoint took the place of
  char called;
} function;

static int by_address(const void *a, const void *b) {
  const function *x = a, *y = b;
  if (x->address != y->address) return x->address < y->address ? -1 : 1;
  return strcmp(x->name, y->name);
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

// All functions of a program, sorted; several may have one address.
static function *functions_of(const char *path, size_t *count, uint64_t *entry) {
  struct stat status;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0) fail(path);
  const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) fail(path);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes;
  const Elf64_Shdr *sections = (const Elf64_Shdr *)(bytes + header->e_shoff);
  function *found = NULL;
  *count = 0;
  *entry = header->e_entry;
  for (int s = 0; s < header->e_shnum; s++) {
    if (sections[s].sh_type != SHT_SYMTAB) continue;
    const Elf64_Sym *symbols = (const Elf64_Sym *)(bytes + sections[s].sh_offset);
    const char *names = bytes + sections[sections[s].sh_link].sh_offset;
    size_t all = sections[s].sh_size / sizeof(Elf64_Sym);
    found = calloc(all + 1, sizeof(function));
    if (found == NULL) fail("memory");
    for (size_t i = 0; i < all; i++) {
      if (ELF64_ST_TYPE(symbols[i].st_info) != STT_FUNC || symbols[i].st_shndx == SHN_UNDEF) continue;
      found[(*count)++] = (function){.address = symbols[i].st_value, .name = names + symbols[i].st_name};
    }
  }
  if (*count > 0) qsort(found, *count, sizeof(function), by_address);
  return found;
}

// How far the program was moved when it was loaded.
static uint64_t displacement(pid_t child, uint64_t entry) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/auxv", child);
  int file = open(path, O_RDONLY);
  Elf64_auxv_t item;
  while (file >= 0 && read(file, &item, sizeof item) == sizeof item) {
    if (item.a_type == AT_ENTRY) {
      close(file);
      return item.a_un.a_val - entry;
    }
  }
  fail("auxv");
  return 0;
}

static void start(char **arguments) {
  personality(ADDR_NO_RANDOMIZE);
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0 || ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(126);
  execv(arguments[0], arguments);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  size_t count;
  uint64_t entry;
  function *functions = functions_of(argv[1], &count, &entry);

  pid_t child = fork();
  if (child == 0) start(argv + 1);
  int status;
  if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status)) fail(argv[1]);
  ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_EXITKILL);

  const uint64_t base = displacement(child, entry);
  const unsigned char breakpoint = 0xCC;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  int memory = open(path, O_RDWR);
  if (memory < 0) fail(path);
  for (size_t i = 0; i < count; i++) {
    off_t place = (off_t)(functions[i].address + base);
    if (i > 0 && functions[i].address == functions[i - 1].address) continue;
    if (pread(memory, &functions[i].first, 1, place) != 1 || pwrite(memory, &breakpoint, 1, place) != 1) fail(path);
  }

  for (int signal = 0;;) {
    if (ptrace(PTRACE_CONT, child, 0, signal) != 0 || waitpid(child, &status, 0) < 0) fail("ptrace");
    if (!WIFSTOPPED(status)) break;
    signal = WSTOPSIG(status);
    if (signal != SIGTRAP) continue;
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, 0, &registers) != 0) fail("ptrace");
    registers.rip--;
    function wanted = {.address = registers.rip - base, .name = ""};
    size_t low = 0, high = count;
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (functions[middle].address < wanted.address) low = middle + 1;
      else high = middle;
    }
    if (low == count || functions[low].address != wanted.address) continue;
    if (pwrite(memory, &functions[low].first, 1, (off_t)registers.rip) != 1) fail(path);
    if (ptrace(PTRACE_SETREGS, child, 0, &registers) != 0) fail("ptrace");
    functions[low].called = 1;
    signal = 0;
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;

  for (size_t i = 0, first = 0; i < count; i++) {
    if (functions[i].address != functions[first].address) first = i;
    if (functions[first].called) puts(functions[i].name);
  }
  return 0;
}
