// SPDX-License-Identifier: Apache-2.0

#include "CRE2.h"

#include <re2/re2.h>

#include <new>

struct cre2_pattern {
    re2::RE2 expression;
};

namespace {

re2::RE2::Options options() {
    re2::RE2::Options options;
    // What is wrong is asked for, not printed to standard error.
    options.set_log_errors(false);
    // Of the compiled expression and of what a search remembers. Beyond it a search only gets slower.
    options.set_max_mem(2 << 20);
    return options;
}

}  // namespace

extern "C" {

cre2_pattern *cre2_new(const char *bytes, size_t count) {
    try {
        return new cre2_pattern{re2::RE2(re2::StringPiece(bytes, count), options())};
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

const char *cre2_error(const cre2_pattern *pattern) { return pattern->expression.error().c_str(); }

int cre2_size(const cre2_pattern *pattern) { return pattern->expression.ProgramSize(); }

int cre2_search(const cre2_pattern *pattern, const char *text, size_t count, size_t *start,
                size_t *end) {
    re2::StringPiece whole(text, count);
    re2::StringPiece match;
    if (!pattern->expression.Match(whole, 0, count, re2::RE2::UNANCHORED, &match, 1)) return 0;
    *start = static_cast<size_t>(match.data() - text);
    *end = *start + match.size();
    return 1;
}

}  // extern "C"
