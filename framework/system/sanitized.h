/* sanitized.h -- whether a sanitizer is compiled in: gcc and clang say it in ways of their own. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SANITIZED_H
#define LHI_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LHI_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define LHI_SANITIZED 1
#endif
#endif
#ifndef LHI_SANITIZED
#define LHI_SANITIZED 0
#endif

#endif
