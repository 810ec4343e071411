// Files in memory that stay what they were when they were mapped.
//
// A plain mapping changes with its file, and a look behind the end of one that was cut ends the process (SIGBUS), also
// where the pages had been changed here. So a lease is taken on the file (Linux, fcntl's F_SETLEASE): whoever opens it
// for writing, or cuts it, waits until this process has put a copy in the mapping's place, which happens in a signal
// handler, and gone back from the lease. Where the system gives no lease (another user's file, one that is open for
// writing, a network, another system), there is no mapping, and the file is to be read.
#pragma once
#include <stddef.h>

// Maps `size` bytes of an open file, to be read and changed by this process alone, with at least a page of zeros behind
// them. Takes over the descriptor where it succeeds. NULL where there can be no such mapping.
void *nj_map_file(int descriptor, size_t size);

// Ends a mapping and closes its descriptor.
void nj_unmap_file(void *address);
