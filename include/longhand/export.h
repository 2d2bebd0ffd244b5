/* export.h -- marks the functions that leave the library; everything else is hidden. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_EXPORT_H
#define LH_EXPORT_H

#if defined(__GNUC__)
#define LH_API __attribute__((visibility("default")))
#define LH_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define LH_MUST_USE __attribute__((warn_unused_result))
#else
#define LH_API
#define LH_PRINTF(text, first)
#define LH_MUST_USE
#endif

#endif
