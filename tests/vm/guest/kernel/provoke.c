// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes on purpose, one for each kind of report, to show that the debug
 * kernels see them and that the harness sees the reports: a name written to
 * the parameter "what" makes the mistake.
 *
 * Each leaves a kernel that goes on; what has to die is a thread of its own.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#define OBJECT_BYTES	64
#define LEAKED_BYTES	2048
#define LEAKED_OBJECTS	40
#define RACE_MS		3000
#define HANG_MS		12000
#define LOCKUP_MS	10000

/* Values that the compiler cannot know, or it would see the mistake itself. */
static volatile int too_many = 5;
static volatile int too_far = 40;
static int *volatile no_pointer;

static int out_of_bounds(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);
	volatile char *end;

	if (!object)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(object);
	end = object + OBJECT_BYTES;
	*end = 1;
	kfree(object);
	return 0;
}

static int use_after_free(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);
	volatile char *stale = object;

	if (!object)
		return -ENOMEM;
	kfree(object);
	OPTIMIZER_HIDE_VAR(stale);
	*stale = 1;
	return 0;
}

static int double_free(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);
	char *again = object;

	if (!object)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(again);
	kfree(object);
	kfree(again);
	return 0;
}

static int leak(void)
{
	int i;

	/*
	 * Some, and large ones: a stale copy of a pointer on a stack hides one
	 * of them, and one in the allocator's own array of free objects (from
	 * 6.18 on), which is shorter the larger they are, a dozen.
	 */
	for (i = 0; i < LEAKED_OBJECTS; i++) {
		char *object = kmalloc(LEAKED_BYTES, GFP_KERNEL);

		if (!object)
			return -ENOMEM;
		OPTIMIZER_HIDE_VAR(object);
	}
	return 0;
}

static int bounds(void)
{
	/* The element exists for KASAN, so only UBSAN has to complain. */
	static struct {
		int row[4];
		int next_row[4];
	} table;

	return READ_ONCE(table.row[too_many]) ? -EBUSY : 0;
}

static int shift(void)
{
	too_many = (1 << too_far) ? 5 : 6;
	return 0;
}

static int list(void)
{
	LIST_HEAD(head);
	struct list_head entry;

	list_add(&entry, &head);
	head.next = &head;
	list_del(&entry);
	return 0;
}

static int refcount(void)
{
	refcount_t count = REFCOUNT_INIT(1);

	WARN_ON(!refcount_dec_and_test(&count));
	refcount_dec(&count);
	return 0;
}

static void timer_expired(struct timer_list *timer)
{
}

static int debug_object(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, timer_expired, 0);
	mod_timer(timer, jiffies + 60 * HZ);
	kfree(timer);
	return 0;
}

static int dma(void)
{
	struct platform_device *device;
	char *buffer;
	int ret = -ENOMEM;

	device = platform_device_register_simple("provoke", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	buffer = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buffer)
		goto unregister;
	ret = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	if (ret)
		goto free;
	/* Never mapped. */
	dma_unmap_single(&device->dev, virt_to_phys(buffer), PAGE_SIZE, DMA_TO_DEVICE);
free:
	kfree(buffer);
unregister:
	platform_device_unregister(device);
	return ret;
}

static int busy_cache(void)
{
	/* Or it would count as lost, too. */
	static void *in_use;
	struct kmem_cache *cache;

	cache = kmem_cache_create("provoke", OBJECT_BYTES, 0, SLAB_NO_MERGE, NULL);
	if (!cache)
		return -ENOMEM;
	in_use = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_destroy(cache);
	return READ_ONCE(in_use) ? 0 : -ENOMEM;
}

static int warning(void)
{
	WARN(1, "a warning on purpose\n");
	return 0;
}

static int lock_order(void)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(other);

	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);
	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
	return 0;
}

static int atomic_sleep(void)
{
	static DEFINE_SPINLOCK(lock);
	void *object;

	spin_lock(&lock);
	object = kmalloc(OBJECT_BYTES, GFP_KERNEL);
	spin_unlock(&lock);
	kfree(object);
	return 0;
}

static int rcu(void)
{
	static int __rcu *pointer;

	return rcu_dereference(pointer) ? -EBUSY : 0;
}

static int thread_oops(void *unused)
{
	WRITE_ONCE(*no_pointer, 1);
	return 0;
}

static int thread_bug(void *unused)
{
	BUG();
	return 0;
}

static int run_doomed(int (*function)(void *), const char *name)
{
	struct task_struct *thread = kthread_create(function, NULL, "provoke-%s", name);
	int left = 100;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	get_task_struct(thread);
	wake_up_process(thread);
	/* It ends without the word by which kthread_stop() would know. */
	while (!READ_ONCE(thread->exit_state) && left--)
		msleep(100);
	put_task_struct(thread);
	return left < 0 ? -ETIMEDOUT : 0;
}

static int oops(void)
{
	return run_doomed(thread_oops, "oops");
}

static int bug(void)
{
	return run_doomed(thread_bug, "bug");
}

static unsigned long raced;

static int thread_race(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

static int race(void)
{
	struct task_struct *threads[2];
	int i, n, ret = 0;

	for (n = 0; n < 2; n++) {
		threads[n] = kthread_run(thread_race, NULL, "provoke-race");
		if (IS_ERR(threads[n])) {
			ret = PTR_ERR(threads[n]);
			break;
		}
	}
	msleep(RACE_MS);
	for (i = 0; i < n; i++)
		kthread_stop(threads[i]);
	return ret;
}

static int hang(void)
{
	msleep(HANG_MS);
	return 0;
}

static int lockup(void)
{
	preempt_disable();
	mdelay(LOCKUP_MS);
	preempt_enable();
	return 0;
}

static const struct mistake {
	const char *name;
	int (*make)(void);
} mistakes[] = {
	{ "atomic-sleep", atomic_sleep },
	{ "bounds", bounds },
	{ "bug", bug },
	{ "busy-cache", busy_cache },
	{ "debug-object", debug_object },
	{ "dma", dma },
	{ "double-free", double_free },
	{ "hang", hang },
	{ "leak", leak },
	{ "list", list },
	{ "lock-order", lock_order },
	{ "lockup", lockup },
	{ "oops", oops },
	{ "out-of-bounds", out_of_bounds },
	{ "race", race },
	{ "rcu", rcu },
	{ "refcount", refcount },
	{ "shift", shift },
	{ "use-after-free", use_after_free },
	{ "warning", warning },
};

static int what_set(const char *value, const struct kernel_param *param)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (sysfs_streq(value, mistakes[i].name))
			return mistakes[i].make();
	return -EINVAL;
}

static const struct kernel_param_ops what_ops = {
	.set = what_set,
};
module_param_cb(what, &what_ops, NULL, 0200);
MODULE_PARM_DESC(what, "the mistake to make now");

MODULE_DESCRIPTION("Mistakes that debug kernels have to report");
MODULE_LICENSE("GPL");

static int __init provoke_init(void)
{
	return 0;
}
module_init(provoke_init);

static void __exit provoke_exit(void)
{
}
module_exit(provoke_exit);
