#define _GNU_SOURCE
#include "CProcessor.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__GLIBC__)
#include <sys/platform/x86.h>
#endif
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#if defined(__x86_64__) && defined(__GLIBC__)
// What the C library found when it started the process: a virtual machine takes microseconds to say it again.
int nightjar_processor_level(void) {
    const int v3 = CPU_FEATURE_ACTIVE(AVX) && CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) &&
                   CPU_FEATURE_ACTIVE(BMI2) && CPU_FEATURE_ACTIVE(F16C) && CPU_FEATURE_ACTIVE(FMA) &&
                   CPU_FEATURE_ACTIVE(LZCNT) && CPU_FEATURE_ACTIVE(MOVBE);
    const int v4 = CPU_FEATURE_ACTIVE(AVX512F) && CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512CD) &&
                   CPU_FEATURE_ACTIVE(AVX512DQ) && CPU_FEATURE_ACTIVE(AVX512VL);
    return v3 ? v4 ? 4 : 3 : 2;
}
#elif defined(__x86_64__)
int nightjar_processor_level(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return 4;
    if (__builtin_cpu_supports("x86-64-v3")) return 3;
    return 2;
}
#else
int nightjar_processor_level(void) { return 0; }
#endif

static int read_numbers(const char *folder, const char *name, long long *first, long long *second) {
    char path[256];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    int found = fscanf(file, "%lld %lld", first, second);
    fclose(file);
    return found;
}

int nightjar_processor_quota(const char *folder) {
    long long quota = 0, period = 0, unused;
    if (read_numbers(folder, "cpu.max", &quota, &period) != 2 &&
        (read_numbers(folder, "cpu/cpu.cfs_quota_us", &quota, &unused) != 1 ||
         read_numbers(folder, "cpu/cpu.cfs_period_us", &period, &unused) != 1))
        return 0;
    if (quota <= 0 || period <= 0 || quota / period >= 1 << 16) return 0;
    return (int)((quota + period - 1) / period);
}

int nightjar_processor_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        int count = CPU_COUNT(&set), quota = nightjar_processor_quota("/sys/fs/cgroup");
        return quota > 0 && quota < count ? quota : count;
    }
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
