// SPDX-License-Identifier: GPL-2.0-only
/* What has an outcome that is known. */
#include <linux/crypto.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "acomp_test.h"

/* What the kernel's own implementations take in one piece on all kernels. */
#define REFERENCE_BYTES	(64u << 10)
#define LINEAR_BYTES	(4u << 10)

static size_t room_for(size_t bytes)
{
	return bytes + bytes / 8 + 1024;
}

static const char * const fill_names[FILLS] = {
	"zeros", "text", "random", "mixed",
};

/**
 * struct trip - data on its way there and back
 * @bytes: of it
 * @data: original
 * @back: what came back
 * @plain: for scatterlists of both
 * @packed: compressed
 * @packed_bytes: how much
 */
struct trip {
	size_t bytes;
	u8 *data;
	u8 *back;
	struct area plain;
	struct area packed;
	unsigned int packed_bytes;
};

static int trip_alloc(struct trip *trip, size_t bytes, enum fill kind)
{
	trip->bytes = bytes;
	trip->data = vmalloc(bytes);
	trip->back = vzalloc(room_for(bytes));
	if (!trip->data || !trip->back)
		return -ENOMEM;
	fill(trip->data, bytes, kind);
	return area_alloc(&trip->plain, room_for(bytes)) ?:
	       area_alloc(&trip->packed, room_for(bytes));
}

static void trip_free(struct trip *trip)
{
	area_free(&trip->packed);
	area_free(&trip->plain);
	vfree(trip->back);
	vfree(trip->data);
}

/* From one area to the other. */
static int trip_run(struct crypto_acomp *tfm, bool compress, struct area *from,
		    unsigned int slen, struct area *to, unsigned int *dlen,
		    size_t piece, bool empties)
{
	struct sg_table src, dst;
	int ret;

	ret = area_sg(from, &src, slen, piece, empties);
	if (ret)
		return ret;
	ret = area_sg(to, &dst, *dlen, piece, empties);
	if (!ret) {
		ret = run_sg(tfm, compress, src.sgl, slen, dst.sgl, dlen);
		sg_free_table(&dst);
	}
	sg_free_table(&src);
	return ret;
}

static int trip_put(struct trip *trip)
{
	struct sg_table sg;
	int ret = area_sg(&trip->plain, &sg, trip->bytes, AREA_CHUNK, false);

	if (ret)
		return ret;
	sg_copy_from_buffer(sg.sgl, sg.orig_nents, trip->data, trip->bytes);
	sg_free_table(&sg);
	return 0;
}

static bool trip_same(struct trip *trip)
{
	struct sg_table sg;

	if (area_sg(&trip->plain, &sg, trip->bytes, AREA_CHUNK, false))
		return false;
	memset(trip->back, 0xa5, trip->bytes);
	sg_copy_to_buffer(sg.sgl, sg.orig_nents, trip->back, trip->bytes);
	/* So that what comes next cannot be what was there. */
	sg_zero_buffer(sg.sgl, sg.orig_nents, trip->bytes, 0);
	sg_free_table(&sg);
	return !memcmp(trip->data, trip->back, trip->bytes);
}

static int trip_there(struct trip *trip, struct crypto_acomp *tfm, size_t piece,
		      bool empties)
{
	int ret = trip_put(trip);

	if (ret)
		return ret;
	trip->packed_bytes = room_for(trip->bytes);
	return trip_run(tfm, true, &trip->plain, trip->bytes, &trip->packed,
			&trip->packed_bytes, piece, empties);
}

static int trip_back(struct trip *trip, struct crypto_acomp *tfm, size_t piece,
		     bool empties)
{
	unsigned int dlen = trip->bytes;
	int ret;

	ret = trip_run(tfm, false, &trip->packed, trip->packed_bytes,
		       &trip->plain, &dlen, piece, empties);
	if (ret)
		return ret;
	return dlen == trip->bytes && trip_same(trip) ? 0 : -EBADMSG;
}

static void case_trip(size_t bytes, enum fill kind, size_t piece, bool empties)
{
	struct trip trip = { 0 };
	int ret;

	ret = trip_alloc(&trip, bytes, kind) ?:
	      trip_there(&trip, tested, piece, empties) ?:
	      trip_back(&trip, tested, piece, empties);
	point(!ret, "%zu bytes of %s in pieces of %zu%s: there and back (%d), %u compressed",
	      bytes, fill_names[kind], piece, empties ? " with empty ones" : "",
	      ret, trip.packed_bytes);
	if (bytes <= REFERENCE_BYTES) {
		ret = ret ?: trip_back(&trip, reference, AREA_CHUNK, false) ?:
		      trip_there(&trip, reference, AREA_CHUNK, false) ?:
		      trip_back(&trip, tested, piece, empties);
		point(!ret, "... and the same as the reference understands it (%d)",
		      ret);
	}
	trip_free(&trip);
}

static void cases_trips(void)
{
	static const size_t sizes[] = {
		1, 2, 15, 16, 17, 100, 4095, 4096, 4097, 65536, 1000000,
	};
	static const size_t pieces[] = { AREA_CHUNK, 4096, 1000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (enum fill kind = 0; kind < FILLS; kind++)
			case_trip(sizes[i], kind, AREA_CHUNK, false);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		case_trip(65536, FILL_MIXED, pieces[i], false);
		case_trip(9000, FILL_TEXT, pieces[i], true);
	}
	case_trip(40, FILL_TEXT, 1, true);
	case_trip(8 << 20, FILL_ZERO, AREA_CHUNK, false);
	case_trip((8 << 20) + 1, FILL_ZERO, AREA_CHUNK, false);
}

/**
 * struct linear - small linear buffers
 * @data: original
 * @packed: compressed
 * @packed_bytes: how much
 * @out: anything
 */
struct linear {
	u8 data[LINEAR_BYTES];
	u8 packed[2 * LINEAR_BYTES];
	unsigned int packed_bytes;
	u8 out[2 * LINEAR_BYTES];
};

static struct linear *linear_alloc(void)
{
	struct linear *linear = kzalloc(sizeof(*linear), GFP_KERNEL);

	if (!linear)
		return NULL;
	fill(linear->data, sizeof(linear->data), FILL_TEXT);
	linear->packed_bytes = sizeof(linear->packed);
	if (run_linear(tested, true, linear->data, sizeof(linear->data),
		       linear->packed, &linear->packed_bytes)) {
		kfree(linear);
		return NULL;
	}
	return linear;
}

static bool linear_unpacks(struct linear *linear, struct crypto_acomp *tfm)
{
	unsigned int dlen = sizeof(linear->out);

	memset(linear->out, 0, sizeof(linear->out));
	return !run_linear(tfm, false, linear->packed, linear->packed_bytes,
			   linear->out, &dlen) &&
	       dlen == sizeof(linear->data) &&
	       !memcmp(linear->out, linear->data, dlen);
}

static void expect(const char *what, int got, int wanted)
{
	point(got == wanted, "%s: %d", what, got);
}

static void cases_space(struct linear *linear)
{
	static const unsigned int rooms[] = { 1, 9, 15, 16, 100, 1000 };
	unsigned int dlen;

	for (size_t i = 0; i < ARRAY_SIZE(rooms); i++) {
		dlen = rooms[i];
		expect("no room for the compressed", run_linear(tested, true,
		       linear->data, sizeof(linear->data), linear->out, &dlen),
		       -ENOSPC);
		dlen = rooms[i];
		expect("no room for the original", run_linear(tested, false,
		       linear->packed, linear->packed_bytes, linear->out, &dlen),
		       -ENOSPC);
	}
	dlen = sizeof(linear->data);
	expect("exactly enough room", run_linear(tested, false, linear->packed,
	       linear->packed_bytes, linear->out, &dlen), 0);
}

static void cases_refused(struct linear *linear)
{
	struct scatterlist src, dst;
	unsigned int dlen = sizeof(linear->out);

	sg_init_one(&src, linear->data, 100);
	sg_init_one(&dst, linear->out, 100);
	expect("no input", run_sg(tested, true, &src, 0, &dst, &dlen), -EINVAL);
	dlen = 100;
	expect("less input than said", run_sg(tested, true, &src, 101, &dst,
	       &dlen), -EINVAL);
	dlen = 101;
	expect("less output than said", run_sg(tested, true, &src, 100, &dst,
	       &dlen), -EINVAL);
	dlen = 100;
	expect("source is longer than the request",
	       run_sg(tested, true, &src, 10, &dst, &dlen), 0);
}

static void cases_corrupt(struct linear *linear)
{
	unsigned int dlen = sizeof(linear->out), bytes = linear->packed_bytes;
	bool checked = strcmp(crypto_tfm_alg_name(crypto_acomp_tfm(tested)),
			      "deflate");

	expect("half of the input", run_linear(tested, false, linear->packed,
	       bytes / 2, linear->out, &dlen), -EINVAL);
	dlen = sizeof(linear->out);
	expect("one byte of input", run_linear(tested, false, linear->packed, 1,
	       linear->out, &dlen), -EINVAL);
	dlen = sizeof(linear->out);
	memset(linear->data, 0xff, sizeof(linear->data));
	expect("input that is none", run_linear(tested, false, linear->data,
	       sizeof(linear->data), linear->out, &dlen), -EINVAL);
	if (!checked)
		return;
	linear->packed[bytes - 1] ^= 1;
	dlen = sizeof(linear->out);
	expect("wrong trailer", run_linear(tested, false, linear->packed, bytes,
	       linear->out, &dlen), -EINVAL);
	linear->packed[bytes - 1] ^= 1;
	dlen = sizeof(linear->out);
	expect("part of the trailer", run_linear(tested, false, linear->packed,
	       bytes - 1, linear->out, &dlen), -EINVAL);
	linear->packed[0] ^= 1;
	dlen = sizeof(linear->out);
	expect("wrong header", run_linear(tested, false, linear->packed, bytes,
	       linear->out, &dlen), -EINVAL);
	linear->packed[0] ^= 1;
}

/* All optional fields of a gzip header. */
static void cases_gzip_header(struct linear *linear)
{
	static const u8 head[] = {
		0x1f, 0x8b, 8, 0x1e, 1, 2, 3, 4, 0, 3,
		3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'n', 'o', 't', 'e',
		0, 0xaa, 0xbb,
	};
	const unsigned int more = sizeof(head) - 10;

	if (strcmp(crypto_tfm_alg_name(crypto_acomp_tfm(tested)), "gzip"))
		return;
	memmove(linear->packed + sizeof(head), linear->packed + 10,
		linear->packed_bytes - 10);
	memcpy(linear->packed, head, sizeof(head));
	linear->packed_bytes += more;
	point(linear_unpacks(linear, tested), "gzip header with all fields");
	linear->packed[3] = 0x3e;
	point(!linear_unpacks(linear, tested), "gzip header with an unknown field");
	linear->packed_bytes = 20;
	linear->packed[3] = 0x1e;
	point(!linear_unpacks(linear, tested), "gzip header that ends in its name");
}

static void cases_linear(void (*cases)(struct linear *linear))
{
	struct linear *linear = linear_alloc();

	point(linear, "a page compressed");
	if (linear) {
		point(linear_unpacks(linear, tested) &&
		      linear_unpacks(linear, reference), "both understand it");
		cases(linear);
	}
	kfree(linear);
}

#ifdef CRYPTO_ACOMP_REQ_SRC_VIRT
static int run_virt(struct crypto_acomp *tfm, bool compress, bool dma,
		    const u8 *src, unsigned int slen, u8 *dst, unsigned int *dlen)
{
	struct acomp_req *req = acomp_request_alloc(tfm);
	DECLARE_CRYPTO_WAIT(wait);
	int ret;

	if (!req)
		return -ENOMEM;
	acomp_request_set_callback(req, 0, crypto_req_done, &wait);
	if (dma) {
		acomp_request_set_src_dma(req, src, slen);
		acomp_request_set_dst_dma(req, dst, *dlen);
	} else {
		acomp_request_set_src_nondma(req, src, slen);
		acomp_request_set_dst_nondma(req, dst, *dlen);
	}
	ret = crypto_wait_req(compress ? crypto_acomp_compress(req) :
					 crypto_acomp_decompress(req), &wait);
	*dlen = req->dlen;
	acomp_request_free(req);
	return ret;
}

static void cases_addresses(void)
{
	for (int dma = 0; dma < 2; dma++) {
		struct linear *linear = dma ? kzalloc(sizeof(*linear), GFP_KERNEL) :
					      vzalloc(sizeof(*linear));
		unsigned int packed = sizeof(linear->packed);
		unsigned int dlen = sizeof(linear->out);
		int ret;

		if (!linear) {
			point(false, "memory for addresses");
			return;
		}
		fill(linear->data, sizeof(linear->data), FILL_TEXT);
		ret = run_virt(tested, true, dma, linear->data,
			       sizeof(linear->data), linear->packed, &packed) ?:
		      run_virt(tested, false, dma, linear->packed, packed,
			       linear->out, &dlen);
		point(!ret && dlen == sizeof(linear->data) &&
		      !memcmp(linear->data, linear->out, dlen),
		      "addresses %s (%d)",
		      dma ? "that a device reaches" : "that no device reaches", ret);
		kvfree(linear);
	}
}
#else
static void cases_addresses(void)
{
	note("this kernel has scatterlists alone");
}
#endif

#ifdef CRYPTO_ACOMP_ALLOC_OUTPUT
static void cases_no_output(void)
{
	struct linear *linear = linear_alloc();
	unsigned int dlen = 0;
	struct scatterlist src;
	int ret;

	if (!linear) {
		point(false, "memory for a request without output");
		return;
	}
	sg_init_one(&src, linear->packed, linear->packed_bytes);
	ret = run_sg(tested, false, &src, linear->packed_bytes, NULL, &dlen);
	point(!ret && dlen == sizeof(linear->data),
	      "output by the algorithm (%d, %u bytes)", ret, dlen);
	kfree(linear);
}
#else
static void cases_no_output(void)
{
	note("this kernel has no output by the algorithm");
}
#endif

/* More requests of one transform than it has slots. */
#define BURST	300

struct burst {
	struct acomp_req *req;
	struct crypto_wait wait;
	struct scatterlist src;
	struct scatterlist dst;
	u8 out[2 * LINEAR_BYTES];
	int ret;
};

static int burst_begin(struct burst *burst, const u8 *data)
{
	burst->req = acomp_request_alloc(tested);
	if (!burst->req)
		return -ENOMEM;
	crypto_init_wait(&burst->wait);
	sg_init_one(&burst->src, data, LINEAR_BYTES);
	sg_init_one(&burst->dst, burst->out, sizeof(burst->out));
	acomp_request_set_params(burst->req, &burst->src, &burst->dst,
				 LINEAR_BYTES, sizeof(burst->out));
	acomp_request_set_callback(burst->req, 0, crypto_req_done, &burst->wait);
	return crypto_acomp_compress(burst->req);
}

static bool burst_end(struct burst *burst, struct linear *linear)
{
	unsigned int dlen = sizeof(linear->out);
	bool good;

	if (!burst->req)
		return false;
	good = !crypto_wait_req(burst->ret, &burst->wait);
	if (good)
		good = !run_linear(reference, false, burst->out,
				   burst->req->dlen, linear->out, &dlen) &&
		       dlen == LINEAR_BYTES &&
		       !memcmp(linear->out, linear->data, dlen);
	acomp_request_free(burst->req);
	return good;
}

static void cases_burst(struct linear *linear)
{
	struct burst **bursts = kcalloc(BURST, sizeof(*bursts), GFP_KERNEL);
	unsigned int good = 0;

	if (!bursts) {
		point(false, "memory for a burst");
		return;
	}
	for (size_t i = 0; i < BURST; i++)
		bursts[i] = kzalloc(sizeof(*bursts[i]), GFP_KERNEL);
	for (size_t i = 0; i < BURST; i++)
		if (bursts[i])
			bursts[i]->ret = burst_begin(bursts[i], linear->data);
	for (size_t i = 0; i < BURST; i++) {
		if (bursts[i])
			good += burst_end(bursts[i], linear);
		kfree(bursts[i]);
	}
	point(good == BURST, "burst of %d requests: %u good", BURST, good);
	kfree(bursts);
}

void cases_run(void)
{
	cases_trips();
	cases_linear(cases_space);
	cases_linear(cases_refused);
	cases_linear(cases_corrupt);
	cases_linear(cases_gzip_header);
	cases_linear(cases_burst);
	cases_addresses();
	cases_no_output();
}
