#pragma once

/// The highest x86-64 level (2, 3 or 4) of this processor and operating system; 0 on other architectures.
int nightjar_processor_level(void);

/// How many processors this process may run on, at least 1.
int nightjar_processor_count(void);

/// Tells the processor that this is a loop that waits.
static inline void nightjar_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
