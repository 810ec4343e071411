#define _GNU_SOURCE
#include "CProcessor.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

int nightjar_processor_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return 4;
    if (__builtin_cpu_supports("x86-64-v3")) return 3;
    return 2;
#else
    return 0;
#endif
}

int nightjar_processor_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

void nightjar_processor_name(char *name, int size) {
    char text[49] = "";
#if defined(__x86_64__)
    unsigned words[12];
    for (unsigned part = 0; part < 3; part++) {
        unsigned *w = words + 4 * part;
        if (!__get_cpuid(0x80000002 + part, w, w + 1, w + 2, w + 3)) return;
    }
    memcpy(text, words, sizeof words);
#elif defined(__APPLE__)
    size_t length = sizeof text - 1;
    if (sysctlbyname("machdep.cpu.brand_string", text, &length, NULL, 0) != 0) return;
#endif
    strncpy(name, text, (size_t)size - 1);
    name[size - 1] = 0;
}

int nightjar_processor_family(void) {
#if defined(__x86_64__)
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return 0;
    unsigned family = eax >> 8 & 15;
    return (int)(family == 15 ? family + (eax >> 20 & 255) : family);
#else
    return 0;
#endif
}
