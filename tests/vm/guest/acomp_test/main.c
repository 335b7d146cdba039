// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading /proc/acomp_test runs the tests; what one reads is TAP.
 *
 *     insmod acomp_test.ko driver=hisi-deflate-acomp reference=deflate-generic
 *     cat /proc/acomp_test
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>

#include "acomp_test.h"

#define OUTPUT_BYTES	(128 << 10)

static char *driver = "hisi-deflate-acomp";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "algorithm under test");
static char *against = "deflate";
module_param_named(reference, against, charp, 0444);
MODULE_PARM_DESC(reference, "synchronous algorithm to compare with");
static unsigned int seconds;
module_param(seconds, uint, 0644);
MODULE_PARM_DESC(seconds, "keep many transforms busy for so long, or until it is 0, and nothing else");

static bool bench;
module_param(bench, bool, 0644);
MODULE_PARM_DESC(bench, "measure what requests cost, and nothing else");

struct crypto_acomp *tested;
struct crypto_acomp *reference;

/* One run at a time: output and count of points are global. */
static DEFINE_MUTEX(running);
static struct seq_file *output;
static unsigned int points;

void point(bool ok, const char *text, ...)
{
	va_list args;

	seq_printf(output, "%sok %u - ", ok ? "" : "not ", ++points);
	va_start(args, text);
	seq_vprintf(output, text, args);
	va_end(args);
	seq_putc(output, '\n');
}

void note(const char *text, ...)
{
	va_list args;

	seq_puts(output, "# ");
	va_start(args, text);
	seq_vprintf(output, text, args);
	va_end(args);
	seq_putc(output, '\n');
}

static int show(struct seq_file *s, void *unused)
{
	mutex_lock(&running);
	output = s;
	points = 0;
	if (bench) {
		bench_run();
	} else if (seconds) {
		busy_run(driver, &seconds);
	} else {
		cases_run();
		busy_run(driver, NULL);
		bench_run();
	}
	seq_printf(s, "1..%u\n", points);
	mutex_unlock(&running);
	return 0;
}

/* Room for everything: a file that is too small would be produced twice. */
static int open(struct inode *inode, struct file *file)
{
	return single_open_size(file, show, NULL, OUTPUT_BYTES);
}

static const struct proc_ops ops = {
	.proc_open = open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int __init acomp_test_init(void)
{
	tested = crypto_alloc_acomp(driver, 0, 0);
	if (IS_ERR(tested)) {
		pr_err("no algorithm %s\n", driver);
		return PTR_ERR(tested);
	}
	reference = crypto_alloc_acomp(against, 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(reference)) {
		pr_err("no synchronous algorithm %s\n", against);
		crypto_free_acomp(tested);
		return PTR_ERR(reference);
	}
	if (!proc_create("acomp_test", 0400, NULL, &ops)) {
		crypto_free_acomp(reference);
		crypto_free_acomp(tested);
		return -ENOMEM;
	}
	return 0;
}
module_init(acomp_test_init);

static void __exit acomp_test_exit(void)
{
	remove_proc_entry("acomp_test", NULL);
	crypto_free_acomp(reference);
	crypto_free_acomp(tested);
}
module_exit(acomp_test_exit);

MODULE_DESCRIPTION("Tests of compression algorithms");
MODULE_LICENSE("GPL");
