#pragma once
#include <stddef.h>
#include <stdint.h>

// libcurl, opened at run time: neither the build nor a run that touches no network needs it.
// Only calls that exist since libcurl 7.32 (2013) are used.

/// Opens the library of that name and finds the calls below. Returns NULL when they can be used from now on,
/// otherwise the reason (a static text). Not safe to call from two threads at once.
const char *ccurl_open(const char *name);

/// The open library's own description of itself: "libcurl/7.88.1 OpenSSL/3.0.19 ...".
const char *ccurl_version(void);

/// A request. NULL where memory is gone.
void *ccurl_new(void);
void ccurl_free(void *handle);
/// Takes every setting back; open connections stay with the handle for its next request.
void ccurl_reset(void *handle);

/// Does the request; blocks. A SIGPIPE that arises on the way is swallowed.
int32_t ccurl_perform(void *handle);

/// The words for a result code.
const char *ccurl_error(int32_t code);

int32_t ccurl_set_text(void *handle, int32_t option, const char *value);
int32_t ccurl_set_long(void *handle, int32_t option, long value);
int32_t ccurl_set_size(void *handle, int32_t option, int64_t value);

/// A buffer of CCURL_ERROR_SIZE bytes that must outlive the handle.
int32_t ccurl_set_error_buffer(void *handle, char *buffer);

/// Called with size * count bytes that came (or to be filled, for `read`); answers how many were taken (or put).
typedef size_t (*ccurl_bytes_function)(char *bytes, size_t size, size_t count, void *context);
/// Called about once a second and more often while bytes flow. Anything but 0 stops the request.
typedef int (*ccurl_progress_function)(
    void *context, int64_t download_total, int64_t downloaded, int64_t upload_total, int64_t uploaded);
/// Called to go back to a place in the body. 0 when done.
typedef int (*ccurl_seek_function)(void *context, int64_t offset, int origin);

int32_t ccurl_on_write(void *handle, ccurl_bytes_function function, void *context);
int32_t ccurl_on_header(void *handle, ccurl_bytes_function function, void *context);
int32_t ccurl_on_read(void *handle, ccurl_bytes_function function, void *context);
int32_t ccurl_on_seek(void *handle, ccurl_seek_function function, void *context);
int32_t ccurl_on_progress(void *handle, ccurl_progress_function function, void *context);

/// Header lines. `append` answers the new list, or NULL where memory is gone (the old one stays valid).
/// The list must outlive the request.
void *ccurl_list_append(void *list, const char *line);
void ccurl_list_free(void *list);
int32_t ccurl_set_headers(void *handle, void *list);

/// A number that the handle knows after `perform`; 0 where it does not.
long ccurl_info_long(void *handle, int32_t info);

// The numbers of curl/curl.h, which never change.
static const int32_t CCURL_URL = 10002;
static const int32_t CCURL_PROXY = 10004;
static const int32_t CCURL_CUSTOM_REQUEST = 10036;
static const int32_t CCURL_CA_INFO = 10065;
static const int32_t CCURL_NO_PROXY = 10177;
static const int32_t CCURL_USER_AGENT = 10018;
static const int32_t CCURL_NO_PROGRESS = 43;
static const int32_t CCURL_NO_BODY = 44;
static const int32_t CCURL_UPLOAD = 46;
static const int32_t CCURL_FOLLOW_LOCATION = 52;
static const int32_t CCURL_SSL_VERIFY_PEER = 64;
static const int32_t CCURL_SSL_VERIFY_HOST = 81;
static const int32_t CCURL_HTTP_VERSION = 84;
static const int32_t CCURL_NO_SIGNAL = 99;
static const int32_t CCURL_CONNECT_TIMEOUT_MS = 156;
static const int32_t CCURL_PROTOCOLS = 181;
static const int32_t CCURL_HEADER_OPT = 229;
static const int32_t CCURL_SUPPRESS_CONNECT_HEADERS = 265;
static const int32_t CCURL_IN_FILE_SIZE = 30115;
static const int32_t CCURL_INFO_OS_ERRNO = 0x200000 + 25;

static const int32_t CCURL_ERROR_SIZE = 256;
static const long CCURL_HTTP_1_1 = 2;
static const long CCURL_PROTOCOLS_HTTP_HTTPS = 1 | 2;
static const long CCURL_HEADERS_SEPARATE = 1;
static const size_t CCURL_READ_ABORT = 0x10000000;
