// What the system told this process when it started it. Swift's own way to the arguments reads /proc, which a bare
// chroot does not have.
#pragma once

// The arguments, the command itself first, NULL after the last; NULL where the C library does not say.
char **nj_arguments(void);

// The path that was given to the system to run the program; NULL where it does not say.
const char *nj_executed_path(void);
