// SPDX-License-Identifier: Apache-2.0
//
// libcurl, and doors of one type each to its functions with variable arguments, which Swift can't
// call.
#pragma once

#include <curl/curl.h>

static inline CURLcode ccurl_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies the text.
static inline CURLcode ccurl_set_string(CURL *_Nonnull easy, CURLoption option,
                                        const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl keeps the pointer.
static inline CURLcode ccurl_set_pointer(CURL *_Nonnull easy, CURLoption option,
                                         void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies CURLOPT_POSTFIELDSIZE_LARGE bytes; set the size first.
static inline CURLcode ccurl_copy_body(CURL *_Nonnull easy, const void *_Nonnull body) {
    return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
}

// The list stays the caller's and must outlive the handle.
static inline CURLcode ccurl_set_headers(CURL *_Nonnull easy, struct curl_slist *_Nullable list) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

static inline CURLcode ccurl_on_body(CURL *_Nonnull easy, curl_write_callback _Nonnull function,
                                     void *_Nonnull context) {
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
}

static inline CURLcode ccurl_on_head(CURL *_Nonnull easy, curl_write_callback _Nonnull function,
                                     void *_Nonnull context) {
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, function);
}

static inline CURLcode ccurl_on_open_socket(CURL *_Nonnull easy,
                                            curl_opensocket_callback _Nonnull function,
                                            void *_Nonnull context) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

static inline CURLcode ccurl_on_request(CURL *_Nonnull easy,
                                        curl_prereq_callback _Nonnull function,
                                        void *_Nonnull context) {
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

static inline CURLcode ccurl_get_long(CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_offset(CURL *_Nonnull easy, CURLINFO info,
                                        curl_off_t *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

// The text is libcurl's and valid until the handle is used again.
static inline CURLcode ccurl_get_string(CURL *_Nonnull easy, CURLINFO info,
                                        const char *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option,
                                             long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_on_socket(CURLM *_Nonnull multi,
                                              curl_socket_callback _Nullable function,
                                              void *_Nullable context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}

static inline CURLMcode ccurl_multi_on_timer(CURLM *_Nonnull multi,
                                             curl_multi_timer_callback _Nullable function,
                                             void *_Nullable context) {
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}
