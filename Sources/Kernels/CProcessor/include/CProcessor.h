#pragma once

/// The highest x86-64 level (2, 3 or 4) of this processor and operating system; 0 on other architectures.
int nightjar_processor_level(void);
