/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wd_backends.h"
#include "wd_device.h"

struct walk {
	struct wd_candidates *found;
	const struct wd_backend_ops *backend;
	int numa_node;
};

bool wd_device_has_algorithm(const struct wd_device_info *info,
			     const char *algorithm)
{
	const char *line = info->algorithms, *end;
	size_t len = strlen(algorithm);

	while (*line) {
		end = strchrnul(line, '\n');
		if ((size_t)(end - line) == len && !memcmp(line, algorithm, len))
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}

static const struct wd_driver *find_driver(const struct wd_device_info *info)
{
	const struct wd_driver *const *drv;

	for (drv = wd_drivers; *drv; drv++)
		if ((*drv)->matches(info))
			return *drv;
	return NULL;
}

static int add_candidate(void *arg, const struct wd_device_info *info)
{
	struct walk *walk = arg;
	struct wd_candidates *found = walk->found;
	struct wd_candidate *list, *cand;

	list = reallocarray(found->list, found->nr + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	found->list = list;
	cand = &list[found->nr++];
	cand->backend = walk->backend;
	cand->info = *info;
	cand->driver = find_driver(info);
	if (cand->driver)
		snprintf(cand->info.driver, sizeof(cand->info.driver), "%s",
			 cand->driver->name);
	/* The backend measured from here; the caller may mean another node. */
	cand->is_wanted_node = walk->numa_node != WD_NUMA_ANY &&
			       walk->numa_node == info->numa_node;
	return 0;
}

/* Usable before not, real before built-in, near before far, idle before busy. */
static int compare(const void *a, const void *b)
{
	const struct wd_candidate *first = a, *second = b;
	const struct wd_device_info *x = &first->info, *y = &second->info;

	if (x->emulated != y->emulated)
		return x->emulated - y->emulated;
	if (!x->driver[0] != !y->driver[0])
		return !x->driver[0] - !y->driver[0];
	if (x->isolated != y->isolated)
		return x->isolated - y->isolated;
	if (!x->available_instances != !y->available_instances)
		return !x->available_instances - !y->available_instances;
	if (first->is_wanted_node != second->is_wanted_node)
		return second->is_wanted_node - first->is_wanted_node;
	if (x->numa_distance != y->numa_distance)
		return x->numa_distance < y->numa_distance ? -1 : 1;
	if (x->available_instances != y->available_instances)
		return x->available_instances > y->available_instances ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int find_named(struct walk *walk, const char *name)
{
	struct wd_device_info info;

	memset(&info, 0, sizeof(info));
	if (walk->backend->lookup(name, &info))
		return 0;
	return add_candidate(walk, &info);
}

int wd_device_find(const char *name, int numa_node,
		   struct wd_candidates *found)
{
	bool all = !name || !strcmp(name, WD_DEVICE_AUTO);
	struct walk walk = { .found = found, .numa_node = numa_node };
	unsigned int i;
	int ret = 0;

	*found = (struct wd_candidates){ 0 };
	for (i = 0; !ret && (walk.backend = wd_backend_get(i)); i++)
		ret = all ? walk.backend->enumerate(add_candidate, &walk) :
			    find_named(&walk, name);
	if (ret) {
		wd_device_find_free(found);
		return ret;
	}
	if (found->nr)
		qsort(found->list, found->nr, sizeof(*found->list), compare);
	return 0;
}

void wd_device_find_free(struct wd_candidates *found)
{
	free(found->list);
	*found = (struct wd_candidates){ 0 };
}

int wd_device_list_get(struct wd_device_info **list)
{
	struct wd_candidates found;
	struct wd_device_info *infos;
	unsigned int i, nr;
	int ret;

	ret = wd_device_find(NULL, WD_NUMA_ANY, &found);
	if (ret)
		return ret;
	nr = found.nr;
	infos = calloc(nr ? nr : 1, sizeof(*infos));
	if (infos)
		for (i = 0; i < nr; i++)
			infos[i] = found.list[i].info;
	wd_device_find_free(&found);
	if (!infos)
		return -ENOMEM;
	*list = infos;
	return nr;
}

void wd_device_list_free(struct wd_device_info *list)
{
	free(list);
}
