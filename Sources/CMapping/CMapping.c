#define _GNU_SOURCE
#include "CMapping.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 64 };

struct mapping {
    // The descriptor with the lease; -1 where the place is free or the lease is gone.
    atomic_int leased;
    int descriptor;
    // NULL where the place is free.
    _Atomic(char *) address;
    size_t size;
    // With the page behind.
    size_t reserved;
};

static struct mapping mappings[MOST];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Handlers that run at the moment: nothing they may look at is taken away.
static atomic_int running;
static int signal_number;
static struct sigaction segv_before;

// Puts a copy in the place of a file's pages, at once for all threads. Those that write meanwhile wait, in `wait_for_copy`.
static int detach(struct mapping *mapping) {
    char *address = atomic_load(&mapping->address);
    char *copy = mmap(NULL, mapping->reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return 0;
    if (mprotect(address, mapping->reserved, PROT_READ) == 0) {
        memcpy(copy, address, mapping->size);
        if (mremap(copy, mapping->reserved, mapping->reserved, MREMAP_MAYMOVE | MREMAP_FIXED, address) != MAP_FAILED) return 1;
        mprotect(address, mapping->reserved, PROT_READ | PROT_WRITE);
    }
    munmap(copy, mapping->reserved);
    return 0;
}

// Somebody wants to change a file. Everything called here may be called in a handler.
static void give_up_lease(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    int code = errno;
    atomic_fetch_add(&running, 1);
    for (int i = 0; i < MOST; i++) {
        int descriptor = atomic_load(&mappings[i].leased);
        if (descriptor < 0 || info->si_fd != descriptor) continue;
        // Without memory for a copy, whoever waits goes on waiting, as long as the system has them wait.
        if (!detach(&mappings[i])) continue;
        atomic_store(&mappings[i].leased, -1);
        fcntl(descriptor, F_SETLEASE, F_UNLCK);
    }
    atomic_fetch_sub(&running, 1);
    errno = code;
}

// A write to pages that are being copied is tried again; anything else is for whoever was asked before.
static void wait_for_copy(int number, siginfo_t *info, void *context) {
    int code = errno;
    for (int i = 0; i < MOST; i++) {
        char *start = atomic_load(&mappings[i].address);
        if (!start || (char *)info->si_addr < start || (char *)info->si_addr >= start + mappings[i].reserved) continue;
        sched_yield();
        errno = code;
        return;
    }
    if (segv_before.sa_flags & SA_SIGINFO) {
        segv_before.sa_sigaction(number, info, context);
    } else if (segv_before.sa_handler != SIG_DFL && segv_before.sa_handler != SIG_IGN) {
        segv_before.sa_handler(number);
    } else {
        // Happens again at once, and ends the process.
        sigaction(SIGSEGV, &segv_before, NULL);
    }
}

// Called with the lock held.
static int prepare(void) {
    if (signal_number > 0) return 1;
    for (int i = 0; i < MOST; i++) atomic_store(&mappings[i].leased, -1);
    // A signal that nobody has a handler for.
    for (int number = SIGRTMAX - 1; number > SIGRTMIN; number--) {
        struct sigaction present;
        if (sigaction(number, NULL, &present) != 0 || present.sa_handler != SIG_DFL) continue;
        struct sigaction own = {.sa_sigaction = give_up_lease, .sa_flags = SA_SIGINFO | SA_RESTART};
        struct sigaction retry = {.sa_sigaction = wait_for_copy, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigfillset(&own.sa_mask);
        if (sigaction(SIGSEGV, NULL, &segv_before) != 0 || sigaction(SIGSEGV, &retry, NULL) != 0) return 0;
        if (sigaction(number, &own, NULL) != 0) return 0;
        signal_number = number;
        return 1;
    }
    return 0;
}

static int is_still(int descriptor, size_t size) {
    struct stat info;
    return fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && (size_t)info.st_size == size;
}

// Takes a mapping out of the handlers' sight.
static void forget(struct mapping *place) {
    atomic_store(&place->leased, -1);
    while (atomic_load(&running) > 0) sched_yield();
    atomic_store(&place->address, NULL);
}

void *nj_map_file(int descriptor, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size == 0 || size > SIZE_MAX / 2) return NULL;
    size_t whole = (size + page - 1) / page * page, reserved = whole + page;
    pthread_mutex_lock(&lock);
    struct mapping *place = NULL;
    if (prepare())
        for (int i = 0; i < MOST && !place; i++)
            if (!atomic_load(&mappings[i].address)) place = &mappings[i];
    char *address = place ? mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
    if (address == MAP_FAILED) {
        pthread_mutex_unlock(&lock);
        return NULL;
    }
    int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
    if (mmap(address, whole, PROT_READ | PROT_WRITE, flags, descriptor, 0) != MAP_FAILED) {
        place->descriptor = descriptor;
        place->size = size;
        place->reserved = reserved;
        atomic_store(&place->address, address);
        atomic_store(&place->leased, descriptor);
        if (fcntl(descriptor, F_SETSIG, signal_number) == 0 && fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
            // From here on nobody changes the file unnoticed; before, somebody may have.
            if (is_still(descriptor, size)) {
                pthread_mutex_unlock(&lock);
                return address;
            }
            fcntl(descriptor, F_SETLEASE, F_UNLCK);
        }
        forget(place);
    }
    munmap(address, reserved);
    pthread_mutex_unlock(&lock);
    return NULL;
}

void nj_unmap_file(void *address) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST; i++) {
        if (atomic_load(&mappings[i].address) != address) continue;
        forget(&mappings[i]);
        munmap(address, mappings[i].reserved);
        close(mappings[i].descriptor);
        break;
    }
    pthread_mutex_unlock(&lock);
}

#else

void *nj_map_file(int descriptor, size_t size) {
    (void)descriptor;
    (void)size;
    return NULL;
}

void nj_unmap_file(void *address) { (void)address; }

#endif
