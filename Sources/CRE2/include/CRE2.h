// SPDX-License-Identifier: Apache-2.0
//
// RE2 for Swift: regular expressions whose time grows with the text and never with its square. Plain
// types only; no exception leaves it.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// A compiled regular expression, good or bad.
struct cre2_pattern;

// Compiles `count` bytes of UTF-8; NULL where there is no memory. To be freed.
struct cre2_pattern *_Nullable cre2_new(const char *_Nullable bytes, size_t count);
void cre2_free(struct cre2_pattern *_Nonnull pattern);

// What is wrong with it; an empty text where it is good. It lives as long as the pattern.
const char *_Nonnull cre2_error(const struct cre2_pattern *_Nonnull pattern);

// How large it is compiled: the time for a byte of text grows with it, at worst.
int cre2_size(const struct cre2_pattern *_Nonnull pattern);

// Whether it matches somewhere in `count` bytes of `text`; the first match is from `*start` to
// `*end`. Bytes that are no UTF-8 match nothing.
int cre2_search(const struct cre2_pattern *_Nonnull pattern, const char *_Nullable text, size_t count,
                size_t *_Nonnull start, size_t *_Nonnull end);

#ifdef __cplusplus
}
#endif
