/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the compiler has put into this build. Some tests look at things that the
 * instrumentation does itself; they say so with "# SKIP" and run in the plain
 * build.
 */
#ifndef SANITIZERS_H
#define SANITIZERS_H

#ifdef __has_feature
#define SANITIZER_FEATURE(name)	__has_feature(name)
#else
#define SANITIZER_FEATURE(name)	0
#endif

#if defined(__SANITIZE_ADDRESS__) || SANITIZER_FEATURE(address_sanitizer)
#define HAS_ADDRESS_SANITIZER	1
#else
#define HAS_ADDRESS_SANITIZER	0
#endif

/*
 * It does not release the locks of its allocator in a forked child: if another
 * thread of the parent allocated at that moment, threads of the child that
 * allocate stop for ever.
 */
#if defined(__SANITIZE_THREAD__) || SANITIZER_FEATURE(thread_sanitizer)
#define HAS_THREAD_SANITIZER	1
#else
#define HAS_THREAD_SANITIZER	0
#endif

#endif /* SANITIZERS_H */
