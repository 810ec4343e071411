#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

// The calls of the open library. Filled once, before the first request.
static struct {
    int (*global_init)(long);
    void *(*easy_init)(void);
    void (*easy_cleanup)(void *);
    void (*easy_reset)(void *);
    int (*easy_perform)(void *);
    int (*easy_setopt)(void *, int, ...);
    int (*easy_getinfo)(void *, int, ...);
    const char *(*easy_strerror)(int);
    void *(*slist_append)(void *, const char *);
    void (*slist_free_all)(void *);
    char *(*version)(void);
} curl;

enum {
    option_write_data = 10001,
    option_read_data = 10009,
    option_error_buffer = 10010,
    option_write_function = 20011,
    option_read_function = 20012,
    option_headers = 10023,
    option_header_data = 10029,
    option_progress_data = 10057,
    option_header_function = 20079,
    option_seek_function = 20167,
    option_seek_data = 10168,
    option_progress_function = 20219,
    global_all = 3,
};

const char *ccurl_open(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return "it cannot be opened";
    struct {
        const char *name;
        void **place;
    } calls[] = {
        {"curl_global_init", (void **)&curl.global_init},
        {"curl_easy_init", (void **)&curl.easy_init},
        {"curl_easy_cleanup", (void **)&curl.easy_cleanup},
        {"curl_easy_reset", (void **)&curl.easy_reset},
        {"curl_easy_perform", (void **)&curl.easy_perform},
        {"curl_easy_setopt", (void **)&curl.easy_setopt},
        {"curl_easy_getinfo", (void **)&curl.easy_getinfo},
        {"curl_easy_strerror", (void **)&curl.easy_strerror},
        {"curl_slist_append", (void **)&curl.slist_append},
        {"curl_slist_free_all", (void **)&curl.slist_free_all},
        {"curl_version", (void **)&curl.version},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        *calls[i].place = dlsym(library, calls[i].name);
        if (!*calls[i].place) {
            dlclose(library);
            return "it lacks calls that libcurl has";
        }
    }
    // Stays open to the end of the process: TLS libraries do not survive being unloaded.
    return curl.global_init(global_all) == 0 ? NULL : "it cannot be initialised";
}

const char *ccurl_version(void) { return curl.version(); }
void *ccurl_new(void) { return curl.easy_init(); }
void ccurl_free(void *handle) { curl.easy_cleanup(handle); }
void ccurl_reset(void *handle) { curl.easy_reset(handle); }
const char *ccurl_error(int32_t code) { return curl.easy_strerror(code); }

int32_t ccurl_perform(void *handle) {
    // libcurl is told to leave signals alone, so a TLS library that writes to a closed socket could end the
    // process. The signal is held back for this thread and one that arose here is taken away.
    sigset_t pipe_set, before, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
    int code = curl.easy_perform(handle);
    sigpending(&pending);
    if (!was_pending && sigismember(&pending, SIGPIPE) == 1) {
        int signal_number;
        sigwait(&pipe_set, &signal_number);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

int32_t ccurl_set_text(void *handle, int32_t option, const char *value) {
    return curl.easy_setopt(handle, option, value);
}
int32_t ccurl_set_long(void *handle, int32_t option, long value) { return curl.easy_setopt(handle, option, value); }
int32_t ccurl_set_size(void *handle, int32_t option, int64_t value) {
    return curl.easy_setopt(handle, option, value);
}
int32_t ccurl_set_error_buffer(void *handle, char *buffer) {
    return curl.easy_setopt(handle, option_error_buffer, buffer);
}

static int32_t set_function(void *handle, int function_option, void (*function)(void), int data_option, void *context) {
    int code = curl.easy_setopt(handle, data_option, context);
    return code ? code : curl.easy_setopt(handle, function_option, function);
}

int32_t ccurl_on_write(void *handle, ccurl_bytes_function function, void *context) {
    return set_function(handle, option_write_function, (void (*)(void))function, option_write_data, context);
}
int32_t ccurl_on_header(void *handle, ccurl_bytes_function function, void *context) {
    return set_function(handle, option_header_function, (void (*)(void))function, option_header_data, context);
}
int32_t ccurl_on_read(void *handle, ccurl_bytes_function function, void *context) {
    return set_function(handle, option_read_function, (void (*)(void))function, option_read_data, context);
}
int32_t ccurl_on_seek(void *handle, ccurl_seek_function function, void *context) {
    return set_function(handle, option_seek_function, (void (*)(void))function, option_seek_data, context);
}
int32_t ccurl_on_progress(void *handle, ccurl_progress_function function, void *context) {
    return set_function(handle, option_progress_function, (void (*)(void))function, option_progress_data, context);
}

void *ccurl_list_append(void *list, const char *line) { return curl.slist_append(list, line); }
void ccurl_list_free(void *list) { curl.slist_free_all(list); }
int32_t ccurl_set_headers(void *handle, void *list) { return curl.easy_setopt(handle, option_headers, list); }

long ccurl_info_long(void *handle, int32_t info) {
    long value = 0;
    return curl.easy_getinfo(handle, info, &value) == 0 ? value : 0;
}
