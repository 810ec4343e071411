#pragma once

/// The highest x86-64 level (2, 3 or 4) of this processor and operating system; 0 on other architectures.
int nightjar_processor_level(void);

/// How many processors this process may run on, at least 1: no more than a container's quota is worth.
int nightjar_processor_count(void);

/// The time that a container's processes get, in processors, rounded up; 0 where there is no limit. The folder is that of
/// its control group: with `cpu.max`, or `cpu/cpu.cfs_quota_us` and `cpu/cpu.cfs_period_us`.
int nightjar_processor_quota(const char *folder);

/// Writes what the processor calls itself, at most `size` bytes with the 0 at its end; nothing where it does not say.
void nightjar_processor_name(char *name, int size);

/// The family by which its maker tells generations apart (25 is AMD's Zen 3 and 4, 26 Zen 5); 0 where there is none.
int nightjar_processor_family(void);

/// Tells the processor that this is a loop that waits.
static inline void nightjar_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
