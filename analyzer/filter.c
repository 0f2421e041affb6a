/* SPDX-License-Identifier: Apache-2.0 */
/* From options to threads and moments of a recording. */
#include "analyzer/filter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"

#define LONGEST 1e18 /* Nanoseconds: 31 years. */
#define THREADS_TOLD 16

void recoat_filter_fini(struct recoat_filter *filter)
{
	free(filter->thread);
	free(filter->tid);
}

bool recoat_filter_is_set(const struct recoat_filter *filter)
{
	return filter->threads || filter->since.text || filter->until.text;
}

void recoat_filter_add_thread(struct recoat_filter *filter, const char *thread)
{
	filter->thread = recoat_grow(filter->thread, filter->threads, &filter->thread_room,
				     sizeof(*filter->thread));
	filter->thread[filter->threads++] = thread;
}

/* Nanoseconds in a unit, 0 if there is none of that name. */
static double unit(const char *name)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1.0}, {"min", 60e9}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(name, units[i].name))
			return units[i].ns;
	return 0;
}

bool recoat_moment_parse(const char *text, struct recoat_moment *moment)
{
	size_t digits = strspn(text, "-.0123456789");
	char *end;
	double ns = strtod(text, &end);

	/* strtod() takes more than decimal numbers. */
	if (end == text || end != text + digits)
		return false;
	ns *= unit(end);
	if (!unit(end) || fabs(ns) > LONGEST)
		return false;
	*moment = (struct recoat_moment){.text = text, .ns = llrint(ns)};
	return true;
}

/* ---- Threads. ---- */

/* Is this the thread that was asked for? */
static bool is_called(const struct recoat_thread *thread, const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (*name >= '0' && *name <= '9' && !*end && number == thread->tid)
		return true;
	return *thread->name && !strcmp(thread->name, name);
}

static char *thread_text(const struct recoat_thread *thread)
{
	return *thread->name ? recoat_asprintf("%u (%s)", thread->tid, thread->name)
			     : recoat_asprintf("%u", thread->tid);
}

/* Put a text behind another one. */
static void append(char **text, const char *between, char *more)
{
	char *longer = recoat_asprintf("%s%s%s", *text, **text ? between : "", more);

	free(*text);
	free(more);
	*text = longer;
}

/* "4711 (main), 4712 and 3 more" */
static char *list_threads(const struct recoat_threads *threads)
{
	char *text = recoat_strdup("");

	for (size_t i = 0; i < threads->count && i < THREADS_TOLD; i++)
		append(&text, ", ", thread_text(&threads->at[i]));
	if (threads->count > THREADS_TOLD)
		append(&text, "", recoat_asprintf(" and %zu more", threads->count - THREADS_TOLD));
	return recoat_format_clean(text);
}

static int refuse_thread(const char *name, const struct recoat_threads *threads,
			 struct recoat_error *error)
{
	char *known = list_threads(threads);
	int result;

	if (threads->count)
		result = recoat_error_set(
			error, -ESRCH, "--thread: found \"%s\", expected one of %s", name, known);
	else
		result = recoat_error_set(error, -ESRCH,
					  "--thread: found \"%s\", but the recording tells no "
					  "threads apart: it has neither spans nor a heap trace",
					  name);
	free(known);
	return result;
}

static int find_threads(struct recoat_filter *filter, const struct recoat_threads *threads,
			struct recoat_error *error)
{
	for (size_t i = 0; i < filter->threads; i++) {
		size_t before = filter->tids;

		for (size_t t = 0; t < threads->count; t++) {
			if (!is_called(&threads->at[t], filter->thread[i]))
				continue;
			filter->tid = recoat_grow(filter->tid, filter->tids, &filter->tid_room,
						  sizeof(*filter->tid));
			filter->tid[filter->tids++] = threads->at[t].tid;
		}
		if (filter->tids == before)
			return refuse_thread(filter->thread[i], threads, error);
	}
	return 0;
}

bool recoat_filter_has_thread(const struct recoat_filter *filter, uint32_t tid)
{
	size_t i = 0;

	while (i < filter->tids && filter->tid[i] != tid)
		i++;
	return !filter->threads || i < filter->tids;
}

/* ---- Time. ---- */

static int find_moment(const char *option, const struct recoat_moment *moment, uint64_t length,
		       uint64_t *ns, struct recoat_error *error)
{
	bool from_end = *moment->text == '-';
	uint64_t distance = from_end ? -(uint64_t)moment->ns : (uint64_t)moment->ns;

	if (distance > length)
		return recoat_error_set(error, -ERANGE,
					"%s: found \"%s\", but the recording is %s long", option,
					moment->text, recoat_format_time(length).text);
	*ns = from_end ? length - distance : distance;
	return 0;
}

static int find_time(struct recoat_filter *filter, const struct recoat_model *whole,
		     struct recoat_error *error)
{
	const struct recoat_moment *since = &filter->since, *until = &filter->until;
	uint64_t length = recoat_model_duration(whole);
	int64_t origin = recoat_model_origin(whole);
	int result = 0;

	filter->from = 0;
	filter->to = length;
	if (since->text)
		result = find_moment("--since", since, length, &filter->from, error);
	if (!result && until->text)
		result = find_moment("--until", until, length, &filter->to, error);
	if (result)
		return result;
	if (filter->from >= filter->to && length)
		return recoat_error_set(
			error, -EINVAL, "--since: found %s, expected a time before %s, which is %s",
			recoat_format_time(filter->from).text, recoat_format_time(filter->to).text,
			until->text ? "--until" : "the end");
	filter->begin = since->text ? recoat_add(origin, (int64_t)filter->from) : INT64_MIN;
	filter->end = until->text ? recoat_add(origin, (int64_t)filter->to) : INT64_MAX;
	return 0;
}

int recoat_filter_find(struct recoat_filter *filter, const struct recoat_model *whole,
		       struct recoat_error *error)
{
	int result = find_threads(filter, &whole->threads, error);

	return result ? result : find_time(filter, whole, error);
}

char *recoat_filter_text(const struct recoat_filter *filter, const struct recoat_model *model)
{
	char *text = recoat_strdup("");

	for (size_t i = 0; i < filter->tids; i++) {
		const struct recoat_thread *thread =
			recoat_threads_find(&model->threads, filter->tid[i]);
		char *name = thread ? thread_text(thread) : recoat_asprintf("%u", filter->tid[i]);

		append(&text, "",
		       recoat_asprintf("%s%s",
				       i                  ? ", "
				       : filter->tids > 1 ? "threads "
							  : "thread ",
				       name));
		free(name);
	}
	if (filter->since.text || filter->until.text)
		append(&text, "; ",
		       recoat_asprintf("from %s to %s", recoat_format_time(filter->from).text,
				       recoat_format_time(filter->to).text));
	return text;
}
