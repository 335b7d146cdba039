/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The system's zlib. It is looked up by its name and through a handle of its
 * own, never by symbol search: there this library, or another one that was
 * preloaded, would be found in its place.
 */
#ifndef WDZ_REAL_H
#define WDZ_REAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The calls have to be seen from outside wherever they are defined. */
#pragma GCC visibility push(default)
#include <zlib.h>
#pragma GCC visibility pop

/* A macro in zlib.h, and a function as well. */
#undef gzgetc

/*
 * Calls with nothing to decide: F(type, name, parameters, arguments, answer if
 * the system's zlib is older and has no such call).
 */
#define WDZ_PASSED(F) \
	F(const char *, zlibVersion, (void), (), ZLIB_VERSION) \
	F(uLong, zlibCompileFlags, (void), (), 0) \
	F(const char *, zError, (int err), (err), "") \
	F(uLong, compressBound, (uLong len), (len), 0) \
	F(int, inflateBack, (z_streamp strm, in_func in, void *in_desc, \
			     out_func out, void *out_desc), \
	  (strm, in, in_desc, out, out_desc), Z_STREAM_ERROR) \
	F(int, inflateBackEnd, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateBackInit_, (z_streamp strm, int bits, \
				  unsigned char *window, const char *version, \
				  int size), \
	  (strm, bits, window, version, size), Z_VERSION_ERROR) \
	F(uLong, adler32, (uLong check, const Bytef *buf, uInt len), \
	  (check, buf, len), 0) \
	F(uLong, adler32_z, (uLong check, const Bytef *buf, z_size_t len), \
	  (check, buf, len), 0) \
	F(uLong, adler32_combine, (uLong a, uLong b, z_off_t len), \
	  (a, b, len), 0xffffffff) \
	F(uLong, adler32_combine64, (uLong a, uLong b, z_off64_t len), \
	  (a, b, len), 0xffffffff) \
	F(uLong, crc32, (uLong check, const Bytef *buf, uInt len), \
	  (check, buf, len), 0) \
	F(uLong, crc32_z, (uLong check, const Bytef *buf, z_size_t len), \
	  (check, buf, len), 0) \
	F(uLong, crc32_combine, (uLong a, uLong b, z_off_t len), \
	  (a, b, len), 0) \
	F(uLong, crc32_combine64, (uLong a, uLong b, z_off64_t len), \
	  (a, b, len), 0) \
	F(uLong, crc32_combine_gen, (z_off_t len), (len), 0) \
	F(uLong, crc32_combine_gen64, (z_off64_t len), (len), 0) \
	F(uLong, crc32_combine_op, (uLong a, uLong b, uLong op), \
	  (a, b, op), 0) \
	F(const z_crc_t *, get_crc_table, (void), (), NULL) \
	F(gzFile, gzopen, (const char *path, const char *mode), \
	  (path, mode), NULL) \
	F(gzFile, gzopen64, (const char *path, const char *mode), \
	  (path, mode), NULL) \
	F(gzFile, gzdopen, (int fd, const char *mode), (fd, mode), NULL) \
	F(int, gzbuffer, (gzFile file, unsigned int size), (file, size), -1) \
	F(int, gzsetparams, (gzFile file, int level, int strategy), \
	  (file, level, strategy), Z_STREAM_ERROR) \
	F(int, gzread, (gzFile file, voidp buf, unsigned int len), \
	  (file, buf, len), -1) \
	F(z_size_t, gzfread, (voidp buf, z_size_t size, z_size_t nr, \
			      gzFile file), (buf, size, nr, file), 0) \
	F(int, gzwrite, (gzFile file, voidpc buf, unsigned int len), \
	  (file, buf, len), 0) \
	F(z_size_t, gzfwrite, (voidpc buf, z_size_t size, z_size_t nr, \
			       gzFile file), (buf, size, nr, file), 0) \
	F(int, gzvprintf, (gzFile file, const char *format, va_list args), \
	  (file, format, args), Z_STREAM_ERROR) \
	F(int, gzputs, (gzFile file, const char *s), (file, s), -1) \
	F(char *, gzgets, (gzFile file, char *buf, int len), \
	  (file, buf, len), NULL) \
	F(int, gzputc, (gzFile file, int c), (file, c), -1) \
	F(int, gzgetc, (gzFile file), (file), -1) \
	F(int, gzgetc_, (gzFile file), (file), -1) \
	F(int, gzungetc, (int c, gzFile file), (c, file), -1) \
	F(int, gzflush, (gzFile file, int flush), (file, flush), \
	  Z_STREAM_ERROR) \
	F(z_off_t, gzseek, (gzFile file, z_off_t offset, int whence), \
	  (file, offset, whence), -1) \
	F(z_off64_t, gzseek64, (gzFile file, z_off64_t offset, int whence), \
	  (file, offset, whence), -1) \
	F(int, gzrewind, (gzFile file), (file), -1) \
	F(z_off_t, gztell, (gzFile file), (file), -1) \
	F(z_off64_t, gztell64, (gzFile file), (file), -1) \
	F(z_off_t, gzoffset, (gzFile file), (file), -1) \
	F(z_off64_t, gzoffset64, (gzFile file), (file), -1) \
	F(int, gzeof, (gzFile file), (file), 0) \
	F(int, gzdirect, (gzFile file), (file), 0) \
	F(int, gzclose, (gzFile file), (file), Z_STREAM_ERROR) \
	F(int, gzclose_r, (gzFile file), (file), Z_STREAM_ERROR) \
	F(int, gzclose_w, (gzFile file), (file), Z_STREAM_ERROR) \
	F(const char *, gzerror, (gzFile file, int *err), (file, err), NULL)

/* Calls that begin a stream. */
#define WDZ_STARTING(F) \
	F(int, deflateInit_, (z_streamp strm, int level, const char *version, \
			      int size), \
	  (strm, level, version, size), Z_VERSION_ERROR) \
	F(int, deflateInit2_, (z_streamp strm, int level, int method, \
			       int bits, int mem_level, int strategy, \
			       const char *version, int size), \
	  (strm, level, method, bits, mem_level, strategy, version, size), \
	  Z_VERSION_ERROR) \
	F(int, inflateInit_, (z_streamp strm, const char *version, int size), \
	  (strm, version, size), Z_VERSION_ERROR) \
	F(int, inflateInit2_, (z_streamp strm, int bits, \
			       const char *version, int size), \
	  (strm, bits, version, size), Z_VERSION_ERROR)

/* The other calls that this library takes part in. */
#define WDZ_TAKEN(F) \
	F(int, deflate, (z_streamp strm, int flush), (strm, flush), \
	  Z_STREAM_ERROR) \
	F(int, deflateEnd, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, deflateReset, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, deflateResetKeep, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, deflateSetDictionary, (z_streamp strm, const Bytef *dict, \
				      uInt len), (strm, dict, len), \
	  Z_STREAM_ERROR) \
	F(int, deflateGetDictionary, (z_streamp strm, Bytef *dict, uInt *len), \
	  (strm, dict, len), Z_STREAM_ERROR) \
	F(int, deflateCopy, (z_streamp dest, z_streamp source), \
	  (dest, source), Z_STREAM_ERROR) \
	F(int, deflateParams, (z_streamp strm, int level, int strategy), \
	  (strm, level, strategy), Z_STREAM_ERROR) \
	F(int, deflateTune, (z_streamp strm, int good_length, int max_lazy, \
			     int nice_length, int max_chain), \
	  (strm, good_length, max_lazy, nice_length, max_chain), \
	  Z_STREAM_ERROR) \
	F(uLong, deflateBound, (z_streamp strm, uLong len), (strm, len), 0) \
	F(int, deflatePending, (z_streamp strm, unsigned int *pending, \
				int *bits), (strm, pending, bits), \
	  Z_STREAM_ERROR) \
	F(int, deflatePrime, (z_streamp strm, int bits, int value), \
	  (strm, bits, value), Z_STREAM_ERROR) \
	F(int, deflateSetHeader, (z_streamp strm, gz_headerp head), \
	  (strm, head), Z_STREAM_ERROR) \
	F(int, inflate, (z_streamp strm, int flush), (strm, flush), \
	  Z_STREAM_ERROR) \
	F(int, inflateEnd, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateReset, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateReset2, (z_streamp strm, int bits), (strm, bits), \
	  Z_STREAM_ERROR) \
	F(int, inflateResetKeep, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateSetDictionary, (z_streamp strm, const Bytef *dict, \
				      uInt len), (strm, dict, len), \
	  Z_STREAM_ERROR) \
	F(int, inflateGetDictionary, (z_streamp strm, Bytef *dict, uInt *len), \
	  (strm, dict, len), Z_STREAM_ERROR) \
	F(int, inflateSync, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateSyncPoint, (z_streamp strm), (strm), Z_STREAM_ERROR) \
	F(int, inflateCopy, (z_streamp dest, z_streamp source), \
	  (dest, source), Z_STREAM_ERROR) \
	F(int, inflatePrime, (z_streamp strm, int bits, int value), \
	  (strm, bits, value), Z_STREAM_ERROR) \
	F(long, inflateMark, (z_streamp strm), (strm), -65536) \
	F(int, inflateGetHeader, (z_streamp strm, gz_headerp head), \
	  (strm, head), Z_STREAM_ERROR) \
	F(int, inflateUndermine, (z_streamp strm, int subvert), \
	  (strm, subvert), Z_STREAM_ERROR) \
	F(int, inflateValidate, (z_streamp strm, int check), (strm, check), \
	  Z_STREAM_ERROR) \
	F(unsigned long, inflateCodesUsed, (z_streamp strm), (strm), \
	  (unsigned long)-1) \
	F(int, compress, (Bytef *dest, uLongf *dest_len, const Bytef *source, \
			  uLong len), (dest, dest_len, source, len), \
	  Z_STREAM_ERROR) \
	F(int, compress2, (Bytef *dest, uLongf *dest_len, \
			   const Bytef *source, uLong len, int level), \
	  (dest, dest_len, source, len, level), Z_STREAM_ERROR) \
	F(int, uncompress, (Bytef *dest, uLongf *dest_len, \
			    const Bytef *source, uLong len), \
	  (dest, dest_len, source, len), Z_STREAM_ERROR) \
	F(int, uncompress2, (Bytef *dest, uLongf *dest_len, \
			     const Bytef *source, uLong *len), \
	  (dest, dest_len, source, len), Z_STREAM_ERROR)

#define WDZ_POINTER(type, name, params, args, absent) type (*name) params;

/*
 * The calls of the system's zlib. Each is looked up when it is called for the
 * first time: most processes need a handful of them, and to look for all would
 * be what costs most in a short one.
 */
struct wdz_real {
	WDZ_PASSED(WDZ_POINTER)
	WDZ_STARTING(WDZ_POINTER)
	WDZ_TAKEN(WDZ_POINTER)
	void (*gzclearerr)(gzFile file);
};

#undef WDZ_POINTER

extern struct wdz_real wdz_real_table;

/* wdz_real(deflate)(strm, flush) is zlib's own; at any time, in any thread. */
#define wdz_real(name)	__atomic_load_n(&wdz_real_table.name, __ATOMIC_RELAXED)

/*
 * Load zlib while the process can still open files. Not having done so is no
 * failure: constructors of other libraries may call before ours has run. The
 * process ends if there is no zlib.
 */
void wdz_real_load(void);

#endif /* WDZ_REAL_H */
